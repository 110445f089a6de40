package io.halfopen.app.lab;

import io.halfopen.app.KernelOption;
import io.halfopen.app.server.KernelCalls;
import io.halfopen.app.server.KernelLoop;
import io.halfopen.lab.Clients;
import io.halfopen.lab.LabReport;
import io.halfopen.lab.Run;
import io.halfopen.lab.Scenario;
import io.halfopen.lab.Times;
import io.halfopen.lab.Tolerance;
import io.halfopen.lab.server.ArticleServer;
import io.halfopen.link.LinkException;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Timers;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.SocketRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** One run of a scenario on this machine's own kernel, in real time; packets are captured there. */
final class KernelRun extends Run implements AutoCloseable {
    private static final long MILLISECOND = 1_000_000L;
    private static final long TICK = 50 * MILLISECOND;

    /** Of a round trip that takes so many times what it should the programs' work is the most, and no time tells anything. */
    private static final int HOPELESS = 5;

    /** Longer than an ACK is delayed, which nothing shows. */
    private static final long GRACE = 300 * MILLISECOND;

    private static final long WARM_UP = 60 * MILLISECOND;
    private static final int WARM_UPS = 6;
    /** What the same timers do at the same time may lie that far apart. */
    private static final long SAME_TIME = 20 * MILLISECOND;

    private static final Path RELEASE = Path.of("/proc/sys/kernel/osrelease");

    private final KernelNet net;
    private final ArticleServer server;
    private final Clients clients;
    private final String release;
    private final Map<Sysctl, int[]> settings;
    private int acceptQueuePeak;
    private @Nullable ListenQueues seen;
    private long endedAt;
    private @Nullable Ending ending;
    private @Nullable LabReport report;

    /** What is shown of the end, when the namespaces are gone. */
    private record Ending(
            ListenQueues queues, List<SocketRow> rows, List<SocketRow> clientRows, Map<String, Long> counters) {}

    /** Throws, with a line for the user, where there is no kernel to be had. */
    KernelRun(Scenario scenario) throws LinkException {
        super(onLinux(scenario));
        net = KernelNet.open(scenario(), flood(), recorder());
        server = newServer(new KernelCalls(net.loop(), net.serverHost()));
        clients = newClients(new KernelCalls(net.loop(), net.clientHost()));
        net.onPackets(this::queues);
        settings = net.settings();
        release = release();
    }

    /** Whatever kernel the scenario names: this one is. */
    private static Scenario onLinux(Scenario scenario) {
        Scenario.Edit edit = scenario.edit();
        edit.kernel = KernelOption.ofHost();
        return edit.done();
    }

    /**
     * A first run takes tens of milliseconds where a second takes one, for the JVM has to learn its way: these are for
     * learning, and are soon over. Without a wire nobody needs /dev/net/tun.
     */
    static void warmUp(boolean wire) throws IOException {
        for (int i = 0; i < WARM_UPS; i++) {
            Scenario.Edit edit = Scenario.defaults().edit();
            edit.backlog = 1;
            edit.clients = 10;
            edit.send = 1;
            edit.answer = List.of(1);
            edit.rtt = wire && i % 2 > 0 ? 10 * MILLISECOND : 0;
            edit.duration = WARM_UP;
            new KernelRun(edit.done()).run(time -> {});
        }
    }

    /**
     * The same experiment for the stack, with this kernel's knobs and round-trip time and timers as late as its own.
     *
     * @param asBegun clients begin when they did here, rather than when they should: of a thousand most are late
     */
    Scenario forStack(Kernel rules, boolean asBegun) {
        Scenario.Edit edit = scenario().edit();
        edit.kernel = rules;
        edit.timers = Timers.LINUX;
        edit.rtt = net.roundTrip();
        edit.sysctls.putAll(settings);
        if (asBegun) {
            edit.clientPlan = edit.clientPlan.withArrivals(clients.arrivals());
        }
        return edit.done();
    }

    /** How far its times may lie from those of the stack, since the machine had other things to do. */
    Tolerance tolerance() {
        long took = net.roundTrip();
        boolean timesTell = took <= Math.max(HOPELESS * scenario().rtt(), TICK);
        return new Tolerance(net.loop().lateness(), timesTell);
    }

