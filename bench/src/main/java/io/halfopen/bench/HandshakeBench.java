package io.halfopen.bench;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.TcpHeader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The listen path, one operation each: a whole connection (SYN in, SYN-ACK out, ACK in, accept(), RST in, close()), and
 * a SYN dropped at a full accept queue. All checksums are verified and computed by the stack. {@code open} connections
 * of other clients are there all the time.
 */
@State(Scope.Thread)
public class HandshakeBench {
    private static final int PORT = 80;
    private static final int FULL_PORT = 81;
    private static final int CLIENT_PORTS = 1 << 15;

    /** Virtual time between two connections, ns: the timers move as they do at a million a second. */
    private static final long INTERVAL = 1000;

    private static final IpAddress SERVER = IpAddress.parse("10.0.0.1");
    private static final IpAddress CLIENT = IpAddress.parse("10.0.0.2");
    private static final int FIRST_OTHER = 10 << 24 | 1 << 16;

    @Param({"0", "100000"})
    public int open;

    private final Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
    private final Template syn = Template.syn(CLIENT, SERVER, PORT);
    private final Template ack = Template.of(TcpHeader.ACK, CLIENT, SERVER, PORT);
    private final Template rst = Template.of(TcpHeader.RST, CLIENT, SERVER, PORT);
    private final Template synToFull = Template.syn(CLIENT, SERVER, FULL_PORT);
    private final Stack.PacketHandler onSynAck = this::noteSynAck;
    private final Stack.ReadyHandler onReady = (fd, events) -> {};
    private int listener;
    private int count;
    private long now = 1_000_000_000L;
    private int theirSeq;
    private int theirStamp;

    @Setup(Level.Trial)
    public void listen() {
        stack.addAddress(SERVER, 1500);
        listener = listenOn(PORT, 128);
        for (int i = 0; i < open; i++) {
            int address = FIRST_OTHER + i / 1000;
            syn.source(address);
            ack.source(address);
            handshake(syn, ack, 1024 + i % 1000, i);
            require(stack.accept(listener) >= 0);
        }
        syn.source((int) CLIENT.low());
        ack.source((int) CLIENT.low());
        listenOn(FULL_PORT, 0);
        handshake(synToFull, Template.of(TcpHeader.ACK, CLIENT, SERVER, FULL_PORT), 1023, 0);
    }

    private int listenOn(int port, int backlog) {
        int fd = stack.socket(Stack.AF_INET);
        require(stack.bind(fd, SERVER, port) == 0);
        require(stack.listen(fd, backlog) == 0);
        return fd;
    }

    @Benchmark
    public int acceptAndReset() {
        int i = count++;
        int port = portOf(i);
        handshake(syn, ack, port, i);
        int fd = stack.accept(listener);
        require(rst.sourcePort(port).seq(i + 1).into(stack, now) == Rule.RST_ACCEPTED);
        stack.drainReady(onReady);
        stack.close(now, fd);
        return fd;
    }

    @Benchmark
    public Rule dropSyn() {
        int i = count++;
        passTime();
        Rule rule = synToFull.sourcePort(portOf(i)).seq(i).into(stack, now);
        require(rule == Rule.ACCEPT_QUEUE_FULL);
        return rule;
    }

    private static int portOf(int i) {
        return 1024 + (i & CLIENT_PORTS - 1);
    }

    private void handshake(Template syn, Template ack, int port, int iss) {
        passTime();
        require(syn.sourcePort(port).seq(iss).into(stack, now) == Rule.SYN_ANSWERED);
        require(stack.drainPackets(onSynAck) == 1);
        ack.sourcePort(port).seq(iss + 1).ack(theirSeq + 1).echo(theirStamp);
        require(ack.into(stack, now) == Rule.FINAL_ACK_ACCEPTED);
        require(stack.drainReady(onReady) == 1);
    }

    private void passTime() {
        now += INTERVAL;
        while (stack.nextTimeout() <= now) {
            stack.onTimeout(now);
        }
    }

    /** The SYN-ACK's options are MSS, "sackOK,TS" and window scale: all places are known. */
    private void noteSynAck(Rule why, byte[] bytes, int offset, int length) {
        theirSeq = Bytes.getInt(bytes, offset + 24);
        theirStamp = Bytes.getInt(bytes, offset + 48);
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new IllegalStateException("the stack did something else");
        }
    }
}
