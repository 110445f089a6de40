package io.halfopen.drill;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.CWR;
import static io.halfopen.wire.TcpHeader.ECE;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.PSH;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;
import static io.halfopen.wire.TcpHeader.URG;

import io.halfopen.drill.Story.Oddity;
import io.halfopen.drill.Story.Offer;
import io.halfopen.drill.Story.Segment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The segments of each table. */
final class SegmentKinds {
    private static final int SET = 64;
    private static final int[] FLAGS_OF_MOST = {ACK, ACK | PSH, ACK | FIN, RST, RST | ACK, SYN, SYN | ACK};
    private static final int[] SEQS = {-70_000, -1000, -1, 1, 1000, 500_000, Integer.MIN_VALUE};
    private static final int[] EDGES = {-1, 0, 1, 1000};
    private static final int[] ACKS = {-70_000, -1000, -1, 1, 1000, 100_000, Integer.MIN_VALUE};
    private static final int[] STAMPS = {-2_000_000_000, -90_000, -1, 1, 5_000, 2_000_000_000};
    private static final int[] WINDOWS_SENT = {0, 1, 16, 100, 536, 1000, 1460, 5840, 32_768, 65_535};

    private static final Map<SegmentTable, List<Kind>> ALL = new EnumMap<>(SegmentTable.class);

    static {
        for (SegmentTable table : SegmentTable.values()) {
            ALL.put(table, List.copyOf(make(table)));
        }
    }

    /**
     * A segment and what to call it.
     *
     * @param offers where it is a peer's first one, it offers what the peer does
     */
    record Kind(String name, Segment segment, boolean offers) {}

    private SegmentKinds() {}

    static List<Kind> of(SegmentTable table) {
        return ALL.getOrDefault(table, List.of());
    }

    private static List<Kind> make(SegmentTable table) {
        List<Kind> all = new ArrayList<>();
        switch (table) {
            case FLAGS -> flags(all);
            case NUMBERS -> numbers(all);
            case TIMESTAMPS -> timestamps(all);
            case OPTIONS -> options(all);
            case DATA -> data(all);
            case WINDOWS -> windows(all);
        }
        return all;
    }

    private static void add(List<Kind> all, String more, int flags, int seq, int ack, int length, int stamp, int echo) {
        add(all, more, new Segment(0, flags, seq, ack, length, Offer.AGREED, stamp, echo), true);
    }

    private static void add(List<Kind> all, String more, Segment segment, boolean offers) {
        String letters = new TcpPacket(true, IpInfo.NONE, null, segment.flags(), 0, 0, 0, 0, 0, null).flagLetters();
        String length = segment.length() > 0 ? " " + segment.length() + " octets" : "";
        boolean syn = (segment.flags() & SYN) != 0;
        all.add(new Kind(letters + length + more, segment, offers && syn));
    }

    private static void flags(List<Kind> all) {
        for (int flags = 0; flags < SET; flags++) {
            add(all, "", flags, 0, 0, 0, 0, 0);
            add(all, "", flags, 0, 0, 10, 0, 0);
        }
        for (int flags :
                new int[] {SYN | ECE | CWR, SYN | ECE, SYN | ACK | ECE, ACK | ECE, ACK | CWR, ACK | PSH | CWR}) {
            add(all, "", flags, 0, 0, (flags & PSH) != 0 ? 10 : 0, 0, 0);
        }
    }

    private static void numbers(List<Kind> all) {
        for (int flags : FLAGS_OF_MOST) {
            int length = (flags & PSH) != 0 ? 10 : 0;
            for (int seq : SEQS) {
                add(all, " seq" + signed(seq), flags, seq, 0, length, 0, 0);
            }
            for (int edge : EDGES) {
                Segment segment = new Segment(0, flags, edge, 0, length, Offer.AGREED, 0, 0);
                add(all, " seq at the edge" + signed(edge), segment.with(new Oddity(true, -1, 0, "")), true);
            }
            for (int ack : (flags & ACK) == 0 ? new int[0] : ACKS) {
                add(all, " ack" + signed(ack), flags, 0, ack, length, 0, 0);
                add(all, " seq-1 ack" + signed(ack), flags, -1, ack, length, 0, 0);
                add(all, " seq+1 ack" + signed(ack), flags, 1, ack, length, 0, 0);
            }
        }
    }

    private static String signed(int by) {
        return by == Integer.MIN_VALUE ? " half around" : by >= 0 ? "+" + by : String.valueOf(by);
    }

    private static void timestamps(List<Kind> all) {
        for (int flags : FLAGS_OF_MOST) {
            int length = (flags & PSH) != 0 ? 10 : 0;
            for (int stamp : STAMPS) {
                add(all, " stamp" + signed(stamp), flags, 0, 0, length, stamp, 0);
                add(all, " stamp" + signed(stamp) + " seq-1", flags, -1, 0, length, stamp, 0);
                add(all, " stamp" + signed(stamp) + " seq+1", flags, 1, 0, length, stamp, 0);
                add(all, " echo" + signed(stamp), flags, 0, 0, length, 0, stamp);
            }
            Segment without = new Segment(0, flags, 0, 0, length, Offer.NONE, 0, 0);
            add(all, " without options", without, false);
            add(all, " with all options", without.with(Offer.ALL), false);
        }
    }

    private static void options(List<Kind> all) {
        for (int flags : FLAGS_OF_MOST) {
            int length = (flags & PSH) != 0 ? 10 : 0;
            for (String octets : OptionOctets.ALL) {
                Segment segment = new Segment(0, flags, 0, 0, length, Offer.NONE, 0, 0);
                add(all, " <" + octets + ">", segment.with(new Oddity(false, -1, 0, octets)), false);
            }
            for (String octets : OptionOctets.BEHIND_OTHERS) {
                Segment segment = new Segment(0, flags, 0, 0, length, Offer.AGREED, 0, 0);
                add(all, " <...," + octets + ">", segment.with(new Oddity(false, -1, 0, octets)), false);
            }
        }
    }

    private static void data(List<Kind> all) {
        for (int length : new int[] {1, 100, 1000, 1400, 1460, 3000, 20_000}) {
            for (int flags : new int[] {ACK, ACK | PSH, ACK | FIN, ACK | PSH | FIN}) {
                for (int seq : distinct(0, 1, 1000, -1, 1 - length, -length, -length - 500)) {
                    add(all, " seq" + signed(seq), flags, seq, 0, length, 0, 0);
                }
            }
            for (int urgent : distinct(0, 1, length, length + 1, 65_535)) {
                Segment segment = new Segment(0, ACK | URG, 0, 0, length, Offer.AGREED, 0, 0);
                add(all, " urg " + urgent, segment.with(new Oddity(false, -1, urgent, "")), true);
            }
        }
    }

    private static int[] distinct(int... values) {
        return IntStream.of(values).distinct().toArray();
    }

    private static void windows(List<Kind> all) {
        for (int window : WINDOWS_SENT) {
            for (int ack : new int[] {0, -1, -1460, -3000}) {
                for (int length : new int[] {0, 10}) {
                    Segment segment = new Segment(0, ACK, 0, ack, length, Offer.AGREED, 0, 0);
                    String name = " ack" + signed(ack) + " win " + window;
                    add(all, name, segment.with(new Oddity(false, window, 0, "")), true);
                }
            }
        }
    }
}
