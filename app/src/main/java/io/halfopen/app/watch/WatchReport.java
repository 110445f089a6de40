package io.halfopen.app.watch;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is seen, for programs: one object a line.
 *
 * @param time RFC 3339
 * @param seconds since the watch began
 * @param capture whether reasons are from packets
 * @param captured packets
 * @param lost packets that came too fast
 * @param unexplained SYNs without an answer that no listener dropped
 * @param counters how much each grew since the watch began
 */
record WatchReport(
        String time,
        double seconds,
        boolean capture,
        long captured,
        long lost,
        long unexplained,
        Settings settings,
        Map<Counter, Long> counters,
        List<Row> listeners) {

    /** One listener; numbers that are not known are null. */
    record Row(
            String address,
            int port,
            int sockets,
            String process,
            int backlog,
            int acceptQueue,
            int acceptQueuePeak,
            int synQueue,
            int synQueuePeak,
            @Nullable Long handshakes,
            @Nullable Long accepts,
            long cookies,
            Map<Rule, Long> drops,
            boolean estimated,
            double fullSeconds,
            double longestWaitSeconds,
            long kernelDrops,
            boolean gone,
            String advice) {}

    private static final List<Counter> COUNTERS = List.of(
            Counter.ListenOverflows,
            Counter.ListenDrops,
            Counter.TCPReqQFullDrop,
            Counter.TCPReqQFullDoCookies,
            Counter.SyncookiesSent,
            Counter.SyncookiesRecv,
            Counter.SyncookiesFailed);

    static WatchReport of(Watch watch) {
        Board board = watch.board();
        Map<Counter, Long> counters = new LinkedHashMap<>();
        COUNTERS.forEach(each -> counters.put(each, board.counted(each)));
        List<Row> rows = new ArrayList<>();
        board.byTrouble().forEach(each -> rows.add(row(watch, each)));
        long time = board.latest().time();
        return new WatchReport(
                Instant.ofEpochSecond(time / 1_000_000_000L, time % 1_000_000_000L)
                        .toString(),
                Math.round(board.seconds() * 1000) / 1000.0,
                watch.isCapturing(),
                watch.captured(),
                watch.lost(),
                watch.unexplained(),
                board.settings(),
                counters,
                rows);
    }

    private static Row row(Watch watch, Watched listener) {
        String process = watch.processes().of(listener);
        String program = watch.processes().program(listener);
        return new Row(
                listener.key.address().toString(),
                listener.key.port(),
                listener.sockets,
                process,
                listener.backlog,
                listener.queued,
                listener.queuedPeak,
                listener.halfOpen,
                listener.halfOpenPeak,
                watch.isCapturing() ? listener.handshakes : null,
                watch.isCapturing() && listener.sockets == 1 ? listener.accepts() : null,
                listener.cookies,
                listener.drops(),
                listener.guessed > 0,
                listener.longestFull() / 1e9,
                listener.longestWait,
                listener.kernelDrops,
                listener.gone,
                Advice.of(listener, watch.board().settings(), process, program));
    }
}
