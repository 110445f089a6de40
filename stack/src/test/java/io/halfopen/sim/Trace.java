package io.halfopen.sim;

import io.halfopen.linux.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the network did, packet by packet. */
final class Trace implements Tap {
    /** {@code kind} is sent, arrived or lost. */
    record Entry(long time, String kind, String host, Rule rule, int length, int hash) {}

    final List<Entry> entries = new ArrayList<>();

    @Override
    public void onSent(long now, Host from, Rule why, byte[] bytes, int offset, int length) {
        add(now, "sent", from, why, bytes, offset, length);
    }

    @Override
    public void onArrived(long now, Host to, Rule rule, byte[] bytes, int offset, int length) {
        add(now, "arrived", to, rule, bytes, offset, length);
    }

    @Override
    public void onLost(long now, Host from, byte[] bytes, int offset, int length) {
        add(now, "lost", from, Rule.NOT_IP, bytes, offset, length);
    }

    private void add(long now, String kind, Host host, Rule rule, byte[] bytes, int offset, int length) {
        int hash = Arrays.hashCode(Arrays.copyOfRange(bytes, offset, offset + length));
        entries.add(new Entry(now, kind, host.name(), rule, length, hash));
    }

    List<Entry> of(String kind, String host) {
        return entries.stream()
                .filter(entry -> entry.kind().equals(kind) && entry.host().equals(host))
                .toList();
    }
}
