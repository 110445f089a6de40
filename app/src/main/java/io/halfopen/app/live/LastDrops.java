package io.halfopen.app.live;

import io.halfopen.app.StackSummary;
import io.halfopen.link.PacketTap;
import io.halfopen.linux.Rule;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;

/** The last packets that were dropped. Numbers until somebody asks: in a flood there are a million a second. */
final class LastDrops implements PacketTap {
    static final int KEPT = 32;

    private final Segment segment = new Segment();
    private final long[] times = new long[KEPT];
    private final long[] high = new long[KEPT];
    private final long[] low = new long[KEPT];
    private final int[] ports = new int[KEPT];
    private final int[] flags = new int[KEPT];
    private final Rule[] rules = new Rule[KEPT];
    private long count;

    /**
     * One of them.
     *
     * @param at seconds since the server began
     */
    record Drop(double at, String peer, String what, Rule rule) {}

    @Override
    public void onArrived(long now, Rule rule, byte[] bytes, int offset, int length) {
        if (rule.verdict() != Rule.Verdict.DROP
                || StackSummary.isChatter(rule)
                || segment.parse(bytes, offset, length) != Segment.Defect.NONE) {
            return;
        }
        int at = (int) (count++ % KEPT);
        times[at] = now;
        high[at] = segment.sourceHigh();
        low[at] = segment.sourceLow();
        ports[at] = segment.sourcePort();
        flags[at] = segment.flags();
        rules[at] = rule;
    }

    @Override
    public void onSent(long now, Rule why, byte[] bytes, int offset, int length) {
        // What is sent is not dropped.
    }

    /** The newest first. */
    List<Drop> latest() {
        List<Drop> all = new ArrayList<>();
        for (long i = count - 1; i >= Math.max(0, count - KEPT); i--) {
            int at = (int) (i % KEPT);
            String peer = new IpAddress(high[at], low[at]).toHostString() + ":" + ports[at];
            all.add(new Drop(times[at] / 1e9, peer, kind(flags[at]), rules[at]));
        }
        return all;
    }

    private static String kind(int flags) {
        return (flags & TcpHeader.SYN) != 0 ? "SYN" : (flags & TcpHeader.RST) != 0 ? "RST" : "ACK";
    }
}
