package io.halfopen.bench;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A SYN flood: every SYN comes from another address, and is answered with a cookie. */
@State(Scope.Thread)
public class FloodBench {
    private static final int PORT = 80;
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.1");

    /** 10.128.0.0/9. */
    private static final int FIRST_SOURCE = 10 << 24 | 1 << 23;

    private static final int SOURCES = 1 << 23;

    private final Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
    private final Template syn = Template.syn(new IpAddress(0, 0xffff_0000_0000L), SERVER, PORT);
    private final Stack.PacketHandler onSynAck = (why, bytes, offset, length) -> {};
    private int count;
    private long now = 1_000_000_000L;

    @Setup(Level.Trial)
    public void listen() {
        stack.addAddress(SERVER, 1500);
        stack.sysctls().set(Sysctl.tcp_syncookies, 2);
        int fd = stack.socket(Stack.AF_INET);
        if (stack.bind(fd, SERVER, PORT) != 0 || stack.listen(fd, 128) != 0) {
            throw new IllegalStateException("cannot listen");
        }
    }

    @Benchmark
    public int answerWithCookie() {
        int i = count++;
        now += 100;
        syn.source(FIRST_SOURCE + (i & SOURCES - 1))
                .sourcePort(1024 + (i >>> 23))
                .seq(i);
        if (syn.into(stack, now) != Rule.SYN_COOKIE_SENT) {
            throw new IllegalStateException("the stack did something else");
        }
        return stack.drainPackets(onSynAck);
    }
}
