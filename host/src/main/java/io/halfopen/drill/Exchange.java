package io.halfopen.drill;

import io.halfopen.drill.Story.Offer;
import io.halfopen.drill.Story.Step;
import io.halfopen.drill.Story.Terms;
import io.halfopen.drill.Story.Wait;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One row of the tables that {@code parity --about segments} goes through: a connection in some state gets one segment,
 * and the program does something. All states times all segments come once before any of them comes with another
 * program or another peer; in an order that has been shuffled, so that a few hundred rows are a fair sample.
 *
 * @param segment what the table calls it
 */
public record Exchange(SegmentTable table, SegmentState state, String segment, NextCalls next, Peer peer, Story story) {
    /** Prime, and greater than any table: it visits every row once. */
    private static final long STRIDE = 1_000_003;

    /** Long enough for a delayed ACK, a loss probe and a first retransmission. */
    private static final Wait AFTERWARDS = new Wait(450);

    /** Whom the connection is with. */
    enum Peer {
        USUAL(false, Offer.ALL, Terms.USUAL),
        USUAL_V6(true, Offer.ALL, Terms.USUAL),
        NO_OPTIONS(false, Offer.NONE, new Terms(536, 65_535, 0)),
        ONLY_MSS(false, Offer.MSS, new Terms(1460, 32_000, 0)),
        NO_TIMESTAMPS(false, Offer.NO_TIMESTAMPS, Terms.USUAL),
        ONE_SEGMENT(false, Offer.MSS, new Terms(1460, 1460, 0)),
        SMALL_WINDOW(false, Offer.MSS, new Terms(536, 1000, 0)),
        TEN_THOUSAND(false, Offer.MSS, new Terms(1460, 10_000, 0)),
        TINY_MSS(false, Offer.ALL, new Terms(100, 5_000, 2)),
        TINY_WINDOW(false, Offer.ALL, new Terms(1460, 16, 0)),
        SCALE_14(false, Offer.NO_TIMESTAMPS, new Terms(1460, 40, 14)),
        SCALED_V6(true, Offer.NO_TIMESTAMPS, new Terms(1220, 512, 7)),
        BARE_V6(true, Offer.NONE, new Terms(1220, 8_000, 0)),
        JUMBO(false, Offer.ALL, new Terms(8_960, 65_535, 9));

        private final boolean ipv6;
        final Offer offer;
        private final Terms terms;

        Peer(boolean ipv6, Offer offer, Terms terms) {
            this.ipv6 = ipv6;
            this.offer = offer;
            this.terms = terms;
        }
    }

    /** Number 1 is the first; the tables take turns. */
    public static Exchange numbered(long number) {
        SegmentTable[] tables = SegmentTable.values();
        long index = Math.max(0, number - 1);
        return row(tables[(int) (index % tables.length)], index / tables.length + 1);
    }

    /** Row 1 is the first. */
    public static Exchange row(SegmentTable table, long row) {
        int states = SegmentState.values().length;
        List<SegmentKinds.Kind> kinds = SegmentKinds.of(table);
        long pairs = (long) states * kinds.size();
        long index = Math.max(0, row - 1);
        long pair = index % pairs * STRIDE % pairs;
        long round = index / pairs;
        SegmentState state = SegmentState.values()[(int) (pair % states)];
        SegmentKinds.Kind kind = kinds.get((int) (pair / states));
        long mixed = mix(pair * SegmentTable.values().length + table.ordinal());
        NextCalls[] nexts = NextCalls.values();
        NextCalls next = nexts[(int) ((mixed + round) % nexts.length)];
        Peer[] peers = Peer.values();
        Peer peer = peers[(int) ((mixed / nexts.length + round / nexts.length) % peers.length)];
        return new Exchange(table, state, kind.name(), next, peer, story(state, kind, next, peer));
    }

    /** Of a number that says little one that says as much in each of its digits (SplitMix64). */
    private static long mix(long number) {
        long z = (number + 1) * 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return (z ^ z >>> 31) >>> 1;
    }

    private static Story story(SegmentState state, SegmentKinds.Kind kind, NextCalls next, Peer peer) {
        List<Step> steps = new ArrayList<>(state.steps(peer.offer));
        boolean begins = kind.offers() && (state.isListening() || state == SegmentState.SYN_SENT);
        Story.Segment segment = begins ? kind.segment().with(peer.offer) : kind.segment();
        steps.add(segment);
        steps.addAll(next.steps(state, segment));
        steps.add(AFTERWARDS);
        return new Story(peer.ipv6, Map.of(), 2, 0, List.copyOf(steps), peer.terms, true);
    }

    /** All that says which one it is. */
    public String name() {
        return String.join(
                ", ", table.toString(), "state " + state, segment, "then " + lower(next), "peer " + lower(peer));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
