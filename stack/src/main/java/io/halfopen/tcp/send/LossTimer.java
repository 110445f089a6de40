package io.halfopen.tcp.send;

import io.halfopen.tcp.host.SavedState;
import io.halfopen.tcp.host.Timer;

/** The one timer of the sending half: what it waits for, and how often it has fired in vain. */
public final class LossTimer {
    /** What the timer is set for. */
    public enum Purpose {
        NONE,
        /** The SYN or data was not acknowledged in time. */
        RETRANSMIT,
        /** The last segment may be lost: probe before the timeout (RFC 8985, section 7). */
        LOSS_PROBE,
        /** What was overtaken may come yet: wait before it is lost (RFC 8985, section 6.2). */
        REORDER,
        /** The peer's window is closed: ask (RFC 9293, section 3.8.6.1). */
        WINDOW_PROBE
    }

    /** As many as lead from the least timeout to the longest. */
    static final int MOST_PROBE_DOUBLINGS = 10;

    public Purpose purpose = Purpose.NONE;

    /** When it fires, ns, or {@link Timer#NEVER}. */
    public long due = Timer.NEVER;

    /** How often it fired in vain since it was measured or the window opened, as Linux tells it (icsk_backoff). */
    public int backoff;

    /** How often the timeout was doubled: probes of the window do not. */
    public int doublings;

    /** Timeouts in a row without progress. */
    public int retransmits;

    /** When the first SYN was sent, ns: patience with it is counted from here. */
    public long firstAt;

    /** When the first probe of a closed window was, ns, or {@link Timer#NEVER}; answers do not change it. */
    public long probingSince = Timer.NEVER;

    public void reset() {
        stop();
        opened();
        doublings = 0;
    }

    void keep(SavedState k) {
        backoff = k.at(backoff);
        doublings = k.at(doublings);
        retransmits = k.at(retransmits);
        firstAt = k.time(firstAt);
        probingSince = k.time(probingSince);
    }

    public void set(Purpose purpose, long due) {
        this.purpose = purpose;
        this.due = due;
    }

    public void stop() {
        purpose = Purpose.NONE;
        due = Timer.NEVER;
    }

    /** A probe of the window was sent; no more doublings than there are retries. */
    public void probed(int most) {
        retransmits++;
        backoff += backoff < most ? 1 : 0;
    }

    /** A timeout was in vain, or of a thin stream, which is never doubled. */
    public void timedOut(boolean thin) {
        backoff = thin ? 0 : backoff + 1;
        doublings = thin ? 0 : doublings + 1;
    }

    /** The last doubling was wrong. */
    public void revert() {
        backoff--;
        doublings = backoff;
    }

    /** The round trip was measured anew, and the timeout with it. */
    public void measured() {
        backoff = 0;
        doublings = 0;
    }

    /** The peer's window has opened. */
    public void opened() {
        backoff = 0;
        retransmits = 0;
        probingSince = Timer.NEVER;
    }
}
