package io.halfopen.sim;

import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A stack with the programs that run on it. A program calls as a process would, and is told of readiness by the
 * handler it gave to {@link #watch}. What a call sends over a path without delay has arrived, and has been answered,
 * when the call returns: that is how Linux's loopback looks to a process.
 */
public final class Host {
    private static final long NEVER = Long.MAX_VALUE;

    private final World world;
    private final String name;
    private final int index;
    private final Supplier<Stack> kernels;
    private final Map<IpAddress, Integer> addresses = new LinkedHashMap<>();
    private Stack stack;
    private long pausedUntil;
    private long sleepAfter = NEVER;
    private int slept;
    private @Nullable ReadyListener[] watchers = new ReadyListener[16];

    /** Pairs of a descriptor with news and what poll(2) says of it; no descriptor has news twice. */
    private int[] heard = new int[16];

    private int heardLength;
    private final Stack.ReadyHandler ear = this::hear;

    /** Told that a descriptor has news. */
    public interface ReadyListener {
        void onReady(int events);
    }

    Host(World world, String name, int index, Supplier<Stack> kernels) {
        this.world = world;
        this.name = name;
        this.index = index;
        this.kernels = kernels;
        stack = kernels.get();
    }

    int index() {
        return index;
    }

    public String name() {
        return name;
    }

    /** For looking inside: counters, rows, rules. Calls go through this class, so that their packets are carried. */
    public Stack stack() {
        return stack;
    }

    /** Gives it an address, known to the whole world; peers are reached with this MTU, octets. */
    public void addAddress(IpAddress address, int mtu) {
        stack.addAddress(address, mtu);
        addresses.put(address, mtu);
        world.own(address, this);
    }

    /**
     * Sets a sysctl by its full name, {@code host.set("net.ipv4.tcp_abort_on_overflow", 1)}; it acts from the next decision
     * on. An unknown one, or a value out of its range, is an IllegalArgumentException that says what there is.
     */
    public Host set(String sysctl, int... numbers) {
        stack.sysctls().set(Sysctl.named(sysctl), numbers);
        return this;
    }

    /** A program listens on the host's first address; it accepts only when it is told to. */
    public Server serve(int port, int backlog) {
        return new Server(this, anAddress(), port, backlog);
    }

    /** A program connects, from now on; what becomes of it shows as the world runs. */
    public Attempt connect(Server server) {
        anAddress();
        return new Attempt(world, this, server);
    }

    boolean has(IpAddress address) {
        return addresses.containsKey(address);
    }

    private IpAddress anAddress() {
        return addresses.keySet().stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(name + " has no address yet: addAddress() gives it one"));
    }

    /** Its connections sleep when they have been idle for so long, ns (Stack.sleep); what is sent is the same. */
    public void sleepAfter(long idle) {
        sleepAfter = idle;
    }

    /** How many connections were put to sleep so far. */
    public int slept() {
        return slept;
    }

    /**
     * Loses power and starts anew: another stack with the same addresses and other secrets, nothing of what was before.
     * Programs are not told; what they had open is gone, and so are all sysctls.
     */
    public void restart() {
        Arrays.fill(watchers, null);
        stack = kernels.get();
        addresses.forEach(stack::addAddress);
    }

    /**
     * Stands still until then, ns, as a machine does that is suspended: no timer fires and no program runs, what
     * arrives waits; afterwards its clock has jumped.
     */
    public void pauseUntil(long time) {
        pausedUntil = Math.max(pausedUntil, time);
    }

    /** Until when it stands still, ns; not in the future if it does not. */
    public long pausedUntil() {
        return pausedUntil;
    }

    /** When its next timer fires, ns, or {@link Long#MAX_VALUE}. */
    long nextTimeout() {
        return Math.max(stack.nextTimeout(), pausedUntil);
    }

    /** From now on news of this descriptor goes to the listener, until it is closed. */
    public void watch(int fd, ReadyListener listener) {
        if (fd >= watchers.length) {
            watchers = Arrays.copyOf(watchers, Math.max(fd + 1, 2 * watchers.length));
        }
        watchers[fd] = listener;
    }

    public int socket(int family) {
        return stack.socket(family);
    }

    public int bind(int fd, IpAddress address, int port) {
        return stack.bind(fd, address, port);
    }

    public int listen(int fd, int backlog) {
        return stack.listen(fd, backlog);
    }

    public int accept(int fd) {
        return stack.accept(fd);
    }

    public int setsockopt(int fd, SocketOption option, int value) {
        return stack.setsockopt(fd, option, value);
    }

    public int getsockopt(int fd, SocketOption option) {
        return stack.getsockopt(fd, option);
    }

    public int connect(int fd, IpAddress address, int port) {
        return carried(stack.connect(world.now(), fd, address, port));
    }

    public int read(int fd, byte[] target, int offset, int length) {
        return carried(stack.read(world.now(), fd, target, offset, length));
    }

    public int write(int fd, byte[] source, int offset, int length) {
        return carried(stack.write(world.now(), fd, source, offset, length));
    }

    public int send(int fd, byte[] source, int offset, int length, int flags) {
        return carried(stack.send(world.now(), fd, source, offset, length, flags));
    }

    public int shutdown(int fd, int how) {
        return carried(stack.shutdown(world.now(), fd, how));
    }

    public int close(int fd) {
        if (isWatched(fd)) {
            watchers[fd] = null;
        }
        return carried(stack.close(world.now(), fd));
    }

    private int carried(int result) {
        world.collect(this);
        return result;
    }

    void fireTimer(long now) {
        stack.onTimeout(now);
        world.collect(this);
    }

    private void hear(int fd, int events) {
        if (heardLength + 2 > heard.length) {
            heard = Arrays.copyOf(heard, 2 * heard.length);
        }
        heard[heardLength++] = fd;
        heard[heardLength++] = events;
    }

    /** Tells the programs what is new; true if there was anything. */
    boolean tellPrograms() {
        if (world.now() < pausedUntil) {
            return false;
        }
        boolean news = stack.drainReady(ear) > 0;
        if (sleepAfter != NEVER) {
            slept += stack.sleep(world.now(), sleepAfter);
        }
        if (news) {
            tellHeard();
        }
        return news;
    }

    private void tellHeard() {
        int[] news = Arrays.copyOf(heard, heardLength); // a program that lets time pass hears of more meanwhile
        heardLength = 0;
        for (int i = 0; i < news.length; i += 2) {
            ReadyListener listener = isWatched(news[i]) ? watchers[news[i]] : null;
            if (listener != null) {
                listener.onReady(news[i + 1]);
            }
        }
    }

    private boolean isWatched(int fd) {
        return fd >= 0 && fd < watchers.length && watchers[fd] != null;
    }
}
