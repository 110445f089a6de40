package io.halfopen.fuzz;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.Holdings;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A stack to which a {@link Script} happens: packets, most of them such that they get past the first checks, calls, and
 * time. Whatever it is, nothing may throw, no timer may be forgotten, and in the end nothing may be left.
 */
final class StackUnderFuzz {
    private static final IpAddress[] OURS = {IpAddress.parse("192.0.2.1"), IpAddress.parse("2001:db8::1")};
    private static final IpAddress[] PEERS = {IpAddress.parse("192.0.2.9"), IpAddress.parse("2001:db8::9")};
    private static final int[] PORTS = {80, 81, 32768, 32770};
    private static final int MOST_STEPS = 400;
    private static final int MOST_TIMERS = 100_000;

    /** What can be set without waiting for hours, or being refused. */
    private static final Sysctl[] SYSCTLS = {
        Sysctl.tcp_syncookies,
        Sysctl.tcp_timestamps,
        Sysctl.tcp_sack,
        Sysctl.tcp_window_scaling,
        Sysctl.tcp_ecn,
        Sysctl.tcp_abort_on_overflow,
        Sysctl.tcp_fastopen,
        Sysctl.tcp_early_retrans,
        Sysctl.tcp_tw_reuse
    };

    private final Script script;
    private final Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
    private final List<Integer> descriptors = new ArrayList<>();
    private final byte[] buffer = new byte[5000];
    private final Segment sent = new Segment();
    private long now = 1_000_000_000L;

    /** Where the last packet that was sent stands: a peer who knows that is heard. */
    private int theirPort = 1024;

    private int ourPort = 80;
    private int seq;
    private int ack;
    private int family;
    private int timestamp;

    StackUnderFuzz(byte[] bytes) {
        script = new Script(bytes);
        stack.addAddress(OURS[0], 1500);
        stack.addAddress(OURS[1], 1500);
    }

    void run() {
        for (int steps = 0; steps < MOST_STEPS && !script.isOver(); steps++) {
            step();
            settle();
        }
        finish();
    }

    private void step() {
        int what = script.below(16);
        switch (what) {
            case 0, 1, 2, 3, 4, 5 -> packet();
            case 6 -> stack.onPacket(now, script.octets(script.octet()), 0, 0);
            case 7 -> raw();
            case 8, 9 -> pass();
            case 10 -> open();
            case 11 -> setting();
            default -> call(what);
        }
    }

    /** Of what a network card has joined no checksum is looked at, so that anything at all comes further. */
    private void raw() {
        byte[] bytes = script.octets(script.octet());
        if (script.below(2) == 0) {
            stack.onPacket(now, bytes, 0, bytes.length);
        } else {
            stack.onMerged(now, bytes, 0, bytes.length, script.octet() - 2);
        }
    }

    private void pass() {
        long next = stack.nextTimeout();
        if (script.below(2) == 0 && next != Long.MAX_VALUE) {
            now = Math.max(now, next);
        } else {
            now += (long) script.octet() << script.below(28);
        }
        fireTimers();
    }

    private void fireTimers() {
        for (int i = 0; stack.nextTimeout() <= now; i++) {
            check(i < MOST_TIMERS, "timers fire for ever");
            stack.onTimeout(now);
            drain();
        }
    }

    private void open() {
        int fd = stack.socket(script.below(2) == 0 ? Stack.AF_INET : Stack.AF_INET6);
        descriptors.add(fd);
        int end = script.below(4);
        if (end < 2) {
            stack.bind(fd, IpAddress.ANY_V6, PORTS[script.below(2)]);
            stack.bind(fd, IpAddress.ANY_V4, PORTS[script.below(2)]);
            stack.listen(fd, script.below(4));
        } else if (end == 2) {
            stack.connect(now, fd, PEERS[script.below(2)], PORTS[script.below(2)]);
        }
    }

    private void setting() {
        if (script.below(2) == 0) {
            Sysctl sysctl = SYSCTLS[script.below(SYSCTLS.length)];
            int value = script.octet();
            if (sysctl.allows(value)) {
                stack.sysctls().set(sysctl, value);
            }
            return;
        }
        SocketOption[] options = SocketOption.values();
        int value = script.below(2) == 0 ? script.octet() : script.number();
        stack.setsockopt(descriptor(), options[script.below(options.length)], value);
    }

    private int descriptor() {
        return descriptors.isEmpty() ? 3 : descriptors.get(script.below(descriptors.size()));
    }

