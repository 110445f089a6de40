package io.halfopen.drill;

import io.halfopen.wire.TcpHeader;
import java.util.List;
import java.util.Objects;

/** Compares what was sent with what is expected, both with the script's numbers. */
final class PacketMatch {
    private final int tick;
    private final long tolerance;

    /** @param tick microseconds of a tick of the timestamps' clock; 0: they are not compared */
    PacketMatch(int tick, long tolerance) {
        this.tick = tick;
        this.tolerance = tolerance;
    }

    /** What is different first, or nothing. */
    String difference(TcpPacket expected, TcpPacket sent) {
        int flags = expected.flags() ^ sent.flags();
        if (flags != 0) {
            return "the flags differ";
        }
        if (sent.seq() != expected.seq()) {
            return text("sequence number", expected.seq(), sent.seq());
        }
        if (sent.length() != expected.length()) {
            return text("length", expected.length(), sent.length());
        }
        if (sent.ack() != expected.ack() && expected.has(TcpHeader.ACK)) {
            return text("ack", expected.ack(), sent.ack());
        }
        if (expected.window() >= 0 && sent.window() != expected.window()) {
            return text("window", expected.window(), sent.window());
        }
        if (sent.urgent() != expected.urgent()) {
            return text("urgent pointer", expected.urgent(), sent.urgent());
        }
        String ip = ipDifference(expected.ip(), sent.ip());
        return ip.isEmpty() ? optionsDifference(expected, sent) : ip;
    }

    private static String text(String field, int expected, int sent) {
        return field + " is " + Integer.toUnsignedString(sent) + ", not " + Integer.toUnsignedString(expected);
    }

    private static String ipDifference(IpInfo expected, IpInfo sent) {
        boolean either = expected.ecn() == IpInfo.ECT01 && (sent.ecn() == 1 || sent.ecn() == 2);
        if (expected.ecn() >= 0 && expected.ecn() != sent.ecn() && !either) {
            return "ECN differs";
        }
        if (expected.tos() >= 0 && expected.tos() != sent.tos()) {
            return text("tos", expected.tos(), sent.tos());
        }
        if (expected.ttl() > 0 && expected.ttl() != sent.ttl()) {
            return text("ttl", expected.ttl(), sent.ttl());
        }
        return "";
    }

    private String optionsDifference(TcpPacket expected, TcpPacket sent) {
        List<TcpOption> wanted = expected.options();
        if (wanted == null) {
            return "";
        }
        List<TcpOption> there = sent.options() == null ? List.of() : sent.options();
        boolean same = wanted.size() == there.size();
        for (int i = 0; same && i < wanted.size(); i++) {
            same = isSame(wanted.get(i), there.get(i));
        }
        return same ? "" : "the options differ";
    }

    private boolean isSame(TcpOption expected, TcpOption sent) {
        if (expected instanceof TcpOption.Timestamps wanted && sent instanceof TcpOption.Timestamps there) {
            long off = Math.abs((long) there.value() - wanted.value()) * tick * 1000;
            return tick == 0 || (off <= Math.max(tolerance, tick * 1000L) && there.echo() == wanted.echo());
        }
        return Objects.equals(expected, sent);
    }
}
