package io.halfopen.app.simulate;

import io.halfopen.linux.Rule;
import io.halfopen.sim.Host;
import io.halfopen.sim.Tap;
import io.halfopen.trace.TcpdumpText;
import io.halfopen.trace.TcpdumpTime;
import java.util.ArrayDeque;
import java.util.List;

/** The last packets that were sent, as tcpdump prints them, with the rule that sent each. */
final class PacketLog implements Tap {
    private final int most;
    private final long start;
    private final TcpdumpText text = new TcpdumpText();
    private final ArrayDeque<String> lines = new ArrayDeque<>();

    PacketLog(int most, long start) {
        this.most = most;
        this.start = start;
    }

    @Override
    public void onSent(long now, Host from, Rule why, byte[] bytes, int offset, int length) {
        add(now, text.line(bytes, offset, length) + "  " + why);
    }

    @Override
    public void onLost(long now, Host from, byte[] bytes, int offset, int length) {
        lines.add(lines.isEmpty() ? "" : lines.removeLast() + "  lost");
    }

    private void add(long now, String line) {
        lines.add(TcpdumpTime.SECONDS.prefix(now - start) + line);
        if (lines.size() > most) {
            lines.removeFirst();
        }
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
