package io.halfopen.sim;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Timers;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Virtual time, and everything that happens in it. The seed decides all that is left to chance, and ties have an order
 * ({@link Event}), so the same seed and the same calls give the same trace.
 *
 * <p>After every event the world settles before the next: packets without delay arrive and are answered, then programs
 * are told what is new, until nothing is.
 *
 * <pre>{@code
 * World world = new World(1);
 * Host server = world.addHost("server", "10.0.0.1");
 * Host clients = world.addHost("clients", "10.0.0.2");
 * world.connect(server, clients, Path.ofDelay(Duration.ofMillis(20)));
 * Server queue = server.serve(8080, 0);
 * Attempt attempt = clients.connect(queue);
 * world.run(Duration.ofSeconds(1));
 * System.out.println(attempt); // clients:46214 connected after 0.040 s
 * }</pre>
 *
 * <p>Times are nanoseconds or a Duration. One thread at a time owns a World, and whatever is in it.
 */
public final class World {
    private static final int ETHERNET_MTU = 1500;

    private final long seed;
    private final Timers timers;
    private final Network network;
    private Host[] hosts = {};
    private final List<Tap> taps = new ArrayList<>();
    private final EventQueue events = new EventQueue();
    private long now;
    private long lastActivity;

    public World(long seed) {
        this(seed, Timers.EXACT);
    }

    public World(long seed, Timers timers) {
        this.seed = seed;
        this.timers = timers;
        this.network = new Network(this, seed);
    }

    /** Nanoseconds since the world began. */
    public long now() {
        return now;
    }

    /** When a packet moved, or a program acted or heard news, for the last time, ns. */
    public long lastActivity() {
        return lastActivity;
    }

    /** A host with a kernel of your choice and no address yet. */
    public Host addHost(String name, Kernel kernel) {
        int index = hosts.length;
        Supplier<Stack> kernels = new Supplier<>() {
            private long starts;

            @Override
            public Stack get() {
                return new Stack(kernel, Secrets.ofSeed(seed * 31 + index + 1_000_003 * starts++), timers);
            }
        };
        Host host = new Host(this, name, index, kernels);
        hosts = Arrays.copyOf(hosts, index + 1);
        hosts[index] = host;
        return host;
    }

    /** A host with the newest kernel and these addresses, IPv4 or IPv6 in text form, and an MTU of 1500 octets. */
    public Host addHost(String name, String... addresses) {
        Host host = addHost(name, Kernel.LINUX_6_18);
        for (String address : addresses) {
            host.addAddress(IpAddress.parse(address), ETHERNET_MTU);
        }
        return host;
    }

    /** Sets both directions between two hosts; without this there is no delay and no loss. */
    public void connect(Host a, Host b, Path path) {
        network.setPath(a, b, path);
        network.setPath(b, a, path);
    }

    /** Sets the direction from one to the other, and that back. */
    public void connect(Host a, Host b, Path there, Path back) {
        network.setPath(a, b, there);
        network.setPath(b, a, back);
    }

    public void addTap(Tap tap) {
        taps.add(tap);
    }

    /** Every packet between two hosts has to pass it from now on; those added before see it first. */
    public void addMiddlebox(Middlebox box) {
        network.add(box);
    }

    /** Runs a program's next step at a time that is not past. */
    public void at(long time, Runnable action) {
        if (time < now) {
            throw new IllegalArgumentException("the past: " + time + " < " + now);
        }
        events.add(time, false, action);
    }

    public void after(long delay, Runnable action) {
        at(now + delay, action);
    }

    /**
     * A host without programs, which stands for all that is beyond this world, once: packets for addresses that no host has
     * go to it, over its {@link Path}, and leave.
     */
    public Host addGateway(String name, Outside outside) {
        Host gateway = addHost(name, Kernel.LINUX_6_18);
        network.setGateway(gateway, outside);
        return gateway;
    }

    /** A packet comes in from outside, through the gateway, as if that had sent it. */
    public void enter(byte[] bytes, int offset, int length) {
        lastActivity = now;
        network.enter(bytes, offset, length);
    }

    /** A packet arrives at a host now, from wherever: nobody in this world has sent it. */
    public void inject(Host to, byte[] packet) {
        network.arrive(to, packet);
    }

    /** Runs a program's next step so long after now. */
    public void after(Duration delay, Runnable action) {
        after(delay.toNanos(), action);
    }

    /** Lets so much time pass, with all that happens in it. */
    public void run(Duration time) {
        runUntil(now + time.toNanos());
    }

    /** Nothing is scheduled or on its way, and no timer runs but those of TIME_WAIT. */
    public boolean isQuiet() {
        if (!events.isEmpty()) {
            return false;
        }
        for (Host host : hosts) {
            if (!host.stack().isQuiet()) {
                return false;
            }
        }
        return true;
    }

    /** When the next thing happens, ns, or {@link Long#MAX_VALUE} if nothing will. */
    public long nextTime() {
        long next = events.firstTime();
        for (Host host : hosts) {
            next = Math.min(next, host.nextTimeout());
        }
        return Math.max(next, now);
    }

    /** Lets everything happen up to and including a time, which is the time afterwards. */
    public void runUntil(long time) {
        settle();
        while (nextTime() <= time) {
            step();
        }
        now = Math.max(now, time);
    }

    /** Lets the next thing happen, whenever that is; false if nothing ever will. */
    public boolean step() {
        long next = nextTime();
        if (next == Long.MAX_VALUE) {
            return false;
        }
        now = next;
        if (events.firstTime() <= now) {
            lastActivity = events.isFirstArrival() ? lastActivity : now;
            events.remove().run();
        } else {
            fireTimers();
        }
        settle();
        return true;
    }

    /** Those of one host that are due run in one go, as in Linux's softirq: what they send arrives when all have. */
    private void fireTimers() {
        for (Host host : hosts) {
            if (host.nextTimeout() <= now) {
                network.hold();
                while (host.nextTimeout() <= now) {
                    host.fireTimer(now);
                }
                network.release();
                return;
            }
        }
    }

    /** Programs hear what is new until there is nothing new; their calls carry their own packets. */
    private void settle() {
        boolean news = true;
        while (news) {
            news = false;
            for (Host host : hosts) {
                news |= host.tellPrograms();
            }
            lastActivity = news ? now : lastActivity;
        }
    }

    void own(IpAddress address, Host host) {
        network.own(address, host);
    }

    void collect(Host host) {
        network.collect(host);
    }

    void scheduleArrival(long time, Runnable arrival) {
        events.add(time, true, arrival);
    }

    void tapSent(Host from, Rule why, byte[] bytes, int offset, int length) {
        lastActivity = now;
        for (Tap tap : taps) {
            tap.onSent(now, from, why, bytes, offset, length);
        }
    }

    void tapArrived(Host to, Rule rule, byte[] packet) {
        lastActivity = now;
        for (Tap tap : taps) {
            tap.onArrived(now, to, rule, packet, 0, packet.length);
        }
    }

    void tapLeft(Host gateway, byte[] packet) {
        lastActivity = now;
        for (Tap tap : taps) {
            tap.onLeft(now, gateway, packet, 0, packet.length);
        }
    }

    void tapLost(Host from, byte[] bytes, int offset, int length) {
        for (Tap tap : taps) {
            tap.onLost(now, from, bytes, offset, length);
        }
    }
}
