package io.halfopen.tcp.send;

import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Sysctls;
import io.halfopen.tcp.host.SavedState;
import io.halfopen.tcp.host.Timer;

/**
 * What a connection knows of its present episode of loss, and of those before: one page of tcp_sock. {@code
 * RecoveryInput} moves it from state to state, {@code Undo} takes an episode back.
 *
 * <pre>{@code
 *              SACK or duplicate ACK                something is lost
 *     OPEN  <-------------------------> DISORDER ---------------------> RECOVERY
 *       |  ^                                                                |
 *   ECE |  | high is acknowledged, and more                                 |
 *       v  |                                                                |
 *      CWR +<-------- high is acknowledged, or all was a mistake <----------+
 *                                           ^
 *                 the timer fired ---> LOSS |
 * }</pre>
 */
public final class Recovery {
    /** Where nxt was when the episode began: its end is when this is acknowledged (high_seq). */
    public int high;

    /** The episode may be taken back, and began here (undo_marker). */
    public boolean undoable;

    public int undoFrom;

    /** Retransmissions that no D-SACK has called superfluous; 0: all were; -1: there was none (undo_retrans). */
    public int undoRetransmits;

    /** When its first retransmission was sent, ns, or {@link Timer#NEVER} (retrans_stamp). */
    public long retransmittedAt;

    /** The timeout may have been spurious: the next ACKs will tell (RFC 5682). */
    public boolean frto;

    /** The peer threw away what it had selectively acknowledged; until the episode is over. */
    public boolean reneged;

    /** Packets delivered and sent since the window is being reduced (RFC 6937). */
    public int prrDelivered;

    public int prrOut;

    /** A tail loss probe is out and not accounted for, nxt was there, and it was a retransmission (tlp_high_seq). */
    public boolean probing;

    public int probeEnd;
    public boolean probeRetransmits;

    // ---- from here on: what episodes leave behind

    /** How many packets a packet may be overtaken by and still arrive. */
    public int reordering;

    /** How often one was. */
    public int reorderingSeen;

    /** Packets that D-SACKs said came twice. */
    public int duplicates;

    /** Packets and octets retransmitted. */
    public int retransmits;

    public long retransmittedOctets;

    public final Rack rack = new Rack();

    void reset() {
        high = 0;
        undoable = false;
        undoRetransmits = -1;
        retransmittedAt = Timer.NEVER;
        frto = false;
        reneged = false;
        prrDelivered = 0;
        prrOut = 0;
        probing = false;
        probeRetransmits = false;
        reordering = 0;
        reorderingSeen = 0;
        duplicates = 0;
        retransmits = 0;
        retransmittedOctets = 0;
        rack.reset();
    }

    void keep(SavedState k) {
        high = k.seq(high);
        undoable = k.at(undoable);
        undoFrom = k.seq(undoFrom);
        undoRetransmits = k.at(undoRetransmits);
        retransmittedAt = k.time(retransmittedAt);
        frto = k.at(frto);
        reneged = k.at(reneged);
        prrDelivered = k.at(prrDelivered);
        prrOut = k.at(prrOut);
        probing = k.at(probing);
        probeEnd = k.seq(probeEnd);
        probeRetransmits = k.at(probeRetransmits);
        reordering = k.at(reordering);
        reorderingSeen = k.at(reorderingSeen);
        duplicates = k.at(duplicates);
        retransmits = k.at(retransmits);
        retransmittedOctets = k.at(retransmittedOctets);
        rack.keep(k);
    }

    /** The handshake is done. */
    void start(Sysctls sysctls, int una) {
        reordering = sysctls.get(Sysctl.tcp_reordering);
        high = una;
    }

    /** From here on retransmissions can be found out to be superfluous (tcp_init_undo). */
    public void startUndo(Sender sender) {
        undoable = true;
        undoFrom = sender.una();
        undoRetransmits = sender.flight.retransOut() + (probing && probeRetransmits ? 1 : 0);
        if (undoRetransmits == 0) {
            undoRetransmits = -1;
        }
    }

    /** A D-SACK: so many retransmissions were for nothing. */
    public void superfluous(int packets) {
        if (undoable && undoRetransmits > 0) {
            undoRetransmits = Math.max(0, undoRetransmits - packets);
        }
    }

    /** So many packets were sent again, the first of them just now. */
    public void retransmitted(int packets, long now) {
        if (retransmittedAt == Timer.NEVER) {
            retransmittedAt = now;
        }
        undoRetransmits = Math.max(0, undoRetransmits) + packets;
    }

    /** Something in flight was sent more than once (tcp_any_retrans_done). */
    public static boolean hasRetransmitted(Flight flight) {
        return flight.retransOut() > 0 || !flight.isEmpty() && flight.is(flight.at(0), Flight.EVER_RETRANS);
    }

    /** The next retransmission is the first of its episode, unless another is still out (tcp_retrans_stamp_cleanup). */
    public void forgetRetransmissions(Flight flight) {
        if (!hasRetransmitted(flight)) {
            retransmittedAt = Timer.NEVER;
        }
    }
}
