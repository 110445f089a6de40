package io.halfopen.tcp.socket;

/** A connection to which nothing has happened since its handshake: what there is to know of it is what that agreed on. */
public final class Fresh extends Dormant {
    /** The peer's first window, octets, and the first round trip, ns, or -1. */
    public int peerWindow;

    public long roundTrip;

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
    private boolean timestamps;
    private boolean sack;
    private boolean ecn;

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
        tos = (byte) half.tos;
        retransmits = half.retransmits;
        peerWindowScale = half.peerWindowScale;
        ourWindowScale = half.ourWindowScale;
        timestamps = half.timestamps;
        sack = half.sack;
        ecn = half.ecn;
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
        half.tos = (short) (tos & 0xff);
        half.retransmits = retransmits;
        half.peerWindowScale = peerWindowScale;
        half.ourWindowScale = ourWindowScale;
        half.timestamps = timestamps;
        half.sack = sack;
        half.ecn = ecn;
    }
}
