package io.halfopen.bench;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Connections that carry data one way between two stacks in memory, on one thread: chunks of 64 KiB are written on one
 * side and read on the other; what one sends, the other receives from the same array. Many connections take turns, a
 * chunk each, so that all of them are busy and none is in the processor's cache. An operation is an octet, so "ops/s"
 * are bytes a second. Both sides' work counts: two checksums and four copies for each octet.
 */
@State(Scope.Thread)
public class BulkBench {
    static final int CHUNK = 1 << 16;
    private static final int PORT = 80;

    /** Virtual time that a chunk takes, ns: as at 10 Gbit/s. */
    private static final long INTERVAL = 50_000;

    private static final IpAddress CLIENT = IpAddress.parse("10.0.0.1");
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.2");

    @Param({"1500", "9000"})
    public int mtu;

    @Param({"1", "10000"})
    public int connections;

    private final Stack client = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
    private final Stack server = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(2));
    private final Stack.PacketHandler toServer = (why, bytes, at, length) -> server.onPacket(now(), bytes, at, length);
    private final Stack.PacketHandler toClient = (why, bytes, at, length) -> client.onPacket(now(), bytes, at, length);
    private final Stack.ReadyHandler onReady = (fd, events) -> {};
    private final byte[] source = new byte[CHUNK];
    private final byte[] target = new byte[CHUNK];
    private int[] sending = {};
    private int[] receiving = {};
    private int turn;
    private long now = 1_000_000_000L;

    @Setup(Level.Trial)
    public void connect() {
        client.addAddress(CLIENT, mtu);
        server.addAddress(SERVER, mtu);
        int listener = server.socket(Stack.AF_INET);
        require(server.bind(listener, SERVER, PORT) == 0);
        require(server.listen(listener, 1) == 0);
        sending = new int[connections];
        receiving = new int[connections];
        for (int i = 0; i < connections; i++) {
            sending[i] = client.socket(Stack.AF_INET);
            require(client.connect(now, sending[i], SERVER, PORT) == -Errno.EINPROGRESS);
            exchange();
            receiving[i] = server.accept(listener);
            require(receiving[i] >= 0);
        }
    }

    @Benchmark
    @OperationsPerInvocation(CHUNK)
    public int send() {
        int written = 0;
        int read = 0;
        turn = (turn + 1) % connections;
        now += INTERVAL;
        fireTimers();
        while (read < CHUNK) {
            if (written < CHUNK) {
                written += Math.max(0, client.write(now, sending[turn], source, written, CHUNK - written));
            }
            exchange();
            int count = server.read(now, receiving[turn], target, 0, CHUNK);
            if (count <= 0) {
                waitForTimer();
            } else {
                read += count;
            }
        }
        return target[CHUNK - 1];
    }

    /** A delayed ACK may hold up a window that is full. */
    private void waitForTimer() {
        now = Math.max(now, Math.min(client.nextTimeout(), server.nextTimeout()));
        fireTimers();
    }

    private void fireTimers() {
        while (Math.min(client.nextTimeout(), server.nextTimeout()) <= now) {
            client.onTimeout(now);
            server.onTimeout(now);
            exchange();
        }
    }

    private void exchange() {
        while (client.drainPackets(toServer) + server.drainPackets(toClient) > 0) {
            client.drainReady(onReady);
            server.drainReady(onReady);
        }
    }

    private long now() {
        return now;
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new IllegalStateException("the stack did something else");
        }
    }
}
