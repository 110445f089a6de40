package io.halfopen.tcp;

import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;

/**
 * What is kept between a SYN and the final ACK of its handshake; Linux calls it a request_sock. It is small because a
 * peer who has proved nothing can make us keep many.
 *
 * <pre>  SYN -> [ young -> old ] -> final ACK, RST or the end of patience</pre>
 */
final class HalfOpen extends Flow {
    /** Whose SYN queue it is in. */
    Listener listener;

    /** The client's initial sequence number, plus the data in its SYN that Fast Open took, and ours. */
    int irs;

    int iss;

    /** The time its first SYN-ACK left, for the first round-trip sample, ns; of a cookie {@link Timer#NEVER}. */
    long sentAt;

    /** The client's latest timestamp in sequence, to be echoed. */
    int tsRecent;

    int tsOffset;

    /** The timestamp in the last SYN-ACK: nobody can echo a later one. */
    int tsSent;

    /** When an ACK answered something senseless last: a {@link Host#stamp}. */
    int answeredAt;

    /** The client's MSS option; 536 where it had none. */
    char peerMss;

    /** The window in our SYN-ACK, never scaled. */
    char window;

    byte peerWindowScale;
    byte ourWindowScale;
    boolean timestamps;
    boolean sack;

    /** Timers that fired; 0 is what Linux calls young. */
    short timeouts;

    /** Both ends want explicit congestion notification. */
    boolean ecn;

    /** What our SYN-ACKs have as MSS option, type of service without ECN, and time to live, -1 for the sysctl's. */
    char ourMss;

    short tos;
    short ttl;

    /** How often the SYN-ACK was sent again, at most 127: if at all, an ACK times nothing (Karn). */
    byte retransmits;

    /** The final ACK has come and was not let in: too early (TCP_DEFER_ACCEPT), or the accept queue was full. */
    boolean acked;

    HalfOpen(Listener listener) {
        this.listener = listener;
    }

    /** Of whom, to whom and from where in sequence: all that a segment of the peer's says by itself. */
    void answer(Segment segment) {
        localHigh = segment.destinationHigh();
        localLow = segment.destinationLow();
        remoteHigh = segment.sourceHigh();
        remoteLow = segment.sourceLow();
        setPorts(segment.destinationPort(), segment.sourcePort());
        irs = segment.has(TcpHeader.SYN) ? segment.seq() : segment.seq() - 1;
    }

    void retransmitted() {
        retransmits = (byte) Math.min(retransmits + 1, Byte.MAX_VALUE);
    }

    boolean isYoung() {
        return timeouts == 0;
    }

    int rcvNxt() {
        return irs + 1;
    }
}
