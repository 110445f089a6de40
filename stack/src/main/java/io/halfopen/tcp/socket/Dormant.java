package io.halfopen.tcp.socket;

import io.halfopen.linux.CongestionAlgorithm;
import org.jspecify.annotations.Nullable;

/**
 * A connection that nobody needs now: {@link Fresh}, one to which nothing has happened since its handshake, or {@link Asleep},
 * one that has been idle for a while. It takes a fifth of what a {@link Connection} does, and {@code Dormancy} makes one of it
 * that is as if it had been there all the time. poll(2), and a read() in vain, do not wake it.
 */
public abstract sealed class Dormant extends AcceptQueue.Entry {
    /** When something happened last, ns: the final ACK if nothing has since. */
    public long since;

    /** An RST was all that ever came: it is in no table any more, and only process or accept queue hold it. */
    public boolean ended;

    /** As new, for the next one. */
    void reset() {
        ended = false;
        listener = null;
        socket = null;
    }

    /** A connection to which nothing has happened since its handshake: what there is to know of it is what that agreed on. */
    public static final class Fresh extends Dormant {
        /** The peer's first window, octets, and the timestamp that the final ACK echoed, or 0. */
        public int peerWindow;

        public int echo;

        // As they were in the half-open.
        private long sentAt;
        private int irs;
        private int iss;
        private int tsRecent;
        private int tsOffset;
        private int tsSent;
        private int window;
        private char peerMss;
        private short timeouts;
        private short ttl;
        private byte tos;
        private byte retransmits;
        private byte peerWindowScale;
        private byte ourWindowScale;
        private byte bits;

        /** The number that the peer's next octet has. */
        public int rcvNxt() {
            return irs + 1;
        }

        /** Takes what the handshake agreed on, which then needs its half-open no more. */
        void take(HalfOpen half) {
            copyTuple(half);
            sentAt = half.sentAt;
            irs = half.irs;
            iss = half.iss;
            tsRecent = half.tsRecent;
            tsOffset = half.tsOffset;
            tsSent = half.tsSent;
            window = half.window;
            peerMss = half.peerMss;
            timeouts = half.timeouts;
            ttl = half.ttl;
            tos = half.tos;
            retransmits = half.retransmits;
            peerWindowScale = half.peerWindowScale;
            ourWindowScale = half.ourWindowScale;
            bits = half.bits;
        }

        /** Makes it the half-open that it was when its final ACK came. */
        public void restore(HalfOpen half) {
            half.copyTuple(this);
            half.sentAt = sentAt;
            half.irs = irs;
            half.iss = iss;
            half.tsRecent = tsRecent;
            half.tsOffset = tsOffset;
            half.tsSent = tsSent;
            half.window = window;
            half.peerMss = peerMss;
            half.timeouts = timeouts;
            half.ttl = ttl;
            half.tos = tos;
            half.retransmits = retransmits;
            half.peerWindowScale = peerWindowScale;
            half.ourWindowScale = ourWindowScale;
            half.bits = bits;
        }
    }

    /** A connection that was used, and has been idle for long enough to be put away. */
    public static final class Asleep extends Dormant {
        /** All that the connection knew, by {@link Connection#keep}. */
        public byte @Nullable [] kept;

        /** Its congestion control, which has that from its socket or from the sysctl. */
        public CongestionAlgorithm algorithm = CongestionAlgorithm.reno;

        @Override
        void reset() {
            super.reset();
            kept = null;
        }
    }
}
