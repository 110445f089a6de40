package io.halfopen.link.ether;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a host has sent to its neighbours. */
final class RecordedWire implements Neighbourhood.Wire {
    record Sent(long station, byte[] bytes) {}

    final List<byte[]> frames = new ArrayList<>();
    final List<Sent> kept = new ArrayList<>();

    @Override
    public void sendFrame(byte[] frame, int length) {
        frames.add(Arrays.copyOf(frame, length));
    }

    @Override
    public void sendKept(long station, byte[] bytes, int end) {
        kept.add(new Sent(station, Arrays.copyOf(bytes, end)));
    }
}
