package io.halfopen.tcp.socket;

import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.Timer;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;

/**
 * What is kept between a SYN and the final ACK of its handshake; Linux calls it a request_sock. It is small because a
 * peer who has proved nothing can make us keep many.
 *
 * <pre>  SYN -> [ young -> old ] -> final ACK, RST or the end of patience</pre>
 */
public final class HalfOpen extends Flow {
    /** What {@link #has} asks for: options that both ends have, timestamps, SACK and explicit congestion notification. */
    public static final int TIMESTAMPS = 1;

    public static final int SACK = 1 << 1;
    public static final int ECN = 1 << 2;

    /** And whether {@link #acked} was called. */
    public static final int ACKED = 1 << 3;

    /** Whose SYN queue it is in. */
    public Listener listener;

    /** The client's initial sequence number, plus the data in its SYN that Fast Open took, and ours. */
    public int irs;

    public int iss;

    /** The time its first SYN-ACK left, for the first round-trip sample, ns; of a cookie {@link Timer#NEVER}. */
    public long sentAt;

    /** The client's latest timestamp in sequence, to be echoed. */
    public int tsRecent;

    public int tsOffset;

    /** The timestamp in the last SYN-ACK: nobody can echo a later one. */
    public int tsSent;

    /** When an ACK answered something senseless last: a {@link Host#stamp}. */
    public int answeredAt;

    /** The client's MSS option; 536 where it had none. */
    public char peerMss;

    /** The window that the connection begins with, octets; of more than 65535 the SYN-ACK cannot tell. */
    public int window;

    /** The window of what is sent before the handshake is done, octets (tcp_synack_window). */
    public int toldWindow() {
        return Math.min(window, 0xffff);
    }

    public byte peerWindowScale;
    public byte ourWindowScale;
    byte bits;

    /** Timers that fired; 0 is what Linux calls young. */
    public short timeouts;

    /** What our SYN-ACKs have as MSS option, type of service without ECN, and time to live, -1 for the sysctl's. */
    public char ourMss;

    public byte tos;
    public short ttl;

    /** How often the SYN-ACK was sent again, at most 127: if at all, an ACK times nothing (Karn). */
    public byte retransmits;

    public HalfOpen(Listener listener) {
        this.listener = listener;
    }

    /**
     * Takes tuple, its hash and sequence number from a segment of the peer: its SYN, or the ACK that brings a cookie back. It was
     * looked for in {@link FlowTable}.
     */
    public void take(Segment segment, Host host) {
        local = host.addresses.of(segment.destinationHigh(), segment.destinationLow());
        remoteHigh = segment.sourceHigh();
        remoteLow = segment.sourceLow();
        setPorts(segment.destinationPort(), segment.sourcePort());
        hash = segment.hash;
        irs = segment.has(TcpHeader.SYN) ? segment.seq() : segment.seq() - 1;
    }

    public void retransmitted() {
        retransmits = (byte) Math.min(retransmits + 1, Byte.MAX_VALUE);
    }

    public boolean has(int bit) {
        return (bits & bit) != 0;
    }

    /** Which options both ends have; no ACK has come. */
    public void agree(boolean timestamps, boolean sack, boolean ecn) {
        bits = (byte) ((timestamps ? TIMESTAMPS : 0) | (sack ? SACK : 0) | (ecn ? ECN : 0));
    }

    /** The final ACK has come and was not let in: too early (TCP_DEFER_ACCEPT), or the accept queue was full. */
    public void acked() {
        bits = (byte) (bits | ACKED);
    }

    public int tos() {
        return tos & 0xff;
    }

    public boolean isYoung() {
        return timeouts == 0;
    }

    public int rcvNxt() {
        return irs + 1;
    }
}
