package io.halfopen.app.watch;

import io.halfopen.app.KernelOption;
import io.halfopen.app.capture.TcpView;
import io.halfopen.link.HandshakeRing;
import io.halfopen.link.Lens;
import io.halfopen.link.LinkException;
import io.halfopen.link.ListenSocket;
import io.halfopen.linux.Kernel;
import io.halfopen.tcp.SocketRow;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks on: asks the kernel forty times a second for its listeners and counters, and puts what it says and the packets
 * that passed in the meantime into the order in which they happened.
 */
final class Watch implements AutoCloseable {
    private static final long SECOND = 1_000_000_000L;

    /** The list of all half-open connections costs a walk through the kernel's table: this part of a core at most. */
    private static final int PART = 50;

    private static final long HALF_OPEN_EVERY = 250_000_000L;

    private final Lens lens;
    private final @Nullable HandshakeRing ring;
    private final String whyNot;
    private final Board board = new Board();
    private final Processes processes = new Processes();
    private final Attribution attribution;
    private final Estimate estimate = new Estimate(board);
    private final @Nullable Recording recording;
    private final TcpView view = new TcpView();
    private final Deque<Sample> samples = new ArrayDeque<>();
    private Settings settings;
    private int[] ports;
    /** When counters were read last. */
    private long counted;

    private long nextHalfOpen;
    private long nextSettings;
    private long nextProcesses;
    private long lost;
    /** When the first counters had been read: what was captured earlier is in them. */
    private final long since;

    private long last = Long.MAX_VALUE;

    private Watch(Lens lens, boolean capture, @Nullable Recording recording) throws LinkException {
        this.lens = lens;
        this.recording = recording;
        settings = Settings.of(lens.settings(Settings.WANTED));
        ports = ports();
        HandshakeRing made = null;
        String reason = "";
        try {
            made = capture ? lens.capture(ports) : null;
        } catch (LinkException refused) {
            reason = String.valueOf(refused.getMessage());
        }
        ring = made;
        whyNot = reason;
        attribution = new Attribution(
                board,
                profile(),
                flow -> lens.stateOf(flow.local(), flow.localPort(), flow.remote(), flow.remotePort()));
        board.addresses = lens.addresses();
        // what is done for the first time takes long, and drops in the meantime would be on one side only
        sample(true);
        board.take(sample(true));
        since = counted;
        estimate.take(board.latest());
        samples.clear();
    }

    /** {@code file}: see {@link Lens#open}; {@code capture}: with packets, if that is allowed. */
    static Watch open(@Nullable Path file, boolean capture, @Nullable Recording recording) throws LinkException {
        Lens lens = Lens.open(file);
        boolean ready = false;
        try {
            Watch watch = new Watch(lens, capture, recording);
            ready = true;
            return watch;
        } finally {
            if (!ready) {
                lens.close();
            }
        }
    }

    /** Of a kernel that is older than all profiles, the newest says what it can. */
    private static Kernel profile() {
        try {
            return KernelOption.ofHost();
        } catch (IllegalArgumentException older) {
            return Kernel.LINUX_6_18;
        }
    }

    private int[] ports() {
        return lens.listeners().stream()
                .mapToInt(each -> each.port())
                .distinct()
                .sorted()
                .toArray();
    }

    private static long now() {
        Instant now = Instant.now();
        return now.getEpochSecond() * SECOND + now.getNano();
    }

    private Sample sample(boolean withHalfOpen) {
        long time = now();
        Set<Flow> flows = withHalfOpen ? halfOpen(time) : null;
        List<ListenSocket> sockets = lens.listeners();
        Map<String, Long> counters = lens.extendedCounters();
        counted = now();
        return new Sample(time, sockets, flows, counters, settings);
    }

    private Set<Flow> halfOpen(long time) {
        Set<Flow> flows = new HashSet<>();
        for (SocketRow row : lens.halfOpen()) {
            flows.add(new Flow(row.localAddress(), row.localPort(), row.remoteAddress(), row.remotePort()));
        }
        nextHalfOpen = time + Math.max(HALF_OPEN_EVERY, PART * (now() - time));
        return flows;
    }

    /** Looks once. */
    void look() throws LinkException {
        long time = now();
        if (time >= nextSettings) {
            nextSettings = time + SECOND / 5;
            settings = Settings.of(lens.settings(Settings.WANTED));
        }
        samples.add(sample(time >= nextHalfOpen));
        int[] portsNow = board.ports();
        if (ring != null) {
            if (!Arrays.equals(ports, portsNow)) {
                ports = portsNow;
                ring.filter(ports);
                board.addresses = lens.addresses();
            }
            ring.drain(this::onPacket);
            takeUntil(time - Attribution.PATIENCE);
            attribution.settle(time - Attribution.PATIENCE);
            lost = ring.lost();
        } else {
            takeUntil(Long.MAX_VALUE);
        }
        if (time >= nextProcesses) {
            nextProcesses = time + SECOND;
            processes.look(board.byTrouble().stream().map(each -> each.inode).collect(Collectors.toSet()), time);
        }
    }

    private void takeUntil(long time) {
        while (!samples.isEmpty() && samples.peek().time() <= time) {
            Sample sample = samples.remove();
            board.take(sample);
            if (ring == null) {
                estimate.take(sample);
            } else {
                attribution.take(sample);
            }
        }
    }

    private void onPacket(long nanos, boolean outgoing, byte[] bytes, int length, int wireLength) {
        if (nanos > last || nanos < since) {
            return;
        }
        takeUntil(nanos);
        if (view.parse(bytes, 0, length, wireLength) == TcpView.Kind.TCP) {
            attribution.packet(nanos, view);
            if (recording != null) {
                recording.packet(nanos, bytes, length, wireLength);
            }
        }
    }

    /** Takes what has been captured but not looked at yet, up to now; after this nothing more is seen. */
    void finish() throws LinkException, InterruptedException {
        samples.add(sample(true));
        last = counted;
        if (ring != null) {
            Thread.sleep(Attribution.PATIENCE / 1_000_000);
            ring.drain(this::onPacket);
            lost = ring.lost();
        }
        takeUntil(Long.MAX_VALUE);
        attribution.settle(Long.MAX_VALUE);
    }

    Board board() {
        return board;
    }

    Processes processes() {
        return processes;
    }

    boolean isCapturing() {
        return ring != null;
    }

    /** Why nothing is captured; empty where nobody asked for it, or it is. */
    String whyNot() {
        return whyNot;
    }

    long captured() {
        return ring == null ? 0 : ring.taken();
    }

    /** Packets that came too fast to be seen. */
    long lost() {
        return lost;
    }

    long unexplained() {
        return attribution.unexplained();
    }

    @Override
    public void close() {
        lens.close();
    }
}
