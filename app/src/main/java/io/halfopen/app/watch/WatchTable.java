package io.halfopen.app.watch;

import io.halfopen.app.Style;
import io.halfopen.app.TextTable;
import io.halfopen.app.TextWrap;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is seen, in 80 columns: a line a listener, those in trouble first, and what helps. */
final class WatchTable {
    private static final int LISTENER = 21;
    private static final int PROCESS = 14;

    /** A key may be pressed at any time: what has been counted since then is too little for a rate. */
    private static final double LEAST_SECONDS = 0.5;

    /** What was counted of a listener by the last time, and how much that was a second. */
    private static final class Rates {
        private long handshakes;
        private long accepts;
        private long handshakesASecond;
        private long acceptsASecond;

        void take(Watched listener, double seconds) {
            handshakesASecond = Math.round((listener.handshakes - handshakes) / seconds);
            acceptsASecond = Math.round((listener.accepts() - accepts) / seconds);
            handshakes = listener.handshakes;
            accepts = listener.accepts();
        }
    }

    private final Style style;
    private final int width;
    private final Map<Watched, Rates> rates = new HashMap<>();
    private double secondsBefore;

    WatchTable(Style style) {
        this(style, TextWrap.COLUMNS);
    }

    WatchTable(Style style, int width) {
        this.style = style;
        this.width = width;
    }

    /** The same for a terminal of another width. */
    WatchTable resized(int to) {
        WatchTable made = new WatchTable(style, to);
        made.rates.putAll(rates);
        made.secondsBefore = secondsBefore;
        return made;
    }

    /** Where the longest address and the longest name must not push the numbers out of the terminal. */
    private static String cut(String text, int width) {
        return text.length() <= width ? text : "…" + text.substring(text.length() - width + 1);
    }

    /** At most {@code most} listeners; rates are those since the last time. */
    List<String> lines(Watch watch, int most) {
        List<String> lines = lines(watch, 0, most);
        int more = watch.board().byTrouble().size() - most;
        if (more > 0) {
            lines.add(style.faint("and " + more + " more"));
        }
        return lines;
    }

    /** At most {@code most} of them, from this one on, below a line that names the columns. */
    List<String> lines(Watch watch, int first, int most) {
        count(watch.board());
        TextTable table = new TextTable("llrrrrrr", 1);
        table.add(style::faint, "listener", "process", "accept", "peak", "SYN", "conn/s", "accept/s", "dropped");
        List<Watched> listeners = watch.board().byTrouble();
        for (Watched each :
                listeners.subList(Math.min(first, listeners.size()), Math.min(first + most, listeners.size()))) {
            Rates rate = rates.getOrDefault(each, new Rates());
            boolean known = watch.isCapturing() && secondsBefore > 0;
            table.add(
                    each.isTroubled() ? style::bad : each.cookies > 0 ? style::doubtful : text -> text,
                    cut(each.key.toString(), LISTENER),
                    cut(watch.processes().of(each), PROCESS),
                    each.gone ? "gone" : each.queued + "/" + (each.backlog + 1L),
                    each.queuedPeak,
                    each.halfOpen,
                    known ? String.valueOf(rate.handshakesASecond) : "-",
                    known && each.sockets == 1 ? String.valueOf(rate.acceptsASecond) : "-",
                    (each.guessed > 0 ? "~" : "") + each.dropped());
        }
        List<String> lines = new ArrayList<>(table.lines());
        if (listeners.isEmpty()) {
            lines.add("nobody listens");
        }
        return lines;
    }

    private void count(Board board) {
        double seconds = board.seconds() - secondsBefore;
        if (seconds >= LEAST_SECONDS || secondsBefore == 0 && seconds > 0) {
            secondsBefore = board.seconds();
            board.byTrouble()
                    .forEach(each ->
                            rates.computeIfAbsent(each, none -> new Rates()).take(each, seconds));
        }
    }

