package io.halfopen.tcp.recovery;

import io.halfopen.tcp.send.Flight;

/**
 * What left as one: Linux hands several segments to the interface as one, keeps them as one packet with as many places
 * on its scoreboard, and cuts anew what is left of it when a part was acknowledged or is sent again. So the edges of what
 * is sent again need not be those of the first time.
 */
final class Resegmentation {
    private Resegmentation() {}

    /** Where what this packet belongs to begins. */
    static int first(Flight flight, int index) {
        int first = index;
        while (first > 0 && flight.is(flight.at(first), Flight.JOINED)) {
            first--;
        }
        return first;
    }

    /** How many packets belong together from this one on (tcp_skb_pcount). */
    static int packets(Flight flight, int index) {
        int end = index + 1;
        while (end < flight.packets() && flight.is(flight.at(end), Flight.JOINED)) {
            end++;
        }
        return end - index;
    }

    /** How many octets of data these packets have. */
    static int octets(Flight flight, int index) {
        int last = flight.at(index + packets(flight, index) - 1);
        return flight.seq(last) + flight.length(last) - flight.seq(flight.at(index));
    }

    /** Each but the last has a whole segment; returns how many packets less that makes (tcp_set_skb_tso_segs). */
    static int recut(Flight flight, int index, int mss) {
        int before = flight.packets();
        int i = index;
        while (flight.length(flight.at(i)) > mss && flight.split(i, mss) || fill(flight, i, mss)) {
            i++;
        }
        return before - flight.packets();
    }

    /** Fills a packet out of those that belong to it; true if one of them is left. */
    private static boolean fill(Flight flight, int index, int mss) {
        while (index + 1 < flight.packets() && flight.is(flight.at(index + 1), Flight.JOINED)) {
            int missing = mss - flight.length(flight.at(index));
            if (missing < flight.length(flight.at(index + 1))) {
                flight.moveEnd(index, Math.max(0, missing));
                return true;
            }
            flight.merge(index);
        }
        return false;
    }

    /**
     * A packet was selectively acknowledged just now: it belongs to a neighbour that was before, if that has segments as
     * long, and to no other. It shows if the peer throws them away again (tcp_shift_skb_data).
     */
    static void sacked(Flight flight, int index) {
        meet(flight, index);
        meet(flight, index + 1);
    }

    /** A block ends within a burst: what follows its end is a burst of its own from now on (tcp_match_skb_to_sack). */
    static void part(Flight flight, int index, int seq) {
        int next = index < flight.packets() && flight.seq(flight.at(index)) != seq ? index + 1 : index;
        if (next < flight.packets() && !flight.is(flight.at(next), Flight.SACKED)) {
            flight.join(flight.at(next), false);
        }
    }

    private static void meet(Flight flight, int index) {
        if (index == 0 || index == flight.packets()) {
            return;
        }
        int slot = flight.at(index);
        int before = flight.at(index - 1);
        boolean alike = flight.is(slot, Flight.JOINED) || flight.length(before) == flight.length(slot);
        alike &= !flight.is(before, Flight.END);
        flight.join(slot, alike && flight.is(before, Flight.SACKED) && flight.is(slot, Flight.SACKED));
    }

    /** From here on so many octets belong together, the rest on its own; false if there is no room (tcp_fragment). */
    static boolean fragment(Flight flight, int index, int octets, int mss) {
        int i = index;
        int left = octets;
        while (flight.length(flight.at(i)) <= left) {
            left -= flight.length(flight.at(i++));
        }
        if (left > 0 && !flight.split(i++, left)) {
            return false;
        }
        flight.join(flight.at(i), false);
        recut(flight, i, mss);
        recut(flight, index, mss);
        return true;
    }
}
