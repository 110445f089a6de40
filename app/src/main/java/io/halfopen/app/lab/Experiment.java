package io.halfopen.app.lab;

import io.halfopen.app.Times;
import io.halfopen.app.server.Answer;
import io.halfopen.app.server.ArticleServer;
import io.halfopen.app.server.Request;
import io.halfopen.app.server.SimCalls;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Rule;
import io.halfopen.sim.Host;
import io.halfopen.sim.Path;
import io.halfopen.sim.World;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/** One run of a scenario in the simulator. */
final class Experiment {
    private static final int LOOPBACK_MTU = 65536;
    private static final int ETHERNET_MTU = 1500;

    private final Scenario scenario;
    private final World world;
    private final Host serverHost;
    private final Host clientHost;
    private final Recorder recorder;
    private final ArticleServer server;
    private final Clients clients;
    private long expired;
    private long endedAt;

    Experiment(Scenario scenario) {
        this.scenario = scenario;
        world = new World(scenario.seed(), scenario.timers());
        serverHost = world.addHost("server", scenario.kernel());
        scenario.sysctls().forEach(serverHost.stack().sysctls()::set);
        IpAddress address = IpAddress.parse(scenario.isLoopback() ? "127.0.0.1" : "10.0.0.1");
        serverHost.addAddress(address, scenario.isLoopback() ? LOOPBACK_MTU : ETHERNET_MTU);
        clientHost = scenario.isLoopback() ? serverHost : addClientHost();
        Path wire = Path.ofDelay(scenario.rtt() / 2);
        world.connect(serverHost, clientHost, wire.withLoss(scenario.loss()));
        if (scenario.cut() != Scenario.NEVER) {
            world.at(scenario.cut(), () -> cut(wire));
        }
        recorder = new Recorder(serverHost, scenario.isLoopback(), this::queues);
        world.addTap(recorder);
        server = new ArticleServer(plan(), new SimCalls(world, serverHost), new ServerStory(world, recorder));
        clients = new Clients(scenario, world, clientHost, address, recorder);
    }

    private void cut(Path wire) {
        world.connect(serverHost, clientHost, wire.withLoss(1));
        recorder.tell(world.now(), 0, "the wire to the clients is cut");
    }

    private Host addClientHost() {
        Host host = world.addHost("clients", scenario.kernel());
        scenario.sysctls().forEach(host.stack().sysctls()::set);
        host.addAddress(IpAddress.parse("10.0.0.2"), ETHERNET_MTU);
        return host;
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
                Answer.ofSizes(scenario.answer()));
    }

    private void listen() {
        int result = server.start(IpAddress.ANY_V4);
        if (result < 0) {
            throw new IllegalStateException("the server cannot start: " + Errno.name(result));
        }
        int effective = queues().effectiveBacklog();
        long holds = scenario.kernel().acceptQueueHolds(effective);
        recorder.tell(0, 0, "listen(" + scenario.backlog() + "): the accept queue holds " + holds);
        if (scenario.defer() > 0) {
            int deferral = server.deferral();
            String what = deferral == 0 ? "this kernel has none" : "waits " + deferral + " s for a client's data";
            recorder.tell(0, 0, "TCP_DEFER_ACCEPT " + scenario.defer() + ": " + what);
        }
    }

    /** Runs it to its end; the consumer is told the virtual time now and then. */
    void run(LongConsumer progress) {
        listen();
        clients.start();
        long steps = 0;
        while (!world.isQuiet() && world.nextTime() <= scenario.duration()) {
            world.step();
            noteTimers();
            if ((++steps & 0x3ff) == 0) {
                progress.accept(world.now());
            }
        }
        if (scenario.duration() == Scenario.NEVER) {
            long lastTold = recorder.moments().getLast().time();
            endedAt = Math.max(world.lastActivity(), lastTold);
        } else {
            world.runUntil(scenario.duration());
            endedAt = scenario.duration();
        }
    }

    /** A half-open that is forgotten sends nothing, so no packet tells of it. */
    private void noteTimers() {
        long now = stack().counted(Rule.HALF_OPEN_EXPIRED);
        if (now > expired) {
            String what = now - expired == 1 ? "a half-open connection" : now - expired + " half-open connections";
            recorder.tell(world.now(), 0, "forgets " + what, Rule.HALF_OPEN_EXPIRED);
            expired = now;
        }
    }

    Recorder recorder() {
        return recorder;
    }

    Scenario scenario() {
        return scenario;
    }

    /** The server's stack, which on the loopback is the clients' too. */
    Stack stack() {
        return serverHost.stack();
    }

    private ListenQueues queues() {
        return stack().queues(server.listener());
    }

    /** The server's listening descriptor. */
    int listener() {
        return server.listener();
    }

    LabReport report() {
        ListenQueues queues = queues();
        States states = new States(clientHost.stack().snapshot());
        return new LabReport(
                scenario.kernel().version(),
                "sim",
                scenario.seed(),
                new LabReport.Listener(
                        queues.backlog(),
                        queues.effectiveBacklog(),
                        queues.acceptQueue(),
                        queues.acceptQueuePeak(),
                        queues.synQueue(),
                        queues.synQueuePeak()),
                clients.all().stream().map(client -> client.report(states)).toList(),
                server.accepted(),
                counters(),
                drops(),
                Times.millis(endedAt));
    }

    private Map<String, Long> counters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            if (stack().counter(counter) != 0) {
                counters.put(counter.name(), stack().counter(counter));
            }
        }
        return counters;
    }

    private Map<String, Long> drops() {
        Map<String, Long> drops = new LinkedHashMap<>();
        for (Rule rule : Rule.values()) {
            if (rule.verdict() == Rule.Verdict.DROP && stack().counted(rule) != 0) {
                drops.put(rule.name(), stack().counted(rule));
            }
        }
        return drops;
    }
}
