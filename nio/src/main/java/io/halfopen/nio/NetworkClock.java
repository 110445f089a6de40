package io.halfopen.nio;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;

/** The network's time, which began when the network was opened. */
final class NetworkClock extends Clock {
    private final Engine engine;
    private final Instant start;
    private final ZoneId zone;

    NetworkClock(Engine engine, Instant start, ZoneId zone) {
        this.engine = engine;
        this.start = start;
        this.zone = zone;
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
        return new NetworkClock(engine, start, other);
    }

    @Override
    public Instant instant() {
        return start.plusNanos(engine.get(() -> engine.world().now()));
    }
}
