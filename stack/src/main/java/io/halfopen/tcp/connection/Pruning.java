package io.halfopen.tcp.connection;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.receive.ReceiveBuffer;
import io.halfopen.tcp.receive.Receiver;
import io.halfopen.tcp.socket.Core;

/** What is given up when the receive buffer, or all memory, is full: tcp_try_rmem_schedule and tcp_prune_queue. */
final class Pruning {
    /** What goes at a time: this part of the buffer. */
    private static final int PART_SHIFT = 3;

    private final Core core;

    Pruning(Core core) {
        this.core = core;
    }

    /** Whether data that begins here may be taken in, now that room was made for it. */
    boolean makesRoom(Receiver receiver, int seq, int mss) {
        if (!receiver.buffer.isOverdrawn() && !isStarved(receiver)) {
            return true;
        }
        if (!prune(receiver, seq, mss)) {
            return false;
        }
        return !isStarved(receiver) || dropLast(receiver, seq) && !isStarved(receiver);
    }

    /** Above the last number of tcp_mem a connection has the first of tcp_rmem, and no more. */
    private boolean isStarved(Receiver receiver) {
        return core.memory.isExhausted() && receiver.buffer.charged() >= core.sysctls.get(Sysctl.tcp_rmem, 0);
    }

    private boolean prune(Receiver receiver, int seq, int mss) {
        ReceiveBuffer buffer = receiver.buffer;
        if (buffer.charged() == 0) {
            return false;
        }
        core.count(Counter.PruneCalled);
        if (buffer.isOverdrawn()) {
            widen(receiver, mss);
        } else if (core.memory.isUnderPressure()) {
            receiver.window.spare(mss);
        }
        if (buffer.isOverdrawn()) {
            buffer.collapse(receiver.readable());
        }
        if (buffer.isOverdrawn()) {
            dropLast(receiver, seq);
        }
        if (buffer.isOverdrawn()) {
            core.count(Counter.RcvPruned);
            return false;
        }
        return true;
    }

    /** A buffer that nobody has fixed grows to what is in it; else the peer is asked to stop (tcp_clamp_window). */
    private void widen(Receiver receiver, int mss) {
        ReceiveBuffer buffer = receiver.buffer;
        receiver.acks.becomePatient();
        int most = core.sysctls.get(Sysctl.tcp_rmem, 2);
        boolean plenty = core.memory.pages() < core.sysctls.get(Sysctl.tcp_mem, 0);
        if (buffer.size() < most && !buffer.isFixed() && !core.memory.isUnderPressure() && plenty) {
            buffer.resize(Math.min(buffer.charged(), most), false);
        }
        if (buffer.isOverdrawn()) {
            receiver.window.retreat(mss);
        }
    }

    /** The last of what lies beyond gaps, never what comes before this segment (tcp_prune_ofo_queue). */
    private boolean dropLast(Receiver receiver, int seq) {
        int goal = Math.max(1, receiver.buffer.size() >> PART_SHIFT);
        boolean dropped = false;
        while (receiver.dropBeyond(goal, seq)) {
            dropped = true;
            if (!receiver.buffer.isOverdrawn() && !core.memory.isUnderPressure()) {
                break;
            }
        }
        if (dropped) {
            core.count(Counter.OfoPruned);
        }
        return dropped;
    }
}
