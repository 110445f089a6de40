package io.halfopen.app.watch;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which listener dropped what, without packets. The kernel says how often each socket dropped something, and how often
 * all of a namespace did for each reason; what it does not say is which of them did for which. It is shared out by what
 * state their queues are in, so it is a guess, and marked as one.
 */
final class Estimate {
    private final Board board;
    private @Nullable Sample before;
    private Map<ListenerKey, Long> dropsBefore = Map.of();

    Estimate(Board board) {
        this.board = board;
    }

    /** After the board has taken it. */
    void take(Sample sample) {
        Sample last = before;
        List<Watched> listeners = board.byTrouble();
        if (last != null) {
            share(last, sample, listeners);
        }
        before = sample;
        dropsBefore = listeners.stream().collect(Collectors.toMap(each -> each.key, each -> each.kernelDrops));
    }

    private void share(Sample last, Sample now, List<Watched> listeners) {
        List<Watched> dropping =
                listeners.stream().filter(each -> more(each) > 0).toList();
        long overflows = now.counter(Counter.ListenOverflows) - last.counter(Counter.ListenOverflows);
        long refused = now.counter(Counter.TCPReqQFullDrop) - last.counter(Counter.TCPReqQFullDrop);
        long drops = now.counter(Counter.ListenDrops) - last.counter(Counter.ListenDrops);
        give(
                overflows,
                Rule.ACCEPT_QUEUE_FULL,
                dropping.stream().filter(each -> each.queued >= each.backlog).toList(),
                dropping);
        List<Watched> crowded =
                dropping.stream().filter(each -> each.queued <= each.backlog).toList();
        give(refused, Rule.SYN_QUEUE_FULL, crowded, dropping);
        give(drops - overflows - refused, Rule.SYN_BACKLOG_RESERVED, crowded, dropping);
        long cookies = now.counter(Counter.SyncookiesSent) - last.counter(Counter.SyncookiesSent);
        // no socket counts those: whoever has more half-open connections than its backlog sends them
        List<Watched> flooded =
                listeners.stream().filter(each -> each.halfOpen > each.backlog).toList();
        for (Watched each : flooded) {
            each.cookies += cookies / flooded.size();
        }
    }

    private long more(Watched listener) {
        return listener.kernelDrops - dropsBefore.getOrDefault(listener.key, listener.kernelDrops);
    }

    /** In proportion to what their sockets dropped; the last gets what is left by rounding. */
    private void give(long count, Rule rule, List<Watched> likely, List<Watched> possible) {
        List<Watched> takers = likely.isEmpty() ? possible : likely;
        long sum = takers.stream().mapToLong(this::more).sum();
        long left = count;
        for (int i = 0; i < takers.size() && left > 0; i++) {
            Watched taker = takers.get(i);
            long share = i == takers.size() - 1 ? left : Math.min(left, Math.round((double) count * more(taker) / sum));
            if (share > 0) {
                taker.drop(rule, share, true);
            }
            left -= share;
        }
    }
}
