package io.halfopen.app.lab;

import io.halfopen.link.KernelHost;
import io.halfopen.linux.Rule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the counters say about segments that were not answered. A kernel names no reason, but it counts, and each of its
 * reasons in another way: where as many were counted as were dropped since the last look, there is no doubt.
 */
final class CounterDeltas {
    private final KernelHost host;
    private Map<String, Long> before;
    private Map<String, Long> now;

    CounterDeltas(KernelHost host) {
        this.host = host;
        before = host.extendedCounters();
        now = before;
    }

    void look() {
        before = now;
        now = host.extendedCounters();
    }

    private long delta(String counter) {
        return now.getOrDefault(counter, 0L) - before.getOrDefault(counter, 0L);
    }

    long cookiesSent() {
        return delta("TcpExtSyncookiesSent");
    }

    long overflows() {
        return delta("TcpExtListenOverflows");
    }

    /** Gives each its rule, or none where there is a doubt. */
    void explain(List<SeenPacket> dropped) {
        long syns = dropped.stream()
                .filter(each -> each.fate == SeenPacket.Fate.SYN_UNANSWERED)
                .count();
        boolean allFinal = dropped.stream().allMatch(each -> each.fate == SeenPacket.Fate.FINAL_IGNORED);
        if (allFinal && delta("TcpExtListenDrops") == 0 && delta("TcpExtTCPDeferAcceptDrop") == dropped.size()) {
            dropped.forEach(each -> each.rule = Rule.FINAL_ACK_DEFERRED);
            return;
        }
        boolean allCounted = !dropped.isEmpty() && delta("TcpExtListenDrops") == dropped.size();
        if (allCounted && overflows() == dropped.size()) {
            dropped.forEach(each -> each.rule = overflow(each.fate, syns));
        } else if (allCounted && overflows() == 0 && syns == dropped.size()) {
            long queueFull = delta("TcpExtTCPReqQFullDrop");
            if (queueFull == syns) {
                dropped.forEach(each -> each.rule = Rule.SYN_QUEUE_FULL);
            } else if (queueFull == 0) {
                dropped.forEach(each -> each.rule = Rule.SYN_BACKLOG_RESERVED);
            }
        }
    }

    private @Nullable Rule overflow(SeenPacket.Fate fate, long syns) {
        long cookieSyns = delta("TcpExtTCPReqQFullDoCookies");
        return switch (fate) {
            case SYN_UNANSWERED ->
                cookieSyns == 0 ? Rule.ACCEPT_QUEUE_FULL : cookieSyns == syns ? Rule.COOKIE_ACCEPT_QUEUE_FULL : null;
            case FINAL_IGNORED -> Rule.FINAL_ACK_IGNORED;
            case FINAL_RESET -> Rule.FINAL_ACK_RESET;
            case COOKIE_IGNORED -> Rule.COOKIE_ACK_IGNORED;
            case TAKEN -> null;
        };
    }
}
