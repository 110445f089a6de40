package io.halfopen.tcp.send;

import io.halfopen.tcp.host.Timer;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;
import io.halfopen.wire.TcpHeader;

/** What one ACK is found to say, while it is taken in: the flags of tcp_ack. One is used for all. */
public final class AckState {
    /** What is to be sent because of it. */
    public enum Resend {
        NOTHING,
        /** What is lost. */
        LOST,
        /** New data, to find out whether the timeout was spurious (F-RTO). */
        NEW
    }

    public final RateSample rate = new RateSample();

    public int ack;

    /** Whether the ACK echoes a timestamp of ours, and which. */
    public boolean stamped;

    public int echo;

    /** Where una was before. */
    public int una;

    /** The highest selective acknowledgment before, and what was in flight. */
    public int highestSacked;

    public int packets;
    public int inNetwork;
    public int sackedOut;

    /** What had been delivered and lost before. */
    public int delivered;

    public int lost;

    /** una moved. */
    public boolean advanced;

    /** The segment has data, or FIN. */
    boolean data;

    public boolean windowUpdate;

    /** A packet left the scoreboard. */
    public boolean acked;

    /** One that had been sent more than once did. */
    public boolean retransmittedAcked;

    /** One that had been sent once arrived, of those in flight when the present episode began (FLAG_ORIG_SACK_ACKED). */
    public boolean originalArrived;

    public boolean sacked;

    /** The first that is not acknowledged was selectively acknowledged before. */
    public boolean reneging;

    /** Whether a D-SACK tells of something we repeated, and whether that is the probe of the tail. */
    public boolean duplicateSacked;

    public boolean duplicateOfProbe;

    /** The peer had thrown away what it had acknowledged selectively, before this ACK. */
    boolean reneged;

    /** The ACK says that the peer saw congestion (ECE). */
    public boolean congestionEcho;

    /** The timer is to be set anew. */
    public boolean setTimer;

    public boolean lostRetransmission;

    /** The peer may have delayed the ACK, which then tells little about the least round trip. */
    public boolean maybeDelayed;

    public int duplicates;
    public Resend resend = Resend.NOTHING;

    /** When the first and last packet were sent, of those sent once that it selectively acknowledges; ns, or NEVER. */
    public long firstSackedAt;

    public long lastSackedAt;

    /** Packets that it says arrived out of order or twice. */
    public int sackDelivered;

    /** The lowest number that was filled in later than a higher one. */
    public int reordered;

    public void begin(Sender sender, Segment segment, boolean sack, boolean timestamps, boolean ecn) {
        rate.begin();
        ack = segment.ack();
        stamped = timestamps && segment.hasTimestamps() && segment.tsEcho() != 0;
        echo = segment.tsEcho();
        una = sender.una();
        highestSacked = sack ? sender.flight.highestSacked(una) : una;
        packets = sender.flight.packets();
        inNetwork = sender.flight.inNetwork();
        sackedOut = sender.flight.sackedOut();
        delivered = sender.delivery.delivered;
        lost = sender.delivery.lost;
        advanced = SeqNumber.after(ack, una);
        data = segment.seqLength() > 0;
        windowUpdate = false;
        acked = false;
        retransmittedAcked = false;
        originalArrived = false;
        sacked = false;
        reneging = false;
        duplicateSacked = false;
        reneged = sender.recovery.reneged;
        duplicateOfProbe = false;
        congestionEcho = ecn && segment.has(TcpHeader.ECE) && !segment.has(TcpHeader.SYN);
        setTimer = false;
        lostRetransmission = false;
        maybeDelayed = false;
        duplicates = 0;
        resend = Resend.NOTHING;
        firstSackedAt = Timer.NEVER;
        lastSackedAt = Timer.NEVER;
        sackDelivered = 0;
        reordered = sender.nxt();
    }

    /** What it answers was sent before our clock showed that (tcp_tsopt_ecr_before). */
    public boolean echoesBefore(int timestamp) {
        return stamped && echo - timestamp < 0;
    }

    /** Whether this cannot be a duplicate ACK (FLAG_NOT_DUP). */
    public boolean isNoDuplicate() {
        return data || windowUpdate || acked;
    }

    /** FLAG_CA_ALERT. */
    public boolean alerts() {
        return sacked || congestionEcho || duplicateSacked;
    }
}
