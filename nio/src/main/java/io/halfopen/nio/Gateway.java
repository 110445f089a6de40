package io.halfopen.nio;

import io.halfopen.sim.Host;
import io.halfopen.sim.Outside;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Where a network goes on beyond this JVM: a host that is an {@link Uplink}, and the thread that takes what comes from it. */
final class Gateway implements Outside {
    static final String NAME = "outside";

    /** Packets taken in before the programs have their turn. */
    private static final int BATCH = 64;

    private static final int LARGEST_PACKET = 1 << 16;

    private final Engine engine;
    private final Uplink uplink;
    private final Host host;
    private final byte[] packet = new byte[LARGEST_PACKET];

    Gateway(Engine engine, Uplink uplink) {
        this.engine = engine;
        this.uplink = uplink;
        host = engine.get(() -> engine.world().addGateway(NAME, this));
        engine.whenSettled(uplink::flush);
    }

    Host host() {
        return host;
    }

    void start() {
        Thread.ofPlatform().name("halfopen-uplink").daemon().start(this::run);
    }

    @Override
    public void send(byte[] bytes, int offset, int length) {
        uplink.send(bytes, offset, length);
    }

    private void run() {
        try {
            while (!engine.isClosed()) {
                uplink.await();
                engine.runOwn(this::receive);
            }
        } catch (IOException | UncheckedIOException ended) {
            // As a cable that was pulled out: programs learn of it by TCP's own timers.
        }
    }

    private void receive() {
        try {
            int length = uplink.receive(packet);
            for (int i = 1; length > 0 && !engine.isClosed(); i++) {
                engine.world().enter(packet, 0, length);
                length = i < BATCH ? uplink.receive(packet) : 0;
            }
        } catch (IOException ended) {
            throw new UncheckedIOException(ended);
        }
    }

    void close() {
        uplink.close();
    }
}
