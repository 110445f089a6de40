package io.halfopen.link.ether;

/** Another host of the network, and the station that it is, once that is known. */
final class Neighbour {
    /** After that it is asked again whether it is still there, ns; until it answers it is taken to be. */
    private static final long CONFIRMED = 30_000_000_000L;

    /** Between questions. */
    private static final long PATIENCE = 1_000_000_000L;

    /** Unanswered questions until its station is unknown. */
    private static final int QUESTIONS = 3;

    /** Octets that any packet may need. */
    private static final int SHORT = 128;

    private long high;
    private long low;
    private boolean used;
    private long usedAt;
    private long station;
    private long confirmedAt;
    private long askedAt;
    private int questions;
    private byte[] waiting = {};
    private int waitingLength;

    /** Becomes another one, of whom nothing is known. */
    void reset(long newHigh, long newLow, long now) {
        high = newHigh;
        low = newLow;
        used = true;
        usedAt = now;
        station = EtherFrame.NONE;
        questions = 0;
        waitingLength = 0;
    }

    boolean is(long otherHigh, long otherLow) {
        return used && low == otherLow && high == otherHigh;
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }

    /** Which one gives way to another: none at all first, then one whose station is unknown, then the longest unused. */
    boolean isBelow(Neighbour other) {
        if (used != other.used) {
            return !used;
        }
        boolean known = station != EtherFrame.NONE;
        boolean otherKnown = other.station != EtherFrame.NONE;
        return known == otherKnown ? usedAt - other.usedAt < 0 : !known;
    }

    /** Its station, or that of none. */
    long station(long now) {
        usedAt = now;
        return station;
    }

    /** It has said so itself. */
    void learn(long newStation, long now) {
        station = newStation;
        confirmedAt = now;
        questions = 0;
    }

    /** Whether it is time to ask for it; if so the question is taken to be sent. */
    boolean asks(long now) {
        boolean due = station == EtherFrame.NONE || now - confirmedAt >= CONFIRMED;
        if (!due || questions > 0 && now - askedAt < PATIENCE) {
            return false;
        }
        if (questions == QUESTIONS) {
            station = EtherFrame.NONE;
        }
        questions = Math.min(questions + 1, QUESTIONS);
        askedAt = now;
        return true;
    }

    /** Keeps a packet until the station is known, the latest only (RFC 1122, section 2.3.2.2); whether another one was lost. */
    boolean keep(byte[] bytes, int length) {
        boolean lost = waitingLength > 0;
        if (waiting.length < length) {
            waiting = new byte[Math.max(length, SHORT)];
        }
        System.arraycopy(bytes, 0, waiting, 0, length);
        waitingLength = length;
        return lost;
    }

    byte[] waiting() {
        return waiting;
    }

    /** How long the packet is that waits; 0 if none does. From now on none does. */
    int takeWaiting() {
        int length = waitingLength;
        waitingLength = 0;
        return length;
    }
}
