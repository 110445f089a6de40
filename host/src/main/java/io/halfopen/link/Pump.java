package io.halfopen.link;

import io.halfopen.linux.Rule;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.SegmentCutter;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Carries packets, time and news between a link, a stack and a program: one mutation, then drain everything. */
final class Pump {
    /** Packets taken in before SYNs, timers and programs have their turn. */
    private static final int BATCH = 256;

    /** SYNs that have their turn then: answering one takes as long as taking in two or three. */
    private static final int SYN_BATCH = 64;

    private static final int LARGEST_PACKET = 1 << 16;

    /** How often idle connections are looked for, and how long they must have been idle, ns. */
    private static final long LOOK = 500_000_000L;

    private static final long IDLE = 10_000_000_000L;

    private final Link link;

    /** The same one, if it cuts and joins segments for the stack. */
    private final @Nullable OffloadLink card;

    private final Stack stack;
    private final PacketTap tap;
    private final LongSupplier clock;
    private final Stack.PacketHandler sender = new Sender();
    private final Stack.ReadyHandler collector = this::collect;
    private final byte[] packet = new byte[LARGEST_PACKET];
    private final SynBuffer syns = new SynBuffer();
    private final Queue<byte[]> toItself = new ArrayDeque<>();
    private @Nullable NextLoop next;
    private int[] news = new int[16];
    private int newsCount;
    private long lookedAt;

    Pump(Link link, Stack stack, PacketTap tap, LongSupplier clock) {
        this.link = link;
        this.stack = stack;
        this.tap = tap;
        this.clock = clock;
        card = link instanceof OffloadLink offers && !tap.looksInside() ? offers : null;
        if (card != null) {
            card.offload();
            stack.offload();
        }
    }

    /** Another pump may have the flow that a packet is about. */
    void passTo(NextLoop loop) {
        next = loop;
        stack.giveStrays((why, bytes, offset, length) -> loop.pass(bytes, offset, length));
    }

    /**
     * Takes in what has arrived; true if there may be more. What has its end here, or soon will, comes first: a SYN waits
     * until nothing else does, but no longer than {@link #BATCH}.
     */
    boolean receive() throws LinkException {
        boolean more = receiveOthers();
        for (int i = 0; i < SYN_BATCH && !syns.isEmpty(); i++) {
            take(syns.take(packet), 0);
        }
        return more || !syns.isEmpty();
    }

    /** SYNs that came faster than they could be answered, and found no room to wait in. */
    long lostSyns() {
        return syns.lost();
    }

    /** All but SYNs, which are put aside. */
    private boolean receiveOthers() throws LinkException {
        for (int i = 0; i < BATCH; i++) {
            int length = link.receive(packet);
            if (length == 0) {
                return false;
            }
            if (length <= SynBuffer.LARGEST && TcpHeader.isOpening(packet, 0, length)) {
                syns.add(packet, length);
            } else if (!passOn(length)) {
                take(length, card == null ? 0 : card.segmentSize());
            }
        }
        return true;
    }

    /** An error of ICMP comes to the queue that its sender's address leads to, not to the one of the flow that it is about. */
    private boolean passOn(int length) {
        NextLoop other = next;
        if (other == null || IpHeader.isPlainTcp(packet, 0, length) || !stack.isStray(packet, 0, length)) {
            return false;
        }
        other.pass(packet, 0, length);
        return true;
    }

    /** Takes in what another pump has not found a flow for; if there is none here either, {@code left} - 1 are to be asked. */
    void takeStray(byte[] stray, int left) {
        NextLoop other = next;
        if (other != null && left > 1 && stack.isStray(stray, 0, stray.length)) {
            other.pass(stray, left - 1);
        } else {
            System.arraycopy(stray, 0, packet, 0, stray.length);
            take(stray.length, 0);
        }
    }

    /** {@code segmentSize}: of what the card has made of several segments, else 0. */
    private void take(int length, int segmentSize) {
        long now = clock.getAsLong();
        Rule rule = segmentSize == 0
                ? stack.onPacket(now, packet, 0, length)
                : stack.onMerged(now, packet, 0, length, segmentSize);
        if (segmentSize > 0 && rule.verdict() == Rule.Verdict.DROP && IpHeader.isPlainTcp(packet, 0, length)) {
            // Somebody will want to know whose it was, and may look at its checksum.
            TcpHeader.complete(packet, 0, IpHeader.lengthAt(packet, 0), length);
        }
        tap.onArrived(now, rule, packet, 0, length);
        drain();
    }

    void fireTimers() {
        long now = clock.getAsLong();
        while (stack.nextTimeout() <= now) {
            stack.onTimeout(now);
            drain();
        }
    }

    /** Tells the program what is new, and sends what it answers; true if there was anything. */
    boolean tell(Stack.ReadyHandler program) {
        stack.drainReady(collector);
        int count = newsCount;
        newsCount = 0;
        for (int i = 0; i < count; i++) {
            // Asked again: what the program did about the descriptors before may have closed or emptied this one.
            int events = stack.poll(news[i]);
            if (events > 0) {
                program.onReady(news[i], events);
                drain();
            }
        }
        return count > 0;
    }

    private void collect(int fd, int events) {
        if (newsCount == news.length) {
            news = Arrays.copyOf(news, 2 * newsCount);
        }
        news[newsCount++] = fd;
    }

    /** Connections that have been idle for long take less memory, from the next look on. */
    void putAway() {
        long now = clock.getAsLong();
        if (now - lookedAt >= LOOK) {
            lookedAt = now;
            stack.sleep(now, IDLE);
        }
    }

    /** Sleeps until there is a packet, a timer is due, somebody wakes the link or it is time to look at the idle. */
    void await() throws LinkException {
        long look = stack.awake() == 0 ? Long.MAX_VALUE : lookedAt + LOOK;
        long timeout = Math.min(stack.nextTimeout(), look);
        link.await(timeout == Long.MAX_VALUE ? timeout : Math.max(0, timeout - clock.getAsLong()));
    }

    void drain() {
        stack.drainPackets(sender);
        while (!toItself.isEmpty()) {
            byte[] looped = toItself.remove();
            long now = clock.getAsLong();
            tap.onArrived(now, stack.onLooped(now, looped, 0, looped.length), looped, 0, looped.length);
            stack.drainPackets(sender);
        }
    }

    private final class Sender implements Stack.PacketHandler {
        @Override
        public void onPacket(Rule why, byte[] bytes, int offset, int length) {
            tap.onSent(clock.getAsLong(), why, bytes, offset, length);
            if (stack.isToItself(bytes, offset)) {
                toItself.add(Arrays.copyOfRange(bytes, offset, offset + length));
                return;
            }
            link.send(bytes, offset, length);
        }

        @Override
        public void onLarge(Rule why, byte[] bytes, int offset, int length, int segmentSize) {
            OffloadLink to = Objects.requireNonNull(card);
            tap.onSent(clock.getAsLong(), why, bytes, offset, length);
            if (stack.isToItself(bytes, offset)) {
                loop(bytes, offset, length, segmentSize);
                return;
            }
            to.sendLarge(bytes, offset, length, segmentSize);
        }

        /** No card is on that way. */
        private void loop(byte[] bytes, int offset, int length, int segmentSize) {
            SegmentCutter cutter = new SegmentCutter();
            byte[] segment = new byte[length];
            cutter.start(bytes, offset, offset + length, IpHeader.lengthAt(bytes, offset), segmentSize);
            while (cutter.hasMore()) {
                toItself.add(Arrays.copyOf(segment, cutter.next(segment)));
            }
        }
    }
}
