package io.halfopen.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A listener's settings and what happens to it, one step after the other: what {@link Parity} compares two machines by.
 *
 * @param sysctls by full name
 * @param deferAccept TCP_DEFER_ACCEPT of the listener, seconds; 0 leaves it alone
 * @param watched whether poll(2), TCP_INFO and the counters of traffic are compared as well
 */
record Story(
        boolean ipv6,
        Map<String, Integer> sysctls,
        int backlog,
        int deferAccept,
        List<Step> steps,
        Terms terms,
        boolean watched) {
    Story(boolean ipv6, Map<String, Integer> sysctls, int backlog, int deferAccept, List<Step> steps) {
        this(ipv6, sysctls, backlog, deferAccept, steps, Terms.USUAL, false);
    }

    Story with(List<Step> others) {
        return new Story(ipv6, sysctls, backlog, deferAccept, List.copyOf(others), terms, watched);
    }

    /** All but the steps from one place to another. */
    Story without(int from, int to) {
        List<Step> rest = new ArrayList<>(steps.subList(0, from));
        rest.addAll(steps.subList(to, steps.size()));
        return with(rest);
    }

    Story withSysctls(Map<String, Integer> others) {
        return new Story(ipv6, Map.copyOf(others), backlog, deferAccept, steps, terms, watched);
    }

    /**
     * What the peers offer where they offer it.
     *
     * @param window the window field of what they send, unscaled
     */
    record Terms(int mss, int window, int scale) {
        static final Terms USUAL = new Terms(1460, 65_535, 7);
    }

    /** One thing that happens. */
    sealed interface Step {}

    /** The options of a segment of a peer. */
    enum Offer {
        NONE,
        MSS,
        /** As Linux offers them: MSS, SACK, timestamps, window scale. */
        ALL,
        /** The same without timestamps. */
        NO_TIMESTAMPS,
        /** Timestamps if they were agreed on. */
        AGREED
    }

    /**
     * A peer sends a segment. Sequence numbers are said as differences from the right ones: those of a peer that has
     * kept count.
     *
     * @param stampOff what its timestamp is off by, milliseconds
     * @param echoOff what the timestamp that it echoes is off by
     */
    record Segment(
            int peer,
            int flags,
            int seqOff,
            int ackOff,
            int length,
            Offer offer,
            int stampOff,
            int echoOff,
            Oddity oddity)
            implements Step {
        Segment(int peer, int flags, int seqOff, int ackOff, int length, Offer offer, int stampOff, int echoOff) {
            this(peer, flags, seqOff, ackOff, length, offer, stampOff, echoOff, Oddity.NONE);
        }

        Segment with(Oddity other) {
            return new Segment(peer, flags, seqOff, ackOff, length, offer, stampOff, echoOff, other);
        }

        Segment with(Offer other) {
            return new Segment(peer, flags, seqOff, ackOff, length, other, stampOff, echoOff, oddity);
        }
    }

    /**
     * What few segments have.
     *
     * @param atEdge its number counts from the end of the window that the machine announced, not from the next octet
     * @param window -1 is the peer's usual one
     * @param options octets in hexadecimal that follow the offer
     */
    record Oddity(boolean atEdge, int window, int urgent, String options) {
        static final Oddity NONE = new Oddity(false, -1, 0, "");
    }

    /**
     * A peer says what it has got of what was sent to it. Octets count from what it said last.
     *
     * @param octets so many more, as far as they were sent
     * @param blocks what it has beyond that, from and until by turns, octets after the acknowledged ones; negative where
     *     something came twice
     * @param window the window field
     */
    record Answer(int peer, int octets, List<Integer> blocks, int window) implements Step {}

    /** The calls of the process that listens. */
    enum Verb {
        ACCEPT,
        LISTEN,
        READ,
        WRITE,
        SHUTDOWN,
        CLOSE,
        SHUTDOWN_LISTENER,
        CLOSE_LISTENER,
        DEFER_ACCEPT,
        SYNCNT,
        ABORT_ON_OVERFLOW,
        /** A socket of the process connects to the first peer. */
        CONNECT,
        /** getsockopt(SO_ERROR). */
        ERROR
    }

    /**
     * The process makes a call.
     *
     * @param on which of the accepted connections, where it is about one
     * @param argument a backlog, a number of octets, how to shut down, an option's value
     */
    record Call(Verb verb, int on, int argument) implements Step {}

    /** Nothing is done for that long, milliseconds. */
    record Wait(int millis) implements Step {}
}
