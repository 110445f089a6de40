package io.halfopen.app.live;

import io.halfopen.app.StackSummary;
import io.halfopen.app.Style;
import io.halfopen.app.Times;
import io.halfopen.link.PacketTap;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What happens, as it happens: a line for every accept(), close() and dropped packet. When there are too many to be
 * read, a line a second counts them instead, so that printing does not slow the stack down.
 */
final class LiveTimeline implements PacketTap {
    private static final long SECOND = 1_000_000_000L;
    private static final int LINES_PER_SECOND = 30;

    private final PrintWriter out;
    private final Style style;
    private final Segment segment = new Segment();
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
        if (StackSummary.isChatter(rule)) {
            return;
        }
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
            segment.parse(bytes, offset, length);
            IpAddress to = new IpAddress(segment.destinationHigh(), segment.destinationLow());
            say(now, endpoint(to, segment.destinationPort()), why == Rule.SYN_RETRANSMITTED ? "SYN" : "SYN-ACK", why);
        }
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

    void say(long now, SocketRow connection, String what) {
        line(now, endpoint(connection.remoteAddress(), connection.remotePort()), what, what, "");
    }

    /** The same with more to tell than fits a word. */
    void say(long now, SocketRow connection, String what, String text) {
        line(now, endpoint(connection.remoteAddress(), connection.remotePort()), what, what, "  " + text);
    }

    private void say(long now, String peer, String what, Rule rule) {
        String reason = "  " + style.rule(rule.name()) + style.faint("  " + rule.sentence());
        line(now, peer, what, rule.name(), reason);
    }

    private void line(long now, String peer, String what, String tally, String reason) {
        startSecond(now);
        if (lines++ < LINES_PER_SECOND) {
            String text = String.format(Locale.ROOT, "%10s  %-22s %-13s", Times.seconds(now), peer, what) + reason;
            out.println(text.stripTrailing());
            out.flush();
        } else {
            unsaid.merge(tally, 1, Integer::sum);
        }
    }

    private void startSecond(long now) {
        if (now / SECOND != second) {
            flush();
            second = now / SECOND;
            lines = 0;
        }
    }

    /** Says in one line what there were too many lines for. */
    void flush() {
        if (!unsaid.isEmpty()) {
            StringBuilder text = new StringBuilder("            and in that second");
            unsaid.forEach((what, count) ->
                    text.append("  ").append(count).append(" x ").append(what));
            out.println(style.faint(text.toString()));
            unsaid.clear();
        }
        out.flush();
    }
}
