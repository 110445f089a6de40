package io.halfopen.app.live;

import io.halfopen.link.PacketTap;
import io.halfopen.linux.Rule;
import java.util.List;

/** Several taps as one. */
final class Taps implements PacketTap {
    private final List<PacketTap> taps;

    private Taps(List<PacketTap> taps) {
        this.taps = taps;
    }

    static PacketTap of(List<PacketTap> taps) {
        return taps.size() == 1 ? taps.getFirst() : new Taps(taps);
    }

    @Override
    public boolean looksInside() {
        return taps.stream().anyMatch(PacketTap::looksInside);
    }

    @Override
    public void onSent(long now, Rule why, byte[] bytes, int offset, int length) {
        taps.forEach(tap -> tap.onSent(now, why, bytes, offset, length));
    }

    @Override
    public void onArrived(long now, Rule rule, byte[] bytes, int offset, int length) {
        taps.forEach(tap -> tap.onArrived(now, rule, bytes, offset, length));
    }
}
