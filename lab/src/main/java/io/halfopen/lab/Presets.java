package io.halfopen.lab;

import static io.halfopen.lab.Scenario.NEVER;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Sysctl;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The experiments of the articles, by name. */
public final class Presets {
    private static final long SECOND = 1_000_000_000L;
    private static final int ARTICLE_PORT = 8000;

    /** What the lab replays when it is not told what. */
    public static final String DEFAULT = "listen-2";

    /**
     * An experiment with a name.
     *
     * @param sentence what happens
     * @param article whose experiment it is
     */
    public record Preset(String name, String sentence, String article, Scenario scenario) {}

    private static final List<Preset> ALL = List.of(
            preset(
                    "listen-10-no-accept",
                    "listen(10) and no accept() at all: connect() succeeds all the same",
                    Articles.QUEUES + ", first program",
                    s -> {
                        s.port = ARTICLE_PORT;
                        s.backlog = 10;
                        s.acceptAfter = NEVER;
                        s.clients = 1;
                        s.hold = NEVER;
                    }),
            preset("listen-2", "listen(2), six clients, accept() after 20 s", Articles.QUEUES, sixClients(2)),
            preset("listen-0", "listen(0), six clients, accept() after 20 s", Articles.QUEUES, sixClients(0)),
            preset("listen-10", "listen(10), six clients, accept() after 20 s", Articles.QUEUES, sixClients(10)),
            preset(
                    "ab-backlog-1",
                    "ab -n 4 -c 4 against listen(1) and a server that keeps each connection for 10 s",
                    Articles.BACKLOG + ", packet listing 4",
                    Presets::ab),
            preset(
                    "ab-abort-on-overflow",
                    "ab -n 4 -c 4 against listen(1) with tcp_abort_on_overflow=1: nobody is reset",
                    Articles.BACKLOG + ", packet listing 5",
                    s -> {
                        ab(s);
                        s.sysctls.put(Sysctl.tcp_abort_on_overflow, new int[] {1});
                    }),
            preset(
                    "defer-accept",
                    "TCP_DEFER_ACCEPT: three clients send 2 s after connect(), and are accepted then",
                    Articles.DEFER,
                    s -> deferred(s, 2 * SECOND)),
            preset(
                    "defer-accept-silent",
                    "TCP_DEFER_ACCEPT 10 and three clients that never send: accepted after 15 s",
                    Articles.DEFER,
                    s -> deferred(s, NEVER)),
            preset(
                    "syn-flood",
                    "1000 SYNs a second that nobody completes, and 20 honest clients: cookies let them in",
                    Articles.QUOTED + ", on SYN floods and tcp_syncookies",
                    Presets::flood),
            preset(
                    "syn-flood-no-cookies",
                    "1000 SYNs a second without SYN cookies: the honest clients are dropped, too",
                    Articles.QUOTED + ", on SYN floods and tcp_syncookies",
                    s -> {
                        flood(s);
                        s.sysctls.put(Sysctl.tcp_syncookies, new int[] {0});
                    }),
            preset(
                    "unp-overflow",
                    "a full queue that nobody drains: the book says that connect() fails with ETIMEDOUT",
                    "UNIX Network Programming, as the articles quote it",
                    s -> {
                        sixClients(2).accept(s);
                        s.acceptAfter = NEVER;
                        s.kernel = Kernel.UNP;
                    }));

    private Presets() {}

    /** Those of the articles, then those of servers. */
    public static List<Preset> all() {
        return Stream.concat(ALL.stream(), ServerPresets.ALL.stream()).toList();
    }

    public static Optional<Preset> named(String name) {
        return all().stream().filter(preset -> preset.name().equals(name)).findFirst();
    }

    static Preset preset(String name, String sentence, String article, Consumer<Scenario.Edit> changes) {
        Scenario.Edit edit = Scenario.defaults().edit();
        edit.name = name;
        changes.accept(edit);
        return new Preset(name, sentence, article, edit.done());
    }

    /** The program forks: one process connects three times, its parent three times, at the same time. */
    private static Consumer<Scenario.Edit> sixClients(int backlog) {
        return s -> {
            s.port = ARTICLE_PORT;
            s.backlog = backlog;
            s.acceptAfter = 20 * SECOND;
            s.clients = 6;
            s.start = 2 * SECOND;
            s.forked = true;
            s.send = "this is for test".length();
            s.hold = NEVER;
        };
    }

    /** A server with a worker for each client, so that accept() is all that they can wait for. */
    private static void deferred(Scenario.Edit s, long sendAfter) {
        s.defer = 10;
        s.workers = 3;
        s.clients = 3;
        s.send = 82;
        s.sendAfter = sendAfter;
        s.answer = List.of(117, 13);
    }

    /** A serial HTTP server: request of 82 octets, header of 117 and body of 13, then sleep(10) and close(). */
    private static void ab(Scenario.Edit s) {
        s.backlog = 1;
        s.service = 10 * SECOND;
        s.clients = 4;
        s.send = 82;
        s.answer = List.of(117, 13);
    }

    /** The honest ones begin once the SYN queue is full, and give up after 7 s, while the flood goes on. */
    private static void flood(Scenario.Edit s) {
        s.sysctls.put(Sysctl.tcp_syn_retries, new int[] {2});
        s.clients = 20;
        s.start = 2 * SECOND;
        s.every = SECOND / 10;
        s.rtt = SECOND / 50;
        s.flood = 1000;
        s.floodFor = 12 * SECOND;
    }
}