    private void call(int what) {
        int fd = descriptor();
        switch (what) {
            case 12 -> {
                int accepted = stack.accept(fd);
                if (accepted >= 0) {
                    descriptors.add(accepted);
                }
            }
            case 13 -> {
                int written = stack.write(now, fd, buffer, 0, script.octet() * 19);
                check(written >= -Errno.EHOSTUNREACH, "an error that is none");
            }
            case 14 -> stack.read(now, fd, buffer, 0, script.octet() * 19);
            default -> {
                switch (script.below(4)) {
                    case 0 -> stack.shutdown(now, fd, script.below(4));
                    case 1 -> stack.connect(now, fd, PEERS[script.below(2)], PORTS[script.below(2)]);
                    case 2 -> stack.poll(fd);
                    default -> {
                        stack.close(now, fd);
                        descriptors.remove((Integer) fd);
                    }
                }
            }
        }
    }

    /** A segment with a right checksum, from near the place where a peer would be. */
    private void packet() {
        int odd = script.octet();
        int flags = script.octet();
        if ((odd & 1) != 0) {
            theirPort = 1024 + script.below(4);
            ourPort = PORTS[script.below(PORTS.length)];
            family = script.below(2);
        }
        int payload = (odd & 2) == 0 ? 0 : script.octet() * 6;
        byte[] options = options(odd >>> 2 & 3);
        int header = TcpHeader.LENGTH + options.length;
        int ip = family == 0 ? IpHeader.V4_LENGTH : IpHeader.V6_LENGTH;
        byte[] packet = new byte[ip + header + payload];
        IpAddress from = PEERS[family];
        IpAddress to = OURS[family];
        IpHeader.write(packet, 0, from.high(), from.low(), to.high(), to.low(), header + payload, odd >>> 4 & 3, 64, 0);
        int at = seq + ((odd & 64) == 0 ? 0 : (script.octet() - 128) * (1 << script.below(12)));
        int acked = ack + ((odd & 128) == 0 ? 0 : (script.octet() - 128) * (1 << script.below(12)));
        TcpHeader.write(packet, ip, theirPort, ourPort, at, acked, header, flags, script.octet() * 257);
        System.arraycopy(options, 0, packet, ip + TcpHeader.LENGTH, options.length);
        TcpHeader.seal(packet, ip, header + payload, from.high(), from.low(), to.high(), to.low());
        if ((odd & 32) == 0) {
            stack.onPacket(now, packet, 0, packet.length);
        } else {
            stack.onMerged(now, packet, 0, packet.length, script.octet());
        }
        if ((odd & 64) == 0) {
            seq += payload + Integer.bitCount(flags & (TcpHeader.SYN | TcpHeader.FIN));
        }
    }

    private byte[] options(int kind) {
        return switch (kind) {
            case 0 -> new byte[0];
            case 1 -> {
                byte[] timestamps = {1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0};
                Bytes.putInt(timestamps, 4, (int) (now / 1_000_000));
                Bytes.putInt(timestamps, 8, timestamp);
                yield timestamps;
            }
            case 2 -> new byte[] {2, 4, 5, (byte) 180, 4, 2, 1, 1, 1, 3, 3, (byte) script.octet()};
            default -> Arrays.copyOf(script.octets(script.below(11) * 4), 40 & -4);
        };
    }

    private void settle() {
        drain();
        stack.drainReady((fd, events) -> {});
        fireTimers();
        String fault = stack.selfCheck();
        check(fault == null, String.valueOf(fault));
    }

    private void drain() {
        stack.drainPackets((why, bytes, offset, length) -> {
            check(length <= 65_535, "a packet of " + length);
            if (sent.parse(bytes, offset, length) == Segment.Defect.NONE) {
                note();
            }
        });
    }

    private void note() {
        family = IpAddress.isIpv4(sent.sourceHigh(), sent.sourceLow()) ? 0 : 1;
        ourPort = sent.sourcePort();
        theirPort = sent.destinationPort();
        ack = sent.endSeq();
        seq = sent.has(TcpHeader.ACK) ? sent.ack() : seq;
        timestamp = sent.hasTimestamps() ? sent.tsValue() : timestamp;
    }

    /** Everything is closed, and time passes: everything ends. */
    private void finish() {
        descriptors.forEach(fd -> stack.close(now, fd));
        settle();
        for (int i = 0; stack.nextTimeout() != Long.MAX_VALUE; i++) {
            check(i < MOST_TIMERS, "timers run for ever");
            now = Math.max(now, stack.nextTimeout());
            settle();
        }
        check(stack.holdings().equals(Holdings.NOTHING), "left over: " + stack.holdings());
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
