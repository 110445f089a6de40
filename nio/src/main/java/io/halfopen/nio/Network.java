package io.halfopen.nio;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.sim.Path;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * A network of hosts on the stack, which the programs of this JVM use instead of the kernel's wherever an address is one
 * of the network's:
 *
 * <pre>{@code
 * try (Network net = Network.open()) {
 *     net.host("payments").listen(8080).backlog(0).full();
 *     ... new Socket("payments", 8080) ...   // its SYN is dropped, again and again
 *     System.out.print(net.story());
 * }
 * }</pre>
 *
 * <p>One network at a time is open for the whole JVM, unless all that are say that they are parallel. Hosts have addresses out of 198.18.0.0/15, which no real network
 * has (RFC 2544); every name has the same one in each network.
 */
public final class Network implements AutoCloseable {
    private static final String HOME = "localhost";
    private static final String PARTIAL = "halfopen.partial";

    private static final int MTU = 1500;

    private record Way(String from, String to) {}

    private final Engine engine;
    private final boolean pure;
    private final boolean parallel;
    private final int number;
    private final long seed;
    private final Instant opened = Instant.now();
    private final Map<String, NetworkHost> hosts = new ConcurrentHashMap<>();
    private final Map<IpAddress, NetworkHost> owners = new ConcurrentHashMap<>();
    private final Map<Way, Path> paths = new HashMap<>();
    private final FaultBox faults;
    private final Recorder recorder;
    private final NetworkHost home;
    private final @Nullable Gateway gateway;
    private OpenNetworks.@Nullable Seat seat;

    private static final class Installed {
        private static final List<String> PROBLEMS = new ArrayList<>();

        static {
            ServiceLoader.load(NetworkInstaller.class, Network.class.getClassLoader())
                    .forEach(installer -> PROBLEMS.addAll(installer.install()));
        }

        static void please() {
            if (!PROBLEMS.isEmpty() && !Boolean.getBoolean(PARTIAL)) {
                throw new IllegalStateException(
                        String.join("; ", PROBLEMS) + ". If that is meant, and only what is given a"
                                + " HalfopenSelectorProvider.on(host) is to use the network: -D" + PARTIAL + "=true");
            }
        }
    }

    private Network(Builder builder, int number) {
        this.number = number;
        seed = builder.seed();
        engine = new Engine("network", seed, builder.time);
        pure = builder.pure;
        parallel = builder.parallel;
        faults = new FaultBox(engine.world(), seed, hosts, this::delay);
        recorder = new Recorder(owners, faults::taken);
        engine.world().addMiddlebox(faults);
        engine.world().addTap(recorder);
        Beyond beyond = builder.beyond;
        if (beyond == null) {
            gateway = null;
            home = add(HOME, List.of(OpenNetworks.address(number, 1), OpenNetworks.homeV6(number)), MTU);
        } else {
            gateway = new Gateway(engine, beyond.uplink());
            hosts.put(Gateway.NAME, new NetworkHost(this, gateway.host(), List.of(), MTU));
            home = add(HOME, List.of(beyond.home()), beyond.mtu());
            gateway.start();
        }
    }

    /** The real network, and the address by which it reaches the programs. */
    private record Beyond(Uplink uplink, IpAddress home, int mtu) {}

    /** How a network is to be. */
    public static final class Builder {
        private @Nullable Long seed = Long.getLong("halfopen.seed");
        private @Nullable Beyond beyond;
        private NetworkTime time = NetworkTime.real();
        private boolean pure;
        private boolean parallel;

        private Builder() {}

        /**
         * What is left to chance comes from this number; else from the property {@code halfopen.seed}, or it is 1, with an
         * uplink one that nobody can guess.
         */
        public Builder seed(long number) {
            seed = number;
            return this;
        }

        private long seed() {
            return seed != null ? seed : beyond == null ? 1 : new SecureRandom().nextLong();
        }

        /**
         * The network goes on beyond this JVM. All programs run on the host localhost, which has this address, and all that
         * is no host's is reached by the uplink, over the host "outside", so that paths and faults may be between the two.
         *
         * @param mtu of the way that the uplink is, octets
         */
        public Builder uplink(Uplink uplink, IpAddress home, int mtu) {
            beyond = new Beyond(uplink, home, mtu);
            return this;
        }

        /** How fast time goes: real unless this is called. */
        public Builder time(NetworkTime networkTime) {
            time = networkTime;
            return this;
        }

