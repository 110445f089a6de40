package io.halfopen.app.watch;

import io.halfopen.app.Durations;
import io.halfopen.app.Subcommand;
import io.halfopen.app.Terminal;
import io.halfopen.link.LinkException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code halfopen watch}: which listener of this host drops what, and why. */
@Command(
        name = "watch",
        description = {
            "Watch the listeners of this machine's own kernel: queues, drops, reasons, remedies.",
            "",
            "Sends nothing and changes nothing. Any user may; with the right to capture (root, CAP_NET_RAW) each "
                    + "dropped segment gets its listener and its reason, without it they are estimated.",
            "Exits with 1 if anything overflowed.",
            "",
            "DURATION is 20s, 500ms, 2m, 0 or forever.",
            ""
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class WatchCommand extends Subcommand {
    private static final int OVERFLOWED = 1;
    private static final long SECOND = 1_000_000_000L;
    private static final long BETWEEN_LOOKS = 25;
    private static final long PATIENCE = 5;
    private static final int MOST_ROWS = 1000;

    @Option(
            names = "--netns",
            paramLabel = "NAME|PID",
            description = "The network namespace of that name, or of that process; otherwise this one.")
    private @Nullable String netns;

    @Option(names = "--once", description = "Print what is so now, and end.")
    private boolean once;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "How long it watches (${DEFAULT-VALUE}).",
            defaultValue = "forever")
    private long duration;

    @Option(names = "--json", description = "Print an object a second, one a line (docs/watch.md), and nothing else.")
    private boolean json;

    @Option(names = "--no-capture", description = "Only what any user may see, whatever this one may.")
    private boolean noCapture;

    @Option(names = "--record", paramLabel = "FILE", description = "Also write the packets of handshakes as pcapng.")
    private @Nullable Path record;

    @Option(
            names = "--prometheus",
            paramLabel = "[ADDRESS:]PORT",
            converter = SocketAddressOption.class,
            description = "Also answer a Prometheus that asks there; without ADDRESS on the loopback only.")
    private @Nullable InetSocketAddress prometheus;

    private final JsonMapper mapper = JsonMapper.builder().build();
    private volatile boolean interrupted;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (once && duration != Durations.NEVER) {
            throw bad("--once and --for exclude each other");
        }
        if (once && prometheus != null) {
            throw bad("--once and --prometheus exclude each other");
        }
        if (record != null && (once || noCapture)) {
            throw bad("--record needs packets: neither --once nor --no-capture goes with it");
        }
        CountDownLatch done = new CountDownLatch(1);
        Thread hook = Thread.ofPlatform().unstarted(() -> {
            interrupted = true;
            await(done);
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try (Recording recording = record == null ? null : Recording.open(record);
                Watch watch = open(recording)) {
            if (recording != null && !watch.isCapturing()) {
                throw new IOException("--record needs packets: " + watch.whyNot());
            }
            return once ? lookOnce(watch) : watch(watch, recording);
        } finally {
            done.countDown();
            unhook(hook);
        }
    }

    /** Ctrl-C ends the watch, not the report. */
    private static void await(CountDownLatch done) {
        try {
            if (!done.await(PATIENCE, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException ending) {
            // the JVM ends anyway
        }
    }

    private static void unhook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // it is running
        }
    }

    private Watch open(@Nullable Recording recording) {
        try {
            return Watch.open(namespace(), !noCapture && !once, recording);
        } catch (LinkException refused) {
            throw bad(String.valueOf(refused.getMessage()));
        }
    }

    private @Nullable Path namespace() {
        if (netns == null) {
            return null;
        }
        Path file = netns.matches("\\d+")
                ? Path.of("/proc", netns, "ns/net")
                : Path.of("/run/netns").resolve(netns.isEmpty() ? "." : netns);
        if (!Files.exists(file) || Files.isDirectory(file)) {
            throw bad("no network namespace '" + netns + "': 'ip netns' lists names; a number is a process's");
        }
        return file;
    }

    private int lookOnce(Watch watch) throws LinkException {
        watch.look();
        WatchTable table = new WatchTable(style());
        if (json) {
            printJson(watch);
        } else {
            table.lines(watch, MOST_ROWS).forEach(out()::println);
            table.advice(watch).forEach(out()::println);
            table.settings(watch).forEach(out()::println);
        }
        return watch.board().hasOverflowed() ? OVERFLOWED : 0;
    }

    private void printJson(Watch watch) {
        out().println(mapper.writeValueAsString(WatchReport.of(watch)));
    }

    private int watch(Watch watch, @Nullable Recording recording) throws IOException, InterruptedException {
        long start = System.nanoTime();
        watch.look();
        Exporter exporter = prometheus == null ? null : Exporter.start(prometheus, WatchReport.of(watch));
        View view = view();
        long next = start + SECOND;
        try (exporter) {
            while (!interrupted && !view.isOver() && System.nanoTime() - start < duration) {
                watch.look();
                if (recording != null) {
                    recording.check();
                }
                if (System.nanoTime() >= next) {
                    next += SECOND;
                    view.show(watch);
                    if (exporter != null) {
                        exporter.publish(WatchReport.of(watch));
                    }
                }
                view.keys(watch);
                Thread.sleep(BETWEEN_LOOKS);
            }
        } finally {
            view.close();
        }
        watch.finish();
        if (json) {
            printJson(watch);
        } else {
            summarize(watch);
        }
        out().flush();
        return watch.board().hasOverflowed() ? OVERFLOWED : 0;
    }

    private View view() {
        if (json) {
            return this::printJson;
        }
        return isTerminal() ? new TerminalView(out(), style()) : new LineView(out());
    }

    /** The screen is taken over only where both ends of it are a terminal's. */
    private static boolean isTerminal() {
        return Terminal.showsProgress() && Terminal.isInteractive();
    }

    private void summarize(Watch watch) {
        WatchTable table = new WatchTable(style());
        out().println();
        table.lines(watch, MOST_ROWS).forEach(out()::println);
        out().println();
        table.advice(watch).forEach(out()::println);
        for (Watched each : watch.board().byTrouble()) {
            if (each.isTroubled() || each.cookies > 0) {
                out().println();
                table.details(watch, each).forEach(out()::println);
            }
        }
        out().println();
        table.sums(watch).forEach(out()::println);
        table.settings(watch).forEach(out()::println);
    }
}
