package io.halfopen.tcp;

/** The one timer of the sending half: what it waits for, and how often it has fired in vain. */
final class LossTimer {
    /** What the timer is set for. */
    enum Purpose {
        NONE,
        /** The SYN or data was not acknowledged in time. */
        RETRANSMIT,
        /** The last segment may be lost: probe before the timeout (RFC 8985, section 7). */
        LOSS_PROBE,
        /** The peer's window is closed: ask (RFC 9293, section 3.8.6.1). */
        WINDOW_PROBE
    }

    Purpose purpose = Purpose.NONE;

    /** When it fires, ns, or {@link Timer#NEVER}. */
    long due = Timer.NEVER;

    /** How often the timeout was doubled. */
    int backoff;

    /** Timeouts in a row without progress. */
    int retransmits;

    /** When the first of them was, ns: patience is counted from here. */
    long firstAt;

    /** When the segment that is first to be acknowledged was sent again last, ns. */
    long lastAt;

    /** When the first probe of a closed window was, ns, or {@link Timer#NEVER}; answers do not change it. */
    long probingSince = Timer.NEVER;

    /** A tail loss probe is out that nothing has answered yet. */
    boolean probed;

    int probeEnd;

    void reset() {
        stop();
        progress();
        probed = false;
    }

    void set(Purpose purpose, long due) {
        this.purpose = purpose;
        this.due = due;
    }

    void stop() {
        purpose = Purpose.NONE;
        due = Timer.NEVER;
    }

    /** It fired, and something is sent that was sent before. */
    void vain(long now) {
        firstAt = retransmits == 0 ? now : firstAt;
        lastAt = now;
        retransmits++;
        backoff++;
    }

    /** Something was acknowledged. */
    void progress() {
        backoff = 0;
        retransmits = 0;
        probingSince = Timer.NEVER;
    }
}