        /** Addresses outside are refused, the real localhost's as well: nothing leaves the JVM. */
        public Builder pure() {
            pure = true;
            return this;
        }

        /**
         * Others may be open at the same time, if they are parallel, too. A thread that started before its network belongs
         * to none, and what several share cannot be told apart: each needs clients and servers of its own.
         */
        public Builder parallel() {
            parallel = true;
            return this;
        }

        /**
         * Opens it for the whole JVM; of several that are parallel it is that of this thread, and of those that it starts.
         *
         * @throws IllegalStateException if there is one already, or the JVM does not use what belongs to it
         */
        public Network open() {
            if (parallel && (pure || time.isAutomatic())) {
                throw new IllegalStateException("a network that is pure or in automatic time is about the whole JVM: it"
                        + " cannot be parallel");
            }
            if (beyond != null && (pure || parallel || !time.equals(NetworkTime.real()))) {
                throw new IllegalStateException(
                        "a network that goes on beyond this JVM is in real time, and neither pure nor parallel");
            }
            Installed.please();
            return OpenNetworks.open(parallel, number -> new Network(this, number));
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A hybrid network in real time. */
    public static Network open() {
        return builder().open();
    }

    /** The network of this thread, or the only one that is open; null if there is none, or nobody knows which. */
    public static @Nullable Network current() {
        return OpenNetworks.current();
    }

    /**
     * The network that an address is to be looked up in, or null.
     *
     * @throws IllegalStateException if several networks have a host of this address, and this thread belongs to none
     */
    public static @Nullable Network of(IpAddress address) {
        return OpenNetworks.of(address);
    }

    /**
     * The network that a name is to be looked up in, or null.
     *
     * @throws IllegalStateException if several networks have this name, and this thread belongs to none
     */
    public static @Nullable Network of(String name) {
        return OpenNetworks.of(name);
    }

    /**
     * The next network that this thread opens is also that of the threads that it starts from now on. JUnit's extension says
     * this before a test's fields are made.
     */
    public static void prepare() {
        Object unused = OpenNetworks.freeSeat();
    }

    /** The host of this name, made at its first use. */
    public NetworkHost host(String name) {
        NetworkHost known = hosts.get(name);
        return known != null
                ? known
                : engine.get(() -> {
                    NetworkHost made = hosts.get(name);
                    return made != null ? made : add(name, List.of(freeAddress(name)), MTU);
                });
    }

    /** A host with these addresses, IPv4 or IPv6; its name stands for all of them in this order. */
    public NetworkHost host(String name, String... addresses) {
        List<IpAddress> all = new ArrayList<>();
        for (String address : addresses) {
            all.add(IpAddress.parse(address));
        }
        return add(name, all, MTU);
    }

    private NetworkHost add(String name, List<IpAddress> addresses, int mtu) {
        requireOpen();
        return engine.get(() -> {
            NetworkHost known = hosts.get(name);
            if (known != null) {
                throw new IllegalStateException("there is a host '" + name + "' already: " + known);
            }
            for (IpAddress address : addresses) {
                NetworkHost owner = owners.get(address);
                if (owner != null) {
                    throw new IllegalArgumentException(address + " belongs to " + owner.name() + " already");
                }
            }
            NetworkHost host = new NetworkHost(this, engine.world().addHost(name, Kernel.LINUX_6_18), addresses, mtu);
            hosts.put(name, host);
            addresses.forEach(address -> owners.put(address, host));
            return host;
        });
    }

    /** The same for the same name, so that what the JVM remembers of names is right in the next test, too. */
    private IpAddress freeAddress(String name) {
        int count = 2 + Math.floorMod(name.hashCode(), OpenNetworks.size(number) - 16);
        IpAddress address = OpenNetworks.address(number, count);
        while (owners.containsKey(address)) {
            count++;
            address = OpenNetworks.address(number, count);
        }
        return address;
    }

    void requireOpen() {
        if (isClosed()) {
            throw new IllegalStateException("this network is closed: a network is for one test");
        }
    }

    boolean isClosed() {
        return engine.isClosed();
    }

    /** Where programs run that were not put anywhere: it is called localhost. */
    public NetworkHost home() {
        return home;
    }

    /** Both directions between two hosts; until then there is no delay and no loss. */
    public Network path(String a, String b, Path path) {
        requireOpen();
        engine.run(() -> {
            engine.world().connect(host(a).simulated(), host(b).simulated(), path);
            paths.put(new Way(a, b), path);
            paths.put(new Way(b, a), path);
        });
        return this;
    }

    /** Both directions between two hosts take so long. */
    public Network delay(String a, String b, Duration oneWay) {
        return path(a, b, Path.ofDelay(NetworkTime.nanos(oneWay)));
    }

    private long delay(String from, String to) {
        Path path = paths.get(new Way(from, to));
        return path == null ? 0 : path.delay();
    }

    /** The beginning of a fault. */
    public Fault.Builder on(PacketKind kind) {
        requireOpen();
        return new Fault.Builder(faults, kind);
    }

    /** Nothing passes between the two hosts until the fault is ended: {@code partition.end()} heals it. */
    public Fault partition(String a, String b) {
        return on(PacketKind.ANY).between(a, b).drop();
    }

    /**
     * A fault that never hit anything was not tested.
     *
     * @throws AssertionError with its sentence, if there is one
     */
    public void requireFaultsUsed() {
        for (Fault fault : faults()) {
            if (fault.hits() == 0) {
                throw new AssertionError("a fault never hit anything: " + fault);
            }
        }
    }

    /** All faults so far, in the order in which packets meet them. */
    public List<Fault> faults() {
        return List.copyOf(faults.faults());
    }

    /** The rules by which hosts dropped packets that had arrived, one for each packet, in order. */
    public List<Rule> drops() {
        return engine.get(recorder::drops);
    }

    /** What happened: a line for each packet with the rule that decided about it, and one for each fault. */
    public String story() {
        StringBuilder story = new StringBuilder(engine.get(recorder::story));
        for (Fault fault : faults.faults()) {
            story.append("fault: ").append(fault.report()).append(System.lineSeparator());
        }
        return story.toString();
    }

    /** The packets for Wireshark, each with its rule as a comment. */
    public void writePcapng(java.nio.file.Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            engine.run(() -> {
                try {
                    recorder.write(out);
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            });
        } catch (UncheckedIOException failed) {
            throw new IOException(failed.getMessage(), failed);
        }
    }

    /** Time that has passed in the network. */
    public Duration now() {
        return Duration.ofNanos(engine.get(() -> engine.world().now()));
    }

    /** The network's time for programs that take a Clock: it goes on, and jumps, with the network's. */
    public Clock clock() {
        return new NetworkClock(engine, opened, ZoneOffset.UTC);
    }

    /** A scheduler of its own whose delays are the network's time; to be shut down by who asked for it. */
    public ScheduledExecutorService scheduler() {
        return new NetworkScheduler(engine);
    }

    public long seed() {
        return seed;
    }

    /** For the JDK's face. */
    public Engine engine() {
        return engine;
    }

    boolean isParallel() {
        return parallel;
    }

    /** What tells threads that they belong to it. */
    void take(OpenNetworks.Seat free) {
        seat = free;
        free.take(this);
    }

    /** Of the open ones each has another, the least that is free. */
    int number() {
        return number;
    }

    public boolean isPure() {
        return pure;
    }

    /** Who has this address, or null. */
    public @Nullable NetworkHost owner(IpAddress address) {
        return owners.get(address);
    }

    /** The addresses of a name, empty if there is no such host. */
    public List<IpAddress> lookup(String name) {
        NetworkHost host = HOME.equals(name) && !pure ? null : hosts.get(name);
        if (host == null) {
            return List.of();
        }
        return host.addresses().stream().map(Addresses::of).toList();
    }

    /** Whether this address is the network's, even if no host has it. */
    public boolean covers(IpAddress address) {
        return gateway != null || OpenNetworks.isInRange(address) || owners.containsKey(address);
    }

    /**
     * For the end of the JVM, when all but this thread is over: sockets that were left open are closed, as a kernel does that
     * when a process ends, and peers get what was written, if that takes no longer. Other threads that use the network wait
     * from now on, for ever.
     */
    public void endPrograms(Duration atMost) {
        engine.endPrograms(home.simulated(), NetworkTime.nanos(atMost));
    }

    /** All names with their addresses. */
    @Override
    public String toString() {
        return new LinkedHashMap<>(hosts).values().toString();
    }

    /** Its time ends. Programs that still use it get an IOException that says so. */
    @Override
    public void close() {
        OpenNetworks.remove(this);
        OpenNetworks.Seat taken = seat;
        if (taken != null) {
            taken.leave();
        }
        engine.close();
        if (gateway != null) {
            gateway.close();
        }
    }
}
