package io.halfopen.bench;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Timers;
import io.halfopen.tcp.host.Keys;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Flow;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.transmit.Output;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Where the nanoseconds of a handshake and of a data segment go: each stage alone, ns. What is left of the whole is the rest. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StageBench {
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.1");
    private static final IpAddress CLIENT = IpAddress.parse("10.0.0.2");
    private static final int PORT = 80;
    private static final int DATA = 1448;
    private static final long SECOND = 1_000_000_000L;

    /** Connections in the table. */
    @Param({"0", "100000"})
    public int open;

    private final Core core = new Core(Kernel.LINUX_6_18, new Keys(1, 2, 3, 4), Timers.EXACT);
    private final Output output = new Output(core);
    private final Segment segment = new Segment();
    private final Template syn = Template.syn(CLIENT, SERVER, PORT);
    private final Template ack = Template.of(TcpHeader.ACK, CLIENT, SERVER, PORT);
    private final byte[] data = new byte[1 << 16];
    private final byte[] copy = new byte[1 << 16];
    private HalfOpen half = new HalfOpen(new Listener(new Socket()));
    private int count;

    @Setup(Level.Trial)
    public void fill() {
        for (int i = 0; i < open; i++) {
            core.flows.insert(flow(10 << 24 | 1 << 16 | i / 1000, 1024 + i % 1000));
        }
        half = flow((int) CLIENT.low(), 1);
        core.flows.insert(half);
        syn.sourcePort(1).parse(segment);
    }

    private HalfOpen flow(int address, int port) {
        HalfOpen flow = new HalfOpen(half.listener);
        syn.source(address).sourcePort(port).parse(segment);
        flow.take(segment, core);
        flow.ourMss = 1460;
        flow.agree(true, true, false);
        return flow;
    }

    /** Not the stack's: what the driver does to a packet before each. */
    @Benchmark
    public Template driver() {
        return syn.sourcePort(1024 + (count++ & 0x7fff)).seq(count);
    }

    @Benchmark
    public Segment.Defect parseSyn() {
        return syn.parse(segment);
    }

    @Benchmark
    public Segment.Defect parseAck() {
        return ack.parse(segment);
    }

    @Benchmark
    public @Nullable Flow find() {
        return core.flows.find(segment);
    }

    @Benchmark
    public long secret() {
        return core.secret(half);
    }

    @Benchmark
    public int insertAndRemove() {
        core.flows.remove(half);
        core.flows.insert(half);
        return core.flows.size();
    }

    @Benchmark
    public int setAndCancelTimer() {
        core.wheel.schedule(half, core.now() + SECOND);
        core.wheel.cancel(half);
        return core.wheel.size();
    }

    @Benchmark
    public int synAck() {
        output.synAck(half, Rule.SYN_ANSWERED);
        int length = output.length(0);
        output.clear(1);
        return length;
    }

    @Benchmark
    public long countRule() {
        core.count(Rule.SYN_ANSWERED);
        return core.counted(Rule.SYN_ANSWERED);
    }

    @Benchmark
    public int checksumOfData() {
        return Checksum.sum(data, 54, DATA);
    }

    /** One of four that an octet meets from write() to read(). */
    @Benchmark
    public byte copyOfData() {
        System.arraycopy(data, 54, copy, 54, DATA);
        return copy[54];
    }
}
