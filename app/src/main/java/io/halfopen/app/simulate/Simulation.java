package io.halfopen.app.simulate;

import io.halfopen.app.simulate.Plan.Trouble;
import io.halfopen.linux.Sysctls;
import io.halfopen.sim.Host;
import io.halfopen.sim.Path;
import io.halfopen.sim.Tap;
import io.halfopen.sim.World;
import io.halfopen.tcp.Holdings;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run of a {@link Plan}, checked at every step; the first fault ends it. */
final class Simulation {
    private static final int MOST_STEPS = 5_000_000;

    /** A caller's side of a connection: by this its service knows it. */
    private record Caller(IpAddress address, int port, int servicePort) {}

    private final Plan plan;
    private final int mostSteps;
    private final World world;
    private final List<Host> hosts = new ArrayList<>();
    private final List<Conversation> conversations = new ArrayList<>();
    private final List<Listening> listeners = new ArrayList<>();
    private final Map<Caller, Conversation> callers = new HashMap<>();
    private final WireCheck wire = new WireCheck(this::fail);
    private final Tally tally = new Tally();
    private @Nullable String fault;
    private int over;
    private boolean open = true;
    private long sleepAfter;

    Simulation(Plan plan) {
        this(plan, MOST_STEPS);
    }

    /** After so many steps there has to be an end. */
    Simulation(Plan plan, int mostSteps) {
        this.plan = plan;
        this.mostSteps = mostSteps;
        world = new World(plan.seed());
        sleepAfter = plan.seed() % 2 == 0 ? 0 : Long.MAX_VALUE; // which changes nothing
        world.addTap(wire);
    }

    /** The same run, with connections asleep that are idle for so long, ns. */
    Simulation sleepAfter(long idle) {
        sleepAfter = idle;
        return this;
    }

    /** How many times a connection was put to sleep. */
    int slept() {
        return hosts.stream().mapToInt(Host::slept).sum();
    }

    void addTap(Tap tap) {
        world.addTap(tap);
    }

    /** Runs until nothing will ever happen again; what was wrong, or null. */
    @Nullable
    String run() {
        try {
            build();
            play();
            if (fault == null) {
                judgeEnd();
            }
        } catch (RuntimeException | AssertionError thrown) {
            fail(describe(thrown));
        }
        hosts.forEach(host -> tally.addCounters(host.stack()));
        conversations.forEach(tally::addEnding);
        tally.add(wire);
        return fault;
    }

    private static String describe(Throwable thrown) {
        StringBuilder text = new StringBuilder(thrown.toString());
        StackTraceElement[] trace = thrown.getStackTrace();
        for (int i = 0; i < Math.min(6, trace.length); i++) {
            text.append(" at ").append(trace[i].getFileName()).append(':').append(trace[i].getLineNumber());
        }
        return text.toString();
    }

    Tally tally() {
        return tally;
    }

    long hash() {
        return wire.hash();
    }

    private void build() {
        world.runUntil(plan.start());
        for (int i = 0; i < plan.machines().size(); i++) {
            Plan.Machine machine = plan.machines().get(i);
            Host host = world.addHost("h" + (i + 1), machine.kernel());
            host.addAddress(address(i, false), machine.mtu());
            host.addAddress(address(i, true), Math.max(1280, machine.mtu()));
            setSysctls(host, machine);
            host.sleepAfter(sleepAfter);
            hosts.add(host);
        }
        for (Plan.Cable cable : plan.cables()) {
            set(cable, cable.there(), cable.back());
        }
        for (Plan.Service service : plan.services()) {
            Listening listening = new Listening(world, hosts.get(service.machine()), service, this);
            listeners.add(listening);
            listening.open();
        }
        for (int i = 0; i < plan.dialogs().size(); i++) {
            begin(plan.dialogs().get(i), i);
        }
        plan.troubles().forEach(trouble -> world.at(plan.start() + trouble.at(), () -> strike(trouble)));
    }

    static IpAddress address(int machine, boolean ipv6) {
        return IpAddress.parse(ipv6 ? "2001:db8::" + (machine + 1) : "10.0.0." + (machine + 1));
    }

    private static void setSysctls(Host host, Plan.Machine machine) {
        Sysctls settings = host.stack().sysctls();
        machine.sysctls()
                .forEach((sysctl, values) -> settings.setIfThere(
                        sysctl, values.stream().mapToInt(Integer::intValue).toArray()));
    }