    /** A sentence for each listener that has one. */
    List<String> advice(Watch watch) {
        List<String> lines = new ArrayList<>();
        for (Watched each : watch.board().byTrouble()) {
            String sentence = Advice.of(
                    each,
                    watch.board().settings(),
                    watch.processes().of(each),
                    watch.processes().program(each));
            if (!sentence.isEmpty()) {
                lines.addAll(TextWrap.lines(sentence, width));
            }
        }
        return lines;
    }

    /** All about one. */
    List<String> details(Watch watch, Watched listener) {
        Settings settings = watch.board().settings();
        List<String> lines = new ArrayList<>();
        lines.add(style.bold(listener.key.toString()) + "  " + watch.processes().of(listener)
                + (listener.sockets > 1 ? ", " + listener.sockets + " sockets share it" : ""));
        lines.add("accept queue  " + listener.queued + " of " + (listener.backlog + 1L) + ", peak "
                + listener.queuedPeak + "; backlog " + listener.backlog + ", "
                + (listener.backlog >= settings.somaxconn() ? "bounded by somaxconn" : "as the program asked"));
        lines.add("SYN queue     " + listener.halfOpen + ", peak " + listener.halfOpenPeak + ", "
                + Advice.count(listener.cookies, "cookie") + " sent");
        if (watch.isCapturing()) {
            lines.add("handshakes    " + listener.handshakes
                    + (listener.sockets == 1 ? ", of which " + listener.accepts() + " were accepted" : ""));
        }
        if (listener.longestFull() > 0) {
            lines.add(String.format(Locale.ROOT, "full for      %.1f s at a time", listener.longestFull() / 1e9));
        }
        for (Map.Entry<Rule, Long> drop : listener.drops().entrySet()) {
            lines.addAll(TextWrap.lines(
                    (listener.guessed > 0 ? "~" : "") + drop.getValue() + "  " + drop.getKey() + ": "
                            + drop.getKey().sentence(),
                    width));
        }
        for (int i = 0; i < listener.waited.length && listener.waited[i] > 0; i++) {
            lines.add(Advice.count(listener.waited[i], "client") + " waited " + Watched.waitStep(i)
                    + " s or more for a SYN-ACK");
        }
        lines.addAll(TextWrap.lines(
                "kernel        " + Advice.count(listener.kernelDrops, "segment")
                        + " dropped by this socket since listen(), for whatever reason",
                width));
        return lines;
    }

    List<String> settings(Watch watch) {
        return TextWrap.lines(watch.board().settings().line(), width);
    }

    /** What all of the namespace counted, and what of that is explained. */
    List<String> sums(Watch watch) {
        Board board = watch.board();
        StringBuilder text = new StringBuilder("kernel: ");
        for (Counter counter : List.of(
                Counter.ListenOverflows, Counter.ListenDrops, Counter.TCPReqQFullDrop, Counter.SyncookiesSent)) {
            text.append(counter).append(" +").append(board.counted(counter)).append(", ");
        }
        text.setLength(text.length() - 2);
        long drops = board.counted(Counter.ListenDrops);
        long explained = board.explained(Counter.ListenDrops);
        if (watch.isCapturing()) {
            text.append(
                    drops == explained
                            ? drops == 0 ? "" : "; each drop has its listener and its reason"
                            : "; " + explained + " of " + Advice.count(drops, "drop") + " explained");
            if (watch.lost() > 0) {
                text.append("; ").append(Advice.count(watch.lost(), "packet"));
                text.append(" came too fast to be captured");
            }
            if (watch.unexplained() > 0) {
                text.append("; ").append(Advice.count(watch.unexplained(), "SYN"));
                text.append(" unanswered that the listener did not drop: a firewall, or no memory");
            }
        } else {
            text.append("; ~ marks an estimate: ")
                    .append(watch.whyNot().isEmpty() ? "no packets were captured" : watch.whyNot());
        }
        return TextWrap.lines(text.toString(), width);
    }
}