    /** What a user should know before believing the times; nothing if all is well. */
    String warning() {
        long asked = scenario().rtt();
        long took = net.roundTrip();
        return took - asked <= Math.max(asked / 2, TICK / 10)
                ? ""
                : "this machine was too slow: a round trip took " + Times.seconds(took) + " on average, not "
                        + Times.seconds(asked) + (tolerance().timesTell() ? "" : "; times tell nothing");
    }

    private static String release() {
        try {
            return Files.readString(RELEASE).strip();
        } catch (IOException unreadable) {
            return "unknown";
        }
    }

    @Override
    public void run(LongConsumer progress) throws IOException {
        KernelLoop loop = net.loop();
        try (this) {
            listen();
            tellPauses(new KernelCalls(loop, net.serverHost()));
            startFlood(new KernelCalls(loop, net.serverHost()), net::inject);
            clients.start();
            // Once at least: setting it up may have taken all its time, and it has to say how late everything was.
            do {
                loop.turn(Math.min(scenario().duration(), loop.now() + TICK));
                net.tap().watchHalfOpens(loop.now());
                recorder().lookAtQueues(loop.now());
                progress.accept(loop.now());
            } while (!isOver());
            endedAt = scenario().duration() == Scenario.NEVER
                    ? loop.lastActivity()
                    : scenario().duration();
            ending = new Ending(
                    queues(),
                    net.serverHost().snapshot(),
                    net.clientHost().snapshot(),
                    net.serverHost().counters());
            report = super.report();
        } catch (UncheckedIOException broken) {
            throw broken.getCause();
        }
    }

    @Override
    public LabReport report() {
        if (report == null) {
            throw new IllegalStateException("it has not run");
        }
        return report;
    }

    private boolean isOver() {
        KernelLoop loop = net.loop();
        if (scenario().duration() != Scenario.NEVER) {
            return loop.now() >= scenario().duration();
        }
        return !loop.hasTasks() && loop.now() - loop.lastActivity() > GRACE && net.isQuiet();
    }

    @Override
    protected ArticleServer server() {
        return server;
    }

    @Override
    protected Clients clients() {
        return clients;
    }

    /** Linux keeps no peaks; they are those that were seen. Nor does it tell what listen() was called with. */
    @Override
    public ListenQueues queues() {
        if (ending != null) {
            return ending.queues();
        }
        if (seen != null && net.looksLater()) {
            return seen;
        }
        ListenQueues now = net.serverHost().queues(server.listener());
        acceptQueuePeak = Math.max(acceptQueuePeak, now.acceptQueue());
        seen = new ListenQueues(
                scenario().backlog(),
                now.effectiveBacklog(),
                now.acceptQueue(),
                acceptQueuePeak,
                now.synQueue(),
                now.young(),
                Math.max(net.tap().synQueuePeak(), now.synQueue()));
        return seen;
    }

    private Ending ending() {
        if (ending == null) {
            throw new IllegalStateException("it has not run");
        }
        return ending;
    }

    @Override
    public List<SocketRow> snapshot() {
        return ending().rows();
    }

    @Override
    public List<SocketRow> clientSnapshot() {
        return ending().clientRows();
    }

    @Override
    public long counter(Counter counter) {
        return ending().counters().getOrDefault(counter.fullName(), 0L);
    }

    @Override
    public long counted(Rule rule) {
        return net.tap().counted(rule);
    }

    /** The machine's log is not for everybody to read. */
    @Override
    public List<String> dmesg() {
        return List.of();
    }

    @Override
    public String version() {
        return release;
    }

    @Override
    public String on() {
        return "kernel";
    }

    @Override
    public String title() {
        return "Linux " + release;
    }

    @Override
    public String how() {
        return "this machine's own kernel, in real time";
    }

    @Override
    public long sameTime() {
        return SAME_TIME;
    }

    @Override
    public long endedAt() {
        return endedAt;
    }

    @Override
    public void close() {
        net.close();
    }
}
