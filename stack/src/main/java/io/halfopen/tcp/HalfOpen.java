package io.halfopen.tcp;

/**
 * What is kept between a SYN and the final ACK of its handshake; Linux calls it a request_sock. It is small because a
 * peer who has proved nothing can make us keep many.
 *
 * <pre>  SYN -> [ young -> old ] -> final ACK, RST or the end of patience</pre>
 */
final class HalfOpen extends Flow {
    /** Whose SYN queue it is in. */
    Listener listener;

    /** The client's initial sequence number and ours. */
    int irs;

    int iss;

    /** The time its first SYN-ACK left, for the first round-trip sample. */
    long sentAt;

    /** The client's latest timestamp in sequence, to be echoed. */
    int tsRecent;

    int tsOffset;

    /** The client's MSS option; 536 where it had none. */
    int peerMss;

    /** The window in our SYN-ACK, never scaled. */
    int window;

    byte peerWindowScale;
    byte ourWindowScale;
    boolean timestamps;
    boolean sack;

    /** Timers that fired; 0 is what Linux calls young. */
    int timeouts;

    /** The SYN-ACK was sent more than once, so an ACK times nothing (Karn). */
    boolean retransmitted;

    HalfOpen(Listener listener) {
        this.listener = listener;
    }

    boolean isYoung() {
        return timeouts == 0;
    }

    int rcvNxt() {
        return irs + 1;
    }
}
