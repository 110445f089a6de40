package io.halfopen.app.lab;

import io.halfopen.app.server.KernelLoop;
import io.halfopen.lab.Flood;
import io.halfopen.lab.Run;
import io.halfopen.lab.Scenario;
import io.halfopen.link.KernelHost;
import io.halfopen.link.LinkException;
import io.halfopen.link.Tun;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Joins two kernels by a TUN interface each: packets take their time, and some get lost, as on a sim.Path. */
final class KernelWire implements AutoCloseable {
    private static final int PREFIX = 24;
    private static final String NAME = "tun0";
    private static final int LARGEST = 1 << 16;

    private final KernelLoop loop;
    private final KernelTap tap;
    private final long delay;
    private double loss;
    private final SplittableRandom dice;
    private final byte[] buffer = new byte[LARGEST];
    private final Tun server;
    private final Tun clients;
    private int underway;
    private final Flood flood;
    private final Segment segment = new Segment();
    private long arrived;
    private long transit;

    KernelWire(
            Scenario scenario,
            Flood flood,
            KernelLoop loop,
            KernelTap tap,
            KernelHost serverHost,
            KernelHost clientHost)
            throws LinkException {
        this.flood = flood;
        this.loop = loop;
        this.tap = tap;
        delay = scenario.rtt() / 2;
        loss = scenario.loss();
        dice = new SplittableRandom(scenario.seed());
        server = open(serverHost, Run.SERVER);
        try {
            clients = open(clientHost, Run.CLIENTS);
        } catch (LinkException failed) {
            server.close();
            throw failed;
        }
        serverHost.route(Flood.NETWORK, Flood.PREFIX, NAME);
        loop.wakeOn(server.descriptor());
        loop.wakeOn(clients.descriptor());
    }

    private static Tun open(KernelHost host, IpAddress address) throws LinkException {
        Tun tun = host.openTun(NAME);
        try {
            host.assign(NAME, address, PREFIX);
            return tun;
        } catch (LinkException failed) {
            tun.close();
            throw failed;
        }
    }

    /** From now on everything is lost but what is on its way. */
    void cut() {
        loss = 1;
    }

    /** What the round trip really took, on average, ns: on a busy machine more than it should. */
    long roundTrip() {
        return arrived == 0 ? 2 * delay : 2 * (transit / arrived);
    }

    /** Packets are on their way. */
    boolean isBusy() {
        return underway > 0;
    }

    /** Takes what either kernel has sent. */
    void carry() {
        try {
            carry(server, clients);
            carry(clients, server);
        } catch (LinkException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private void carry(Tun from, Tun to) throws LinkException {
        int length = from.receive(buffer);
        while (length > 0) {
            // Of IPv6 there is nothing but what a kernel says on a new interface.
            if (IpHeader.version(buffer, 0) == 4) {
                send(from, to, Arrays.copyOf(buffer, length));
            }
            length = from.receive(buffer);
        }
    }

    /** A packet that no client has sent arrives at the server. */
    void inject(byte[] packet) {
        server.send(packet, 0, packet.length);
    }

    private void send(Tun from, Tun to, byte[] packet) {
        segment.parse(packet, 0, packet.length);
        if (Flood.gets(segment)) {
            flood.answered();
            return;
        }
        loop.noteActivity();
        if (from == server) {
            tap.passed(loop.now(), packet, packet.length);
        } else {
            tap.sent(packet, packet.length);
        }
        if (loss > 0 && dice.nextDouble() < loss) {
            return;
        }
        underway++;
        long sent = loop.now();
        loop.at(sent + delay, () -> arrive(to, packet, sent));
    }

    private void arrive(Tun to, byte[] packet, long sent) {
        underway--;
        arrived++;
        transit += loop.now() - sent;
        if (to == server) {
            tap.passed(loop.now(), packet, packet.length);
        }
        to.send(packet, 0, packet.length);
    }

    @Override
    public void close() {
        server.close();
        clients.close();
    }
}
