package io.halfopen.tcp.send;

import io.halfopen.tcp.host.ByteRing;
import io.halfopen.tcp.host.SavedState;

/**
 * How what was written and not sent is cut: Linux's write queue of buffers, each of which holds some segments. It shows in
 * PSH, which the end of a buffer may have, and in how much leaves as one. The octets themselves are in the {@link ByteRing}.
 */
public final class WriteQueue {
    private static final int PUSH = 1;

    /** MSG_EOR: nothing is added to it, nor it to anything (TCP_SKB_CB(skb)->eor). */
    private static final int END = 2;

    /** MSG_ZEROCOPY: more may be written into it, but its octets move to no other (skb_shift). */
    private static final int FIXED = 4;

    /** Octets are above the marks. */
    private static final int SHIFT = 3;

    private static final int[] NONE = {};

    /** The octets of each buffer, and its marks; a ring. */
    private int[] buffers = NONE;

    private int first;
    private int count;

    /** The last buffer was marked and is gone, but its FIN is not. */
    private boolean finPushed;

    /** What was written up to here had been marked to be pushed (pushed_seq). */
    private int pushedSeq;

    public void clear() {
        first = 0;
        count = 0;
        finPushed = false;
    }

    void keep(SavedState k) {
        pushedSeq = k.seq(pushedSeq);
    }

    void start(int seq) {
        clear();
        pushedSeq = seq;
    }

    private int at(int index) {
        return first + index & buffers.length - 1;
    }

    /** The buffers. */
    public int count() {
        return count;
    }

    /** The octets of the first buffer; 0 if there is none. */
    public int head() {
        return count == 0 ? 0 : buffers[first] >> SHIFT;
    }

    /** The end of the first buffer is to be pushed, or the FIN that is left of it. */
    public boolean isHeadPushed() {
        return count > 0 ? (buffers[first] & PUSH) != 0 : finPushed;
    }

    /** The first is the last, or there is none. */
    public boolean isHeadLast() {
        return count <= 1;
    }

    /** The first buffer does not become one with the second. */
    public boolean isHeadEnd() {
        return count > 0 && (buffers[first] & (END | FIXED)) != 0;
    }

    /** Octets that follow need a buffer of their own. */
    public boolean isTailEnd() {
        return count > 0 && (buffers[at(count - 1)] & END) != 0;
    }

    /** What was written so far is a record, so the last buffer gets no more. */
    public void end() {
        if (count > 0) {
            buffers[at(count - 1)] |= END;
        }
    }

    /** What is in the last buffer was not copied. */
    public void fix() {
        buffers[at(count - 1)] |= FIXED;
    }

    /** The octets of the last buffer; 0 if there is none. */
    public int tail() {
        return count == 0 ? 0 : buffers[at(count - 1)] >> SHIFT;
    }

    // ---- written

    /** A new buffer is begun (tcp_skb_entail). */
    public void begin() {
        if (count == buffers.length) {
            int[] wider = new int[Math.max(2, 2 * count)];
            for (int i = 0; i < count; i++) {
                wider[i] = buffers[at(i)];
            }
            buffers = wider;
            first = 0;
        }
        buffers[at(count++)] = 0;
    }

    /** So many octets go to the end of the last buffer. */
    public void append(int octets) {
        buffers[at(count - 1)] += octets << SHIFT;
    }

    /** The first octets of a write() follow: what was the end is none any more. */
    public void unmark() {
        buffers[at(count - 1)] &= ~PUSH;
    }

    /** What is written up to {@code end} is to be pushed (tcp_mark_push). */
    public void mark(int end) {
        if (count > 0) {
            buffers[at(count - 1)] |= PUSH;
        }
        pushedSeq = end;
    }

    /** The end of the first buffer is to be pushed, too, or the FIN if that is left of it. */
    public void markHead() {
        if (count > 0) {
            buffers[first] |= PUSH;
        }
        finPushed = true;
    }

    /** What ends here was sent to probe a window, wherever it was cut (tcp_write_wakeup). */
    public void pushedTo(int end) {
        pushedSeq = end - pushedSeq > 0 ? end : pushedSeq;
    }

    /** More than half of the largest window was written since something was marked (forced_push). */
    public boolean isPushDue(int end, int greatestWindow) {
        return end - (pushedSeq + (greatestWindow >> 1)) > 0;
    }

    // ---- sent

    /** The first takes so many octets more from the second, as far as that has them (tcp_grow_skb). */
    public void grow(int octets) {
        if (count < 2 || octets <= 0 || isHeadEnd() || (buffers[at(1)] & FIXED) != 0) {
            return;
        }
        int second = at(1);
        int more = Math.min(octets, buffers[second] >> SHIFT);
        buffers[first] += more << SHIFT;
        buffers[second] -= more << SHIFT;
        if (buffers[second] >> SHIFT == 0) {
            buffers[second] = buffers[first] | buffers[second];
            drop();
        }
    }

    /** Whether so many octets of one or several buffers may be one packet (tcp_can_coalesce_send_queue_head). */
    public boolean canGather(int octets) {
        int left = octets;
        for (int i = 0; i < count && left > buffers[at(i)] >> SHIFT; i++) {
            boolean apart = (buffers[at(i)] & (END | FIXED)) != 0 || i + 1 < count && (buffers[at(i + 1)] & FIXED) != 0;
            if (apart) {
                return false;
            }
            left -= buffers[at(i)] >> SHIFT;
        }
        return true;
    }

    /** The first gets at least so many octets, which it {@link #canGather}. */
    public void gather(int octets) {
        while (count > 1 && head() < octets) {
            grow(octets - head());
        }
    }

    /** So many octets of the first have left; what is left of it keeps its mark. */
    public void sent(int octets) {
        if (count > 0) {
            buffers[first] -= octets << SHIFT;
            if (buffers[first] >> SHIFT <= 0) {
                drop();
            }
        }
    }

    private void drop() {
        count--;
        first = count == 0 ? 0 : at(1);
    }
}
