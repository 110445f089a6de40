package io.halfopen.lab;

import io.halfopen.lab.server.Answer;
import io.halfopen.lab.server.ArticleServer;
import io.halfopen.lab.server.Calls;
import io.halfopen.lab.server.PausedCalls;
import io.halfopen.lab.server.Request;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** One run of a scenario: the same programs and the same report, wherever it runs. */
public abstract class Run {
    public static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
    public static final IpAddress SERVER = IpAddress.parse("10.0.0.1");
    public static final IpAddress CLIENTS = IpAddress.parse("10.0.0.2");

    private final Scenario scenario;
    private final Recorder recorder;
    private final Flood flood;

    // The recorder asks for the queues only when there is something to tell, which is when the run goes on.
    @SuppressWarnings("this-escape")
    protected Run(Scenario scenario) {
        this.scenario = scenario;
        flood = new Flood(scenario, serverAddress());
        recorder = new Recorder(scenario.isLoopback(), this::queues);
    }

    /** Runs it to its end; the consumer is told the time now and then. */
    public abstract void run(LongConsumer progress) throws IOException;

    /** The programs, once there is something to run on. */
    protected abstract ArticleServer server();

    protected abstract Clients clients();

    /** The listener's queues, at the end of the run once that is over. */
    public abstract ListenQueues queues();

    /** The sockets of the server's host, which on the loopback are the clients' too. */
    public abstract List<SocketRow> snapshot();

    public abstract List<SocketRow> clientSnapshot();

    /** Of the server's host. */
    public abstract long counter(Counter counter);

    /** How often a rule has decided, as far as that is known. */
    public abstract long counted(Rule rule);

    /** What the server's kernel has written to its log, as far as that is known. */
    public abstract List<String> dmesg();

    /** The kernel's version, and what it runs on: as JSON has them. */
    public abstract String version();

    public abstract String on();

    /** The kernel for people, and how the run is made. */
    public abstract String title();

    public abstract String how();

    /** How much time may lie between two things that happen at the same time, ns. */
    public abstract long sameTime();

    /** The time it ended, counted from listen(). */
    public abstract long endedAt();

    public final Scenario scenario() {
        return scenario;
    }

    public final Flood flood() {
        return flood;
    }

    public final Recorder recorder() {
        return recorder;
    }

    protected final IpAddress serverAddress() {
        return scenario.isLoopback() ? LOOPBACK : SERVER;
    }

    protected final ArticleServer newServer(Calls calls) {
        ServerPlan plan = scenario.serverPlan();
        Calls server = plan.pauses().isEmpty() ? calls : new PausedCalls(calls, plan::pausedUntil);
        return new ArticleServer(plan(), server, new ServerStory(calls, recorder));
    }

    protected final Clients newClients(Calls calls) {
        return new Clients(scenario, calls, serverAddress(), recorder);
    }

    private ArticleServer.Plan plan() {
        return new ArticleServer.Plan(
                scenario.port(),
                scenario.backlog(),
                scenario.defer(),
                scenario.acceptAfter(),
                scenario.service(),
                scenario.workers(),
                scenario.send() == 0 ? Request.NONE : Request.ANYTHING,
                Answer.ofSizes(scenario.answer()),
                scenario.serverPlan().acceptance(),
                null);
    }

    /** After listen(): SYNs that nobody means begin to arrive. */
    protected final void startFlood(Calls clock, Consumer<byte[]> wire) {
        if (scenario.flood() > 0) {
            String rate =
                    scenario.flood() + " SYNs a second from 198.18.0.0/15, for " + Times.seconds(scenario.floodFor());
            recorder.tell(clock.now(), 0, "is flooded: " + rate);
            flood.start(clock, wire);
        }
    }

    protected final void listen() {
        int result = server().start(IpAddress.ANY_V4);
        if (result < 0) {
            throw new IllegalStateException("the server cannot start: " + Errno.name(result));
        }
        long holds = scenario.kernel().acceptQueueHolds(queues().effectiveBacklog());
        recorder.tell(0, 0, "listen(" + scenario.backlog() + "): the accept queue holds " + holds);
        if (scenario.defer() > 0) {
            int deferral = server().deferral();
            String what = deferral == 0 ? "this kernel has none" : "waits " + deferral + " s for a client's data";
            recorder.tell(0, 0, "TCP_DEFER_ACCEPT " + scenario.defer() + ": " + what);
        }
    }

    /** What the programs of the server are known to do. */
    protected final void tellPauses(Calls clock) {
        for (ServerPlan.Pause pause : scenario.serverPlan().pauses()) {
            clock.after(
                    pause.at(),
                    () -> recorder.tell(clock.now(), 0, "stands still for " + Times.seconds(pause.length())));
        }
    }

    /** What came of all clients together. */
    public final Outcome outcome() {
        return Outcome.of(clients().all(), scenario.rtt());
    }

    /** How many clients have connected so far. */
    public final int connected() {
        return clients().connected();
    }

    public LabReport report() {
        ListenQueues queues = queues();
        States states = new States(clientSnapshot());
        return new LabReport(
                version(),
                on(),
                scenario.seed(),
                new LabReport.Listener(
                        queues.backlog(),
                        queues.effectiveBacklog(),
                        queues.acceptQueue(),
                        queues.acceptQueuePeak(),
                        queues.synQueue(),
                        queues.synQueuePeak()),
                clients().all().stream().map(client -> client.report(states)).toList(),
                server().accepted(),
                counters(),
                drops(),
                scenario.flood() == 0 ? null : flood.report(),
                Times.millis(endedAt()));
    }

    private Map<String, Long> counters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            if (counter(counter) != 0) {
                counters.put(counter.name(), counter(counter));
            }
        }
        return counters;
    }

    private Map<String, Long> drops() {
        Map<String, Long> drops = new LinkedHashMap<>();
        for (Rule rule : Rule.values()) {
            if (rule.verdict() == Rule.Verdict.DROP && counted(rule) != 0) {
                drops.put(rule.name(), counted(rule));
            }
        }
        return drops;
    }
}
