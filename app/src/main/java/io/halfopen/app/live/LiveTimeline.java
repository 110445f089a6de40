package io.halfopen.app.live;

import io.halfopen.app.StackSummary;
import io.halfopen.app.Style;
import io.halfopen.app.TextWrap;
import io.halfopen.lab.Times;
import io.halfopen.link.PacketTap;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What happens, as it happens: a line for every accept(), close() and dropped packet. When there are too many to be
 * read, a line a second counts them instead, so that printing does not slow the stack down. Several loops may tell it what happens.
 */
final class LiveTimeline implements PacketTap {
    private static final long SECOND = 1_000_000_000L;
    private static final int LINES_PER_SECOND = 30;
    private static final String GAP = "  ";
    private static final String INDENT = " ".repeat(12);

    private final PrintWriter out;
    private final Style style;
    private final Segment segment = new Segment();
    private final Set<Rule> explained = EnumSet.noneOf(Rule.class);
    private final Map<String, Integer> unsaid = new TreeMap<>();
    private long second = -1;
    private int lines;

    LiveTimeline(PrintWriter out, Style style) {
        this.out = out;
        this.style = style;
    }

    @Override
    public void onArrived(long now, Rule rule, byte[] bytes, int offset, int length) {
        boolean reset = rule == Rule.FINAL_ACK_RESET || rule == Rule.NO_SOCKET_RESET || rule == Rule.RST_ACCEPTED;
        if (rule.verdict() != Rule.Verdict.DROP && !reset) {
            return;
        }
        if (!StackSummary.isChatter(rule)) {
            tellArrived(now, rule, bytes, offset, length);
        }
    }

    private synchronized void tellArrived(long now, Rule rule, byte[] bytes, int offset, int length) {
        Segment.Defect defect = segment.parse(bytes, offset, length);
        String from = defect == Segment.Defect.NONE
                ? endpoint(new IpAddress(segment.sourceHigh(), segment.sourceLow()), segment.sourcePort())
                : "?";
        say(now, from, kind(defect), rule);
    }

    @Override
    public void onSent(long now, Rule why, byte[] bytes, int offset, int length) {
        boolean again = why == Rule.SYN_RETRANSMITTED || why == Rule.SYN_ACK_RETRANSMITTED;
        if (again) {
            tellSentAgain(now, why, bytes, offset, length);
        }
    }

    private synchronized void tellSentAgain(long now, Rule why, byte[] bytes, int offset, int length) {
        segment.parse(bytes, offset, length);
        IpAddress to = new IpAddress(segment.destinationHigh(), segment.destinationLow());
        say(now, endpoint(to, segment.destinationPort()), why == Rule.SYN_RETRANSMITTED ? "SYN" : "SYN-ACK", why);
    }

    private String kind(Segment.Defect defect) {
        if (defect != Segment.Defect.NONE) {
            return "packet";
        }
        if (segment.has(TcpHeader.SYN)) {
            return "SYN";
        }
        if (segment.has(TcpHeader.RST)) {
            return "RST";
        }
        return segment.payloadLength() > 0 ? "data (" + segment.payloadLength() + " B)" : "ACK";
    }

    private static String endpoint(IpAddress address, int port) {
        return address.toHostString() + ":" + port;
    }

    synchronized void say(long now, SocketRow connection, String what) {
        if (mayPrint(now, what)) {
            print(head(now, connection, what).stripTrailing());
        }
    }

    /** The same with more to tell than fits a line. */
    synchronized void say(long now, SocketRow connection, String what, String text) {
        if (mayPrint(now, what)) {
            print(head(now, connection, what).stripTrailing());
            TextWrap.lines(text, TextWrap.COLUMNS - INDENT.length()).forEach(line -> print(INDENT + line));
        }
    }

    /** A rule is explained when it is met for the first time. */
    private void say(long now, String peer, String what, Rule rule) {
        if (!mayPrint(now, rule.name())) {
            return;
        }
        String head = head(now, peer, what);
        if (head.length() + GAP.length() + rule.name().length() <= TextWrap.COLUMNS) {
            print(head + GAP + style.rule(rule.name()));
        } else {
            print(head.stripTrailing());
            print(INDENT + style.rule(rule.name()));
        }
        if (explained.add(rule)) {
            TextWrap.lines(rule.sentence(), TextWrap.COLUMNS - INDENT.length())
                    .forEach(line -> print(INDENT + style.faint(line)));
        }
    }

    private static String head(long now, SocketRow connection, String what) {
        return head(now, endpoint(connection.remoteAddress(), connection.remotePort()), what);
    }

    private static String head(long now, String peer, String what) {
        return String.format(Locale.ROOT, "%10s  %-22s %-13s", Times.seconds(now), peer, what);
    }

    private void print(String line) {
        out.println(line);
        out.flush();
    }

    /** What comes too often is counted, by this name. */
    private boolean mayPrint(long now, String tally) {
        startSecond(now);
        boolean may = lines++ < LINES_PER_SECOND;
        if (!may) {
            unsaid.merge(tally, 1, Integer::sum);
        }
        return may;
    }

    private void startSecond(long now) {
        if (now / SECOND > second) {
            flush();
            second = now / SECOND;
            lines = 0;
        }
    }

    /** Says in one line what there were too many lines for. */
    synchronized void flush() {
        if (!unsaid.isEmpty()) {
            StringBuilder text = new StringBuilder(INDENT + "and in that second");
            unsaid.forEach((what, count) ->
                    text.append("  ").append(count).append(" x ").append(what));
            TextWrap.hanging(text.toString(), INDENT.length()).lines().forEach(line -> print(style.faint(line)));
            unsaid.clear();
        }
        out.flush();
    }
}
