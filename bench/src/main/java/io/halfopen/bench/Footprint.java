package io.halfopen.bench;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.TcpHeader;
import java.lang.ref.Reference;
import java.util.Locale;

/**
 * What one more half-open, queued, accepted or used connection costs, in octets of heap: measured as the difference that many
 * of them make after a collection, so tables, timers and descriptors are in it. {@code bench/run footprint} runs it.
 */
public final class Footprint {
    private static final int COUNT = 1 << 19;
    private static final int PORT = 80;
    private static final long LATER = 3_600_000_000_000L;
    private static final int CLIENTS_PER_ADDRESS = 1000;
    private static final int FIRST_CLIENT = 11 << 24;
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.1");
    private static final IpAddress CLIENT = IpAddress.parse("10.0.0.2");

    private final Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
    private final Template syn = Template.syn(CLIENT, SERVER, PORT);
    private final Template ack = Template.of(TcpHeader.ACK, CLIENT, SERVER, PORT);
    private final int[] isns = new int[COUNT];
    private final int[] stamps = new int[COUNT];
    private final int[] fds = new int[COUNT];
    private final int listener;
    private int drained;

    private Footprint() {
        stack.addAddress(SERVER, 1500);
        stack.sysctls().set(Sysctl.somaxconn, 2 * COUNT);
        stack.sysctls().set(Sysctl.tcp_max_syn_backlog, 2 * COUNT);
        listener = stack.socket(Stack.AF_INET);
        stack.bind(listener, SERVER, PORT);
        stack.listen(listener, 2 * COUNT);
    }

    public static void main(String[] args) {
        Footprint footprint = new Footprint();
        try {
            footprint.measure();
        } finally {
            Reference.reachabilityFence(footprint); // once measured it is of no use, but must not be collected before
        }
    }

    private void measure() {
        long empty = heap();
        for (int i = 0; i < COUNT; i++) {
            sendSyn(i);
        }
        long halfOpen = heap();
        for (int i = 0; i < COUNT; i++) {
            sendAck(i);
        }
        long queued = heap();
        acceptAll();
        long accepted = heap();
        for (int i = 0; i < COUNT; i++) {
            sendData(i);
        }
        long used = heap();
        sleep();
        long asleep = heap();
        print("half-open", halfOpen - empty);
        print("connection in the accept queue", queued - empty);
        print("accepted connection, idle", accepted - empty);
        print("the same, after some data", used - empty);
        print("the same, asleep", asleep - empty);
    }

    private void sendSyn(int i) {
        require(at(syn, i).seq(i).into(stack, 1) == Rule.SYN_ANSWERED);
        drained = i;
        stack.drainPackets(this::noteSynAck);
    }

    private void noteSynAck(Rule why, byte[] bytes, int offset, int length) {
        isns[drained] = Bytes.getInt(bytes, offset + 24);
        stamps[drained] = Bytes.getInt(bytes, offset + 48);
    }

    private void sendAck(int i) {
        at(ack, i).seq(i + 1).ack(isns[i] + 1).echo(stamps[i]);
        require(ack.into(stack, 1) == Rule.FINAL_ACK_ACCEPTED);
        stack.drainReady((fd, events) -> {});
    }

    /** One octet, which the peer acknowledges: nothing is in flight afterwards. */
    private void sendData(int i) {
        require(stack.write(1, fds[i], new byte[1], 0, 1) == 1);
        stack.drainPackets((why, bytes, offset, length) -> {});
        at(ack, i).seq(i + 1).ack(isns[i] + 2).echo(stamps[i]);
        require(ack.into(stack, 1) == Rule.ACK_ACCEPTED);
        stack.drainReady((fd, events) -> {});
    }

    private void sleep() {
        int asleep = 0;
        while (asleep < COUNT) {
            asleep += stack.sleep(LATER, LATER - 1);
        }
    }

    private static Template at(Template template, int i) {
        template.source(FIRST_CLIENT + i / CLIENTS_PER_ADDRESS);
        return template.sourcePort(1024 + i % CLIENTS_PER_ADDRESS);
    }

    private void acceptAll() {
        for (int i = 0; i < COUNT; i++) {
            fds[i] = stack.accept(listener);
            require(fds[i] >= 0);
        }
    }

    private static long heap() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    private static void print(String what, long octets) {
        System.out.println(String.format(Locale.ROOT, "%-32s %5d octets", what, octets / COUNT));
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new IllegalStateException("the stack did something else");
        }
    }
}
