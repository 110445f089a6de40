package io.halfopen.nio;

import io.halfopen.linux.Sysctl;
import io.halfopen.sim.Host;
import io.halfopen.wire.IpAddress;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A host of a {@link Network}: a name, addresses, and a kernel on which programs of this JVM may run. */
public final class NetworkHost {
    /** Where the thread's programs run, and those of threads that it starts. */
    private static final InheritableThreadLocal<@Nullable NetworkHost> HERE = new InheritableThreadLocal<>();

    private static final int LOOPBACK_MTU = 65536;
    private static final IpAddress LOOPBACK = IpAddress.ofIpv4(127 << 24 | 1);

    private final Network network;
    private final Host host;
    private final List<IpAddress> addresses;
    private final Map<Sysctl, int[]> knobs = new LinkedHashMap<>();
    private boolean down;

    NetworkHost(Network network, Host host, List<IpAddress> addresses, int mtu) {
        this.network = network;
        this.host = host;
        this.addresses = addresses;
        addresses.forEach(address -> host.addAddress(address, mtu));
        host.addAddress(LOOPBACK, LOOPBACK_MTU);
        host.addAddress(new IpAddress(0, 1), LOOPBACK_MTU);
    }

    public String name() {
        return host.name();
    }

    public Network network() {
        return network;
    }

    Host simulated() {
        return host;
    }

    /** Its addresses; the first is what its name stands for first. */
    public List<InetAddress> addresses() {
        return addresses.stream().map(Addresses::toInet).toList();
    }

    /** A server without a program, which listens on this port at once: it never accepts unless it is told to. */
    public Listening listen(int port) {
        network.requireOpen();
        if (Gateway.NAME.equals(name()) && addresses.isEmpty()) {
            throw new IllegalStateException(name() + " is the real network: no listener can be put there");
        }
        return new Listening(this, port);
    }

    /** Sets a knob of its kernel, {@code net.ipv4.tcp_syn_retries} for one; it holds after a {@link #start}, too. */
    public NetworkHost set(Sysctl sysctl, int... values) {
        network.requireOpen();
        network.engine().run(() -> {
            host.stack().sysctls().set(sysctl, values);
            knobs.put(sysctl, values.clone());
        });
        return this;
    }

    /**
     * Loses power: whatever is sent to it disappears, and peers learn of it by their own timers. Programs of this JVM that
     * ran on it get an IOException from each of their sockets: "Host is down".
     */
    public NetworkHost crash() {
        network.requireOpen();
        network.engine().run(() -> {
            down = true;
            host.restart();
            network.engine().wake(host);
        });
        return this;
    }

    /** Is there again after a {@link #crash}, and knows of no connection: what peers send to old ones is reset. */
    public NetworkHost start() {
        network.requireOpen();
        network.engine().run(() -> {
            down = false;
            knobs.forEach((sysctl, values) -> host.stack().sysctls().set(sysctl, values));
        });
        return this;
    }

    /** Crashes, and is there again at once. */
    public NetworkHost restart() {
        return crash().start();
    }

    boolean isDown() {
        return down;
    }

    /** Runs a program on this host: its wildcard, its localhost and what connects from it are this host's. */
    public <T> T call(Callable<T> program) throws Exception {
        NetworkHost before = HERE.get();
        HERE.set(this);
        try {
            return program.call();
        } finally {
            HERE.set(before);
        }
    }

    /** The host on which the current thread was put by {@link #call}, or null. */
    public static @Nullable NetworkHost here() {
        NetworkHost host = HERE.get();
        return host == null || host.network.isClosed() ? null : host;
    }

    /** A socket that belongs to a program on this host; AF_INET or AF_INET6. */
    public VirtualSocket socket(int family) {
        return VirtualSocket.open(network.engine(), host, family);
    }

    boolean owns(IpAddress address) {
        return addresses.contains(address);
    }

    @Override
    public String toString() {
        return name() + " " + addresses;
    }
}
