package io.halfopen.app.watch;

import io.halfopen.linux.Rule;
import java.util.Locale;
import java.util.Map;

/** What is the matter with a listener and what helps, in a sentence. */
final class Advice {
    /** Where a program is told its backlog. */
    private static final Map<String, String> BY_PROGRAM = Map.of(
            "nginx", "'listen ... backlog=N'",
            "redis-server", "tcp-backlog",
            "haproxy", "'backlog N'",
            "httpd", "ListenBacklog",
            "apache2", "ListenBacklog",
            "java", "acceptCount, SO_BACKLOG or ServerSocket's second argument",
            "node", "server.listen({ backlog: N })",
            "gunicorn", "--backlog");

    /** A queue that has been full this long is no burst, ns. */
    private static final long LONG = 2_000_000_000L;

    private static final long SHOWN = 100_000_000L;

    private Advice() {}

    /** Nothing, where there is nothing to say. */
    static String of(Watched listener, Settings settings, String process, String program) {
        StringBuilder text = new StringBuilder();
        Rule worst = listener.drops().entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(null);
        if (worst != null && listener.overflows() * 2 >= listener.dropped() || worst == null && listener.isFull()) {
            overflow(listener, settings, program, text);
        } else if (worst != null) {
            refusal(listener, settings, worst, text);
        } else if (listener.cookies > 0) {
            text.append("SYN queue full (it holds ")
                    .append(listener.backlog + 1)
                    .append("), ");
            text.append(count(listener.cookies, "cookie")).append(" sent: a flood, or a burst of clients whose");
            text.append(" connections then lack options: if these are clients, a larger backlog");
        }
        if (text.isEmpty()) {
            return "";
        }
        String who = process.equals("-") ? "" : ", " + process;
        return "port " + listener.key.port() + who + ": " + text;
    }

    private static void overflow(Watched listener, Settings settings, String program, StringBuilder text) {
        int holds = listener.backlog + 1;
        text.append("accept queue ").append(listener.isFull() ? "full " : "was full ");
        text.append(listener.isFull() ? listener.queued : Math.min(listener.queuedPeak, holds))
                .append('/')
                .append(holds);
        if (listener.longestFull() >= SHOWN) {
            text.append(String.format(Locale.ROOT, " for %.1f s", listener.longestFull() / 1e9));
        }
        long ignored = sum(listener, Rule.FINAL_ACK_IGNORED)
                + sum(listener, Rule.COOKIE_ACK_IGNORED)
                + sum(listener, Rule.FINAL_ACK_RESET);
        long syns = listener.overflows() - ignored;
        if (syns > 0) {
            text.append(", ").append(guess(listener)).append(count(syns, "SYN")).append(" dropped");
        }
        if (ignored > 0) {
            text.append(", ").append(count(ignored, "final ACK")).append(" ignored");
        }
        text.append("; ").append(remedy(listener, settings, program));
    }

    private static String remedy(Watched listener, Settings settings, String program) {
        if (listener.longestFull() > LONG) {
            return "the program accepts more slowly than clients come, or stands still: a larger backlog only makes"
                    + " them wait longer; look at what it does instead of accept()";
        }
        if (listener.backlog >= settings.somaxconn()) {
            return "the backlog is net.core.somaxconn (" + settings.somaxconn()
                    + ") or was cut to it: raise net.core.somaxconn, then restart";
        }
        String where = BY_PROGRAM.getOrDefault(program, "");
        return "the program asked for " + listener.backlog + " (somaxconn " + settings.somaxconn()
                + " allows more): raise its backlog" + (where.isEmpty() ? "" : ", " + where) + ", then restart it";
    }

    private static void refusal(Watched listener, Settings settings, Rule worst, StringBuilder text) {
        long count = listener.dropped() - listener.overflows();
        if (worst == Rule.SYN_BACKLOG_RESERVED) {
            text.append("three quarters of tcp_max_syn_backlog (").append(settings.maxSynBacklog());
            text.append(") are half-open, ").append(guess(listener)).append(count(count, "SYN"));
            text.append(" dropped: set net.ipv4.tcp_syncookies=1, or raise net.ipv4.tcp_max_syn_backlog");
        } else {
            text.append("SYN queue full (it holds ")
                    .append(listener.backlog + 1)
                    .append("), ");
            text.append(guess(listener)).append(count(count, "SYN"));
            text.append(" dropped: set net.ipv4.tcp_syncookies=1; if these are clients, a larger backlog, too");
        }
    }

    private static long sum(Watched listener, Rule rule) {
        return listener.drops().getOrDefault(rule, 0L);
    }

    private static String guess(Watched listener) {
        return listener.guessed > 0 ? "about " : "";
    }

    static String count(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