    private void set(Plan.Cable cable, Path there, Path back) {
        world.connect(hosts.get(cable.a()), hosts.get(cable.b()), there, back);
    }

    private void begin(Plan.Dialog dialog, int number) {
        Plan.Service service = plan.services().get(dialog.service());
        Conversation conversation = new Conversation(this, world, hosts.get(dialog.client()), dialog, number);
        conversations.add(conversation);
        IpAddress address = address(service.machine(), service.ipv6());
        world.at(plan.start() + dialog.at(), () -> conversation.start(address, service.port()));
    }

    private void strike(Trouble trouble) {
        switch (trouble) {
            case Trouble.Restart restart -> restart(restart.machine());
            case Trouble.Pause pause -> hosts.get(pause.machine()).pauseUntil(world.now() + pause.length());
            case Trouble.Partition partition -> {
                Plan.Cable cable = plan.cables().get(partition.cable());
                set(cable, Path.DIRECT.withLoss(1), Path.DIRECT.withLoss(1));
                world.after(partition.length(), () -> set(cable, cable.there(), cable.back()));
            }
            case Trouble.NewMtu mtu -> {
                Plan.Cable cable = plan.cables().get(mtu.cable());
                set(cable, cable.there().withMtu(mtu.mtu()), cable.back().withMtu(mtu.mtu()));
            }
        }
    }

    private void restart(int machine) {
        Host host = hosts.get(machine);
        tally.addCounters(host.stack());
        for (Conversation conversation : conversations) {
            conversation.onPowerLoss(host);
        }
        host.restart();
        wire.forget(host);
        setSysctls(host, plan.machines().get(machine));
        if (open) {
            listeners.stream().filter(each -> each.host() == host).forEach(Listening::open);
        }
        tally.restarts++;
    }

    private void play() {
        int steps = 0;
        while (fault == null && world.step()) {
            checkStacks(++steps % 64 == 0);
            if (steps > mostSteps) {
                fail("after " + steps + " steps there is no end");
            }
            if (open && over == conversations.size()) {
                open = false;
                listeners.forEach(Listening::close);
            }
        }
    }

    private void checkStacks(boolean all) {
        long touched = all ? -1 : wire.takeTouched();
        for (int i = 0; fault == null && i < hosts.size(); i++) {
            if ((touched >>> i & 1) != 0) {
                String found = hosts.get(i).stack().selfCheck();
                if (found != null) {
                    fail("h" + (i + 1) + ": " + found);
                }
            }
        }
    }

    /** All is quiet for ever: nobody may be left, and nothing. */
    private void judgeEnd() {
        Verdict verdict = new Verdict(plan);
        for (Conversation conversation : conversations) {
            String found = conversation.isOver() ? verdict.faultOf(conversation) : "it never ended";
            if (found != null) {
                conversation.fail(found);
            }
        }
        for (Host host : hosts) {
            Holdings left = host.stack().holdings();
            if (!left.equals(Holdings.NOTHING)) {
                fail(host.name() + " has not let go of everything: " + left);
            }
        }
    }

    void fail(String what) {
        if (fault == null) {
            fault = what;
        }
    }

    /** When the first fault was found, or all was over. */
    long now() {
        return world.now();
    }

    void onEnd() {
        over = (int) conversations.stream().filter(Conversation::isOver).count();
    }

    boolean isAt(int service, Host host) {
        return hosts.get(plan.services().get(service).machine()) == host;
    }

    void register(Conversation conversation, SocketRow row) {
        callers.put(new Caller(row.localAddress(), row.localPort(), row.remotePort()), conversation);
    }

    /** A service has accepted a connection. */
    void accepted(Host server, int fd) {
        SocketRow row = server.stack().row(fd);
        Conversation conversation = callers.get(new Caller(row.remoteAddress(), row.remotePort(), row.localPort()));
        if (conversation == null || conversation.answerer() != null) {
            // Of a caller that lost power; or a SYN with data, or a cookie, has come twice.
            tally.ghosts++;
            wire.distrust(row);
            if (conversation != null) {
                conversation.onGhost(server);
            }
            server.close(fd);
            return;
        }
        conversation.answer(server, fd);
    }
}
