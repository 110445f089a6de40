package io.halfopen.lab;

import io.halfopen.lab.server.ArticleServer;
import io.halfopen.lab.server.SimCalls;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Timers;
import io.halfopen.sim.Host;
import io.halfopen.sim.Path;
import io.halfopen.sim.World;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.List;
import java.util.function.LongConsumer;

/** One run of a scenario in the simulator, in virtual time. */
public final class Experiment extends Run {
    private static final int LOOPBACK_MTU = 65536;
    private static final int ETHERNET_MTU = 1500;

    private final World world;
    private final Host serverHost;
    private final Host clientHost;
    private final ArticleServer server;
    private final Clients clients;
    private long expired;
    private long endedAt;

    public Experiment(Scenario scenario) {
        this(scenario, 0);
    }

    /** {@code pace}: how long a program takes for what it does when it is told something, ns. */
    public Experiment(Scenario scenario, long pace) {
        super(scenario);
        world = new World(scenario.seed(), scenario.timers());
        serverHost = addHost("server");
        serverHost.addAddress(serverAddress(), scenario.isLoopback() ? LOOPBACK_MTU : ETHERNET_MTU);
        clientHost = scenario.isLoopback() ? serverHost : addHost("clients");
        if (!scenario.isLoopback()) {
            clientHost.addAddress(CLIENTS, ETHERNET_MTU);
        }
        for (int i = 1; i < Clients.addresses(scenario); i++) {
            IpAddress more = Clients.address(scenario.isLoopback() ? LOOPBACK : CLIENTS, i);
            clientHost.addAddress(more, scenario.isLoopback() ? LOOPBACK_MTU : ETHERNET_MTU);
        }
        Path wire = Path.ofDelay(scenario.rtt() / 2);
        world.connect(serverHost, clientHost, wire.withLoss(scenario.loss()));
        if (scenario.cut() != Scenario.NEVER) {
            world.at(scenario.cut(), () -> cut(wire));
        }
        world.addTap(new SimTap(serverHost, scenario.isLoopback(), recorder(), flood()));
        SimCalls.Processor processor = new SimCalls.Processor(world, pace);
        server = newServer(new SimCalls(world, serverHost, processor));
        clients = newClients(new SimCalls(world, clientHost, processor));
    }

    private void cut(Path wire) {
        world.connect(serverHost, clientHost, wire.withLoss(1));
        recorder().tellCut(world.now());
    }

    private Host addHost(String name) {
        Host host = world.addHost(name, scenario().kernel());
        scenario().sysctls().forEach(host.stack().sysctls()::setIfThere);
        return host;
    }

    @Override
    public void run(LongConsumer progress) {
        listen();
        tellPauses(new SimCalls(world, serverHost));
        startFlood(new SimCalls(world, serverHost), packet -> world.inject(serverHost, packet));
        clients.start();
        long steps = 0;
        while (!world.isQuiet() && world.nextTime() <= scenario().duration()) {
            world.step();
            noteTimers();
            recorder().lookAtQueues(world.now());
            recorder().lookAtCounters(world.now(), this::counter);
            if ((++steps & 0x3ff) == 0) {
                progress.accept(world.now());
            }
        }
        if (scenario().duration() == Scenario.NEVER) {
            long lastTold = recorder().lastTold();
            endedAt = Math.max(world.lastActivity(), lastTold);
        } else {
            world.runUntil(scenario().duration());
            endedAt = scenario().duration();
        }
    }

    /** A half-open that is forgotten sends nothing, so no packet tells of it. */
    private void noteTimers() {
        long now = stack().counted(Rule.HALF_OPEN_EXPIRED);
        if (now > expired && scenario().flood() == 0) {
            recorder().tellForgotten(world.now(), now - expired);
            expired = now;
        }
    }

    private Stack stack() {
        return serverHost.stack();
    }

    @Override
    protected ArticleServer server() {
        return server;
    }

    @Override
    protected Clients clients() {
        return clients;
    }

    @Override
    public ListenQueues queues() {
        return stack().queues(server.listener());
    }

    @Override
    public List<SocketRow> snapshot() {
        return stack().snapshot();
    }

    @Override
    public List<SocketRow> clientSnapshot() {
        return clientHost.stack().snapshot();
    }

    @Override
    public long counter(Counter counter) {
        return stack().counter(counter);
    }

    @Override
    public long counted(Rule rule) {
        return stack().counted(rule);
    }

    @Override
    public List<String> dmesg() {
        return stack().dmesg();
    }

    @Override
    public String version() {
        return scenario().kernel().version();
    }

    @Override
    public String on() {
        return "sim";
    }

    @Override
    public String title() {
        return scenario().kernel().title();
    }

    @Override
    public String how() {
        String timers = scenario().timers() == Timers.EXACT ? "" : ", timers of Linux's precision";
        return "seed " + scenario().seed() + ", in virtual time" + timers;
    }

    @Override
    public long sameTime() {
        return 0;
    }

    @Override
    public long endedAt() {
        return endedAt;
    }
}
