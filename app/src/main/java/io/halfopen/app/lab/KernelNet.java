package io.halfopen.app.lab;

import io.halfopen.app.server.KernelLoop;
import io.halfopen.lab.Flood;
import io.halfopen.lab.Recorder;
import io.halfopen.lab.Scenario;
import io.halfopen.link.KernelHost;
import io.halfopen.link.LinkException;
import io.halfopen.link.PacketCapture;
import io.halfopen.linux.Sysctl;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run on a real kernel stands on: one network namespace and its lo, or two and a {@link KernelWire}; the loop, and
 * who watches. Nothing of it is left after {@link #close}.
 */
final class KernelNet implements AutoCloseable {
    private static final int LARGEST = 1 << 16;

    /** So often at the most whoever looks on does, where the programs are behind, ns: a look takes milliseconds then. */
    private static final long SELDOM = 50_000_000L;

    private final KernelHost serverHost;
    private final KernelHost clientHost;
    private final KernelLoop loop;
    private final KernelTap tap;
    private final byte[] packet = new byte[LARGEST];
    /** The kernel stamps packets with the time of day. */
    private final long epochOfLoop;

    private final @Nullable KernelWire wire;
    private final @Nullable PacketCapture capture;
    private Runnable afterPackets = () -> {};
    private long looked;

    private KernelNet(Scenario scenario, Flood flood, Recorder recorder, KernelHost serverHost, KernelHost clientHost)
            throws LinkException {
        this.serverHost = serverHost;
        this.clientHost = clientHost;
        set(serverHost, scenario.sysctls());
        set(clientHost, scenario.sysctls());
        loop = new KernelLoop(serverHost);
        epochOfLoop = epochNanos() - loop.now();
        tap = new KernelTap(serverHost, scenario.port(), recorder);
        if (scenario.isLoopback()) {
            wire = null;
            capture = serverHost.capture("lo");
            loop.wakeOn(capture.descriptor());
        } else {
            wire = new KernelWire(scenario, flood, loop, tap, serverHost, clientHost);
            if (scenario.cut() != Scenario.NEVER) {
                loop.at(scenario.cut(), () -> cut(wire, recorder));
            }
            capture = null;
        }
        loop.addSettler(this::settle);
    }

    private void cut(KernelWire broken, Recorder recorder) {
        broken.cut();
        recorder.tellCut(loop.now());
    }

    static KernelNet open(Scenario scenario, Flood flood, Recorder recorder) throws LinkException {
        KernelHost server = KernelHost.open();
        KernelHost clients = server;
        try {
            clients = scenario.isLoopback() ? server : KernelHost.open();
            return new KernelNet(scenario, flood, recorder, server, clients);
        } catch (LinkException | RuntimeException failed) {
            clients.close();
            server.close();
            throw failed;
        }
    }

    private static void set(KernelHost host, Map<Sysctl, int[]> sysctls) throws LinkException {
        for (Map.Entry<Sysctl, int[]> each : sysctls.entrySet()) {
            host.set(each.getKey(), each.getValue());
        }
    }

    private static long epochNanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    /** A packet that no client has sent arrives at the server. */
    void inject(byte[] packet) {
        if (wire != null) {
            wire.inject(packet);
        }
    }

    /** The knobs as they are, of those that the stack knows and takes, and that a namespace has. */
    Map<Sysctl, int[]> settings() throws LinkException {
        Map<Sysctl, int[]> settings = new EnumMap<>(Sysctl.class);
        for (Sysctl sysctl : Sysctl.values()) {
            if (sysctl.isOfWholeHost() || !serverHost.hasSysctl(sysctl.fullName())) {
                continue; // an older kernel has it only outside of namespaces, or not at all
            }
            try {
                settings.put(sysctl, sysctl.parse(serverHost.sysctl(sysctl.fullName())));
            } catch (IllegalArgumentException notForTheStack) {
                // it keeps its own
            }
        }
        return settings;
    }

    /** What the round trip really takes, ns; 0 on lo. */
    long roundTrip() {
        return wire == null ? 0 : wire.roundTrip();
    }

    KernelHost serverHost() {
        return serverHost;
    }

    KernelHost clientHost() {
        return clientHost;
    }

    KernelLoop loop() {
        return loop;
    }

    KernelTap tap() {
        return tap;
    }

    /** To be done whenever packets have passed. */
    void onPackets(Runnable action) {
        afterPackets = action;
    }

    /** Nothing is on its way, and neither kernel will send anything by itself. */
    boolean isQuiet() {
        boolean empty = wire == null || !wire.isBusy();
        return empty && serverHost.isQuiet() && (clientHost == serverHost || clientHost.isQuiet());
    }

    private void settle() {
        if (wire != null) {
            wire.carry();
        } else if (capture != null) {
            drain(capture);
        }
        if (!looksLater() && tap.judge()) {
            loop.noteActivity();
            afterPackets.run();
            looked = loop.now();
        }
    }

    /** A look was taken just now, and another one would keep the programs waiting, who are behind already. */
    boolean looksLater() {
        return loop.isBehind() && loop.now() - looked < SELDOM;
    }

    /** On lo what is sent has arrived. */
    private void drain(PacketCapture packets) {
        try {
            int length = packets.receive(packet);
            while (length > 0) {
                tap.sent(packet, length);
                tap.passed(packets.time() - epochOfLoop, packet, length);
                length = packets.receive(packet);
            }
        } catch (LinkException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Override
    public void close() {
        if (wire != null) {
            wire.close();
        }
        if (capture != null) {
            capture.close();
        }
        loop.close();
        clientHost.close();
        serverHost.close();
    }
}
