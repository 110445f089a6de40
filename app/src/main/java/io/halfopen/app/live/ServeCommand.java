package io.halfopen.app.live;

import io.halfopen.app.Durations;
import io.halfopen.app.Faults;
import io.halfopen.app.StackSummary;
import io.halfopen.app.Subcommand;
import io.halfopen.app.TextWrap;
import io.halfopen.lab.server.Answer;
import io.halfopen.lab.server.ArticleServer;
import io.halfopen.lab.server.Request;
import io.halfopen.link.PacketTap;
import io.halfopen.linux.Errno;
import io.halfopen.tcp.SocketRow;
import io.halfopen.web.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code halfopen serve}: the articles' HTTP server, on this stack, for real clients. */
@Command(
        name = "serve",
        description = {
            "Serve HTTP on the stack, behind a TUN interface or on an Ethernet one, as the articles' server does.",
            "",
            "Every accept(), close() and dropped packet is told; Ctrl-C ends it with a summary.",
            "DURATION is 20s, 500ms, 2m, 0 or forever.",
            "",
            "Needs Linux, and root, a TUN interface that is yours or, with --interface, CAP_NET_RAW. Best tried in a network namespace: unshare -n, or "
                    + "ip netns.",
            ""
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class ServeCommand extends Subcommand {
    /** More than a server has cores for; a TUN interface could have 256. */
    private static final int MOST_QUEUES = 64;

    /** Where the summary's texts begin. */
    private static final int LABEL = 14;

    @Mixin
    private WireOptions wireOptions = new WireOptions();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Where it listens (${DEFAULT-VALUE}).",
            defaultValue = "8088")
    private int port;

    @Option(
            names = "--backlog",
            paramLabel = "N",
            description = "What listen() is called with (${DEFAULT-VALUE}).",
            defaultValue = "128")
    private int backlog;

    @Option(
            names = "--queues",
            paramLabel = "N",
            description =
                    "Queues of the TUN interface, each with a thread, a stack, a listener, a backlog and workers of its own: as many as "
                            + "cores are to be used (${DEFAULT-VALUE}; 64 at most).",
            defaultValue = "1")
    private int queues;

    @Option(
            names = "--service",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "How long a worker keeps a connection after its answer (${DEFAULT-VALUE}).",
            defaultValue = "0")
    private long service;

    @Option(
            names = "--defer",
            paramLabel = "SECONDS",
            description =
                    "TCP_DEFER_ACCEPT: how long accept() waits for a client's data (${DEFAULT-VALUE}: not at all).",
            defaultValue = "0")
    private int defer;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Connections handled at a time (${DEFAULT-VALUE}).",
            defaultValue = "1")
    private int workers;

    @Option(names = "--body", paramLabel = "BYTES", description = "Length of the answer's body (13: Hello World!).")
    private @Nullable Long body;

    @Option(
            names = "--keep-alive",
            description = "Keep a connection whose client asks for more than one answer: a worker stays with it.")
    private boolean keepAlive;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "How long it serves (${DEFAULT-VALUE}).",
            defaultValue = "forever")
    private long duration;

    @Option(names = "--info", description = "Before each close() also what ss -ti prints of the connection.")
    private boolean info;

    @Option(
            names = {"-q", "--quiet"},
            description = "No timeline, only the summary.")
    private boolean quiet;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description =
                    "At the end write a page with what happened: queues, clients, packets; of a long run its beginning.")
    private @Nullable Path html;

    @Option(
            names = "--live",
            paramLabel = "FOLDER",
            description = "Where halfopen ui finds it: a folder for its socket (one of this user's by default).")
    private @Nullable Path live;

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        noteIgnored(wireOptions.sysctls(), List.of(wireOptions.kernel));
        LiveTimeline timeline = new LiveTimeline(out(), style());
        GuestBook book = html == null ? null : new GuestBook(port);
        List<LastDrops> drops = Stream.generate(LastDrops::new).limit(queues).toList();
        List<Wire> wires = Wire.openAll(
                wireOptions,
                drops.stream().map(each -> tap(each, timeline, book)).toList());
        try (ServedQueues served = new ServedQueues(wires)) {
            for (int i = 0; i < queues; i++) {
                served.add(server(wires.get(i), timeline, book), drops.get(i), port);
            }
            ServedQueue first = served.first();
            if (book != null) {
                book.open(first.wire().stack(), first.server().listener());
            }
            Ending ending = new Ending(served, timeline, book);
            Runtime.getRuntime().addShutdownHook(ending.hook);
            served.start();
            ending.live = openLive(new LiveAnswers(served.all(), port, url(first.wire())));
            announce(first.wire());
            if (duration != Durations.NEVER) {
                first.wire().calls().after(duration, first.wire()::close);
            }
            served.join();
            ending.summarize();
            return ending.unwritten ? 1 : 0;
        }
    }

    private PacketTap tap(LastDrops drops, LiveTimeline timeline, @Nullable GuestBook book) {
        return Taps.of(Stream.of(drops, quiet ? null : timeline, book)
                .filter(Objects::nonNull)
                .toList());
    }

    private ArticleServer server(Wire wire, LiveTimeline timeline, @Nullable GuestBook book) {
        if (info && !quiet) {
            wire.calls().beforeClose(fd -> tellInfo(wire.calls(), timeline, fd));
        }
        return new ArticleServer(plan(), wire.calls(), observer(wire, timeline, book));
    }

    private void check() {
        wireOptions.check(null);
        if (port < 1 || port > 65535) {
            throw bad("--port takes 1 to 65535, not " + port);
        }
        if (html != null && html.toString().isEmpty()) {
            throw bad("--html takes the name of a file");
        }
        checkQueues();
        if (defer < 0) {
            throw bad("--defer takes 0 or more, not " + defer);
        }
        if (workers < 1) {
            throw bad("--workers takes 1 or more, not " + workers);
        }
        if (body != null && body < 0) {
            throw bad("--body takes 0 or more, not " + body);
        }
    }

    private void checkQueues() {
        if (queues < 1 || queues > MOST_QUEUES) {
            throw bad("--queues takes 1 to " + MOST_QUEUES + ", not " + queues);
        }
        if (queues > 1 && wireOptions.ethernet != null) {
            throw bad(
                    "--queues takes a TUN interface: a station on --interface is one, and its neighbours answer one queue");
        }
        if (queues > 1 && html != null) {
            throw bad(
                    "--html shows one listener, and --queues " + queues + " has " + queues + ": leave out one of them");
        }
    }

    private ArticleServer.Plan plan() {
        Answer answer = body == null ? Answer.hello() : Answer.ofBody(body);
        Answer kept = body == null ? Answer.keptHello() : Answer.keptOfBody(body);
        return new ArticleServer.Plan(
                port, backlog, defer, 0, service, workers, Request.HTTP, answer, keepAlive ? kept : null);
    }

    private ArticleServer.Observer observer(Wire wire, LiveTimeline timeline, @Nullable GuestBook book) {
        return new ArticleServer.Observer() {
            @Override
            public void onAccepted(SocketRow connection) {
                if (book != null) {
                    book.accepted(wire.calls().now(), connection);
                }
                if (!quiet) {
                    timeline.say(wire.calls().now(), connection, "accepted");
                }
            }

            @Override
            public void onClosed(SocketRow connection, int result) {
                if (book != null) {
                    book.closed(wire.calls().now(), connection, result);
                }
                if (!quiet) {
                    String how = result == 0 ? "closed" : "closed, " + Errno.name(result);
                    timeline.say(wire.calls().now(), connection, how);
                }
            }
        };
    }

    private static void tellInfo(LoopCalls calls, LiveTimeline timeline, int fd) {
        timeline.say(calls.now(), calls.row(fd), "info", calls.info(fd));
    }

    private String url(Wire wire) {
        return "http://" + wire.address().toHostString() + ":" + port + "/";
    }

    /** It serves all the same where nobody can look on, and says so. */
    private @Nullable LiveSocket openLive(LiveAnswers answers) {
        try {
            return LiveSocket.open(LiveFolder.of(live), answers);
        } catch (IOException refused) {
            err().println("halfopen serve: halfopen ui will not find it: " + Faults.line(refused));
            err().flush();
            return null;
        }
    }

    private void announce(Wire wire) {
        out().println(style().bold(url(wire)) + "  on " + wireOptions.device()
                + (queues == 1 ? "" : ", " + queues + " queues") + ", backlog " + backlog + ", "
                + wireOptions.kernel.title() + "; Ctrl-C ends it");
        out().flush();
    }

    /** The summary comes once, whoever ends it: Ctrl-C in a hook, or --for. Who comes second waits for the first. */
    private final class Ending {
        private final ServedQueues served;
        private final LiveTimeline timeline;
        private final @Nullable GuestBook book;
        private boolean told;
        private volatile boolean unwritten;
        private volatile @Nullable LiveSocket live;
        private final Thread hook = Thread.ofPlatform().unstarted(this::end);

        Ending(ServedQueues served, LiveTimeline timeline, @Nullable GuestBook book) {
            this.served = served;
            this.timeline = timeline;
            this.book = book;
        }

        private void end() {
            served.close();
            summarize();
        }

        synchronized void summarize() {
            if (told) {
                return;
            }
            told = true;
            closeLive();
            timeline.flush();
            out().println();
            printAccepted();
            StackSummary summary = new StackSummary(out(), style());
            summary.print(served.all().stream().map(ServedQueue::listening).toList());
            summary.printLost(served.sum(Wire::lostSyns));
            summary.printFrames(served.sum(Wire::lostFrames), served.sum(Wire::unreachable));
            writePage();
            out().flush();
        }

        /** With several queues also what each has of it. */
        private void printAccepted() {
            List<Integer> each = served.all().stream()
                    .map(queue -> queue.server().accepted())
                    .toList();
            long sum = each.stream().mapToLong(Integer::longValue).sum();
            String parts = each.stream().map(String::valueOf).collect(Collectors.joining(" "));
            String text = "accepted      " + sum + (each.size() == 1 ? "" : ", by queue: " + parts);
            out().println(TextWrap.hanging(text, LABEL).replaceFirst("^accepted", style().bold("accepted")));
        }

        /** Where it cannot be written that is said: the summary is there, and the run is over. */
        private void writePage() {
            if (html == null || book == null) {
                return;
            }
            ServedQueue only = served.first();
            ServedRun run = new ServedRun(
                    book,
                    only.wire().stack(),
                    only.server().listener(),
                    only.server().accepted(),
                    only.wire().calls().now(),
                    List.of("--backlog", String.valueOf(backlog)));
            try {
                Files.writeString(html, Page.with(run.json()));
            } catch (IOException full) {
                unwritten = true;
                err().println("halfopen serve: --html: " + Faults.line(Faults.cannotWrite(html.toString(), full)));
                err().flush();
            }
        }

        private void closeLive() {
            LiveSocket open = live;
            try {
                if (open != null) {
                    open.close();
                }
            } catch (IOException left) {
                // Who asks there hears nothing, and takes it for gone.
            }
        }
    }
}
