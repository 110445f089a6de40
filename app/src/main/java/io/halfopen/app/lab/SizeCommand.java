package io.halfopen.app.lab;

import io.halfopen.app.Durations;
import io.halfopen.app.Subcommand;
import io.halfopen.app.TextTable;
import io.halfopen.app.TextWrap;
import io.halfopen.app.explain.Arrivals;
import io.halfopen.lab.Headline;
import io.halfopen.lab.QueueFormulas;
import io.halfopen.lab.Scenario;
import io.halfopen.lab.Times;
import io.halfopen.link.LinkException;
import io.halfopen.linux.Sysctl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code halfopen size}: how large a backlog must be. */
@Command(
        name = "size",
        description = {
            "Find the least backlog that is good enough for a burst or a rate of clients, or for those of a capture.",
            "",
            "Clients and server are described as for lab; --backlog is one that you think of, and may have several "
                    + "values.",
            "",
            "DURATION is 20s, 500ms, 2m, 0, never or forever.",
            ""
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class SizeCommand extends Subcommand {
    private static final double SECOND = 1e9;
    /** What comes for so long is no burst. */
    private static final long LASTING = 10_000_000_000L;

    private static final int NOT_GIVEN = Integer.MIN_VALUE;

    /** What a connection costs the kernel, octets: measured on 6.18, docs/measurements.md. */
    private static final int OCTETS_OF_CONNECTION = 2720;

    private static final int OCTETS_OF_HALF_OPEN = 347;
    private static final int[] USUAL = {128, 511, 4096};

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Clients come independently of each other, so many a second, for --span.")
    private @Nullable Double rate;

    @Option(
            names = "--span",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "How long clients come at --rate (${DEFAULT-VALUE}).",
            defaultValue = "10s")
    private long span;

    @Option(
            names = "--from",
            paramLabel = "CAPTURE",
            description = "Clients come as they came in this capture, or recording of halfopen watch; and from as far "
                    + "away, if --rtt does not say how far.")
    private @Nullable Path from;

    @Option(names = "--port", paramLabel = "N", description = "Of --from: to this port (the one to which most come).")
    private @Nullable Integer port;

    private @Nullable Arrivals arrivals;

    @Option(
            names = "--target",
            paramLabel = "TARGET",
            converter = SizeTarget.Converter.class,
            description = "no-drop: no SYN dropped, no cookie sent; or a share of connects within a time, such as "
                    + "99.9%%:200ms (no-drop).")
    private @Nullable SizeTarget target;

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "With how many seeds, where there is chance (${DEFAULT-VALUE}).",
            defaultValue = "10")
    private int runs;

    @Option(names = "--json", description = "Print the result as JSON (docs/size.md) and nothing else.")
    private boolean json;

    @Mixin
    private LabOptions options = new LabOptions();

    /** What is printed as JSON; {@code least} is null where there is none. */
    record Answer(
            String target,
            @Nullable Integer least,
            int runs,
            double arrivals,
            @Nullable Double services,
            boolean overload,
            List<Sizing.Trial> trials,
            List<Sizing.Trial> kernel,
            List<String> settings,
            long octets) {}

    @Override
    public Integer call() throws IOException {
        if (runs < 1 || runs > 1000) {
            throw bad("--runs takes 1 to 1000, not " + runs);
        }
        if (rate != null && (rate <= 0 || rate * span / SECOND > 1_000_000)) {
            throw bad("--rate takes more than 0, and at most a million clients in all");
        }
        if (from != null) {
            arrivals = arrivals(from);
        } else if (port != null) {
            throw bad("--port is of --from");
        }
        Scenario base = base();
        List<Settings.Variant> variants = options.applyTo(base);
        Scenario scenario = variants.getFirst().scenario();
        if (arrivals != null) {
            checkCaptured(base, scenario);
        }
        if (scenario.clients() < 1) {
            throw bad("--clients takes 1 or more here, not " + scenario.clients());
        }
        noteIgnored(scenario.sysctls().keySet(), List.of(scenario.kernel()));
        SizeTarget wanted = target == null ? SizeTarget.NO_DROP : target;
        Sizing sizing = new Sizing(scenario, wanted, runs, time -> {});
        boolean overload = isOverload(scenario);
        int least = sizing.least();
        TreeSet<Integer> shown = new TreeSet<>();
        if (isBacklogGiven(variants)) {
            variants.forEach(variant -> shown.add(variant.scenario().backlog()));
        }
        for (int each : USUAL) {
            shown.add(each);
        }
        if (least >= 0) {
            shown.add(least);
            shown.add(Math.max(0, least - 1));
        }
        List<Sizing.Trial> trials = shown.stream().map(sizing::at).toList();
        List<Sizing.Trial> kernel = options.isOnKernel() && least >= 0 ? onKernel(sizing, least) : List.of();
        Answer answer = new Answer(
                wanted.toString(),
                least < 0 ? null : least,
                sizing.runs(),
                arrivals(scenario),
                Double.isInfinite(services(scenario)) ? null : services(scenario),
                overload,
                trials,
                kernel,
                lines(least, sizing),
                octets(least < 0 ? 0 : least));
        if (json) {
            out().println(JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build()
                    .writeValueAsString(answer));
        } else {
            print(scenario, wanted, answer, sizing);
        }
        boolean good = kernel.isEmpty() || kernel.getLast().holds();
        return least >= 0 && good ? 0 : 1;
    }

    private Arrivals arrivals(Path capture) throws IOException {
        if (rate != null) {
            throw bad("--from and --rate exclude each other");
        }
        Arrivals found = Arrivals.read(capture, port);
        if (found == null) {
            throw bad("--from: nobody connects in " + capture + (port == null ? "" : " to port " + port));
        }
        return found;
    }

    /** The capture says how many come, and when. */
    private void checkCaptured(Scenario captured, Scenario asked) {
        boolean same = captured.clients() == asked.clients()
                && captured.every() == asked.every()
                && captured.clientPlan().burst() == asked.clientPlan().burst()
                && captured.clientPlan().poisson() == asked.clientPlan().poisson()
                && captured.forked() == asked.forked()
                && captured.replace() == asked.replace();
        if (!same) {
            throw bad(
                    "--from says who comes when: without --clients, --every, --burst, --poisson, --forked, --replace");
        }
    }

    private Scenario base() {
        Scenario.Edit edit = Scenario.defaults().edit();
        if (arrivals != null) {
            edit.clientPlan = edit.clientPlan.withArrivals(arrivals.times());
            edit.clients = arrivals.times().size();
            edit.rtt = arrivals.rtt();
        }
        if (rate != null) {
            edit.clientPlan = edit.clientPlan.withPoisson(true);
            edit.every = Math.round(SECOND / rate);
            edit.clients = (int) Math.max(1, rate * span / SECOND);
        }
        edit.backlog = NOT_GIVEN;
        return edit.done();
    }

    private static boolean isBacklogGiven(List<Settings.Variant> variants) {
        return variants.getFirst().scenario().backlog() != NOT_GIVEN;
    }

    private static double arrivals(Scenario scenario) {
        List<Long> times = scenario.clientPlan().arrivals();
        if (!times.isEmpty()) {
            return times.getLast() == 0 ? Double.POSITIVE_INFINITY : SECOND * times.size() / times.getLast();
        }
        long every = scenario.every();
        return every == 0
                ? Double.POSITIVE_INFINITY
                : SECOND / every * scenario.clientPlan().burst();
    }

    /** Connections that the server can take in the long run, a second. */
    private static double services(Scenario scenario) {
        double rate = scenario.serverPlan().acceptRate();
        double most = rate > 0 ? rate : Double.POSITIVE_INFINITY;
        return scenario.service() > 0 ? Math.min(most, scenario.workers() * SECOND / scenario.service()) : most;
    }

    /** Whether clients come faster than they are served, and not only for a burst. */
    private boolean isOverload(Scenario scenario) {
        boolean lasts = rate != null || arrivals != null && arrivals.times().getLast() >= LASTING;
        return lasts && arrivals(scenario) > services(scenario);
    }

    private List<Sizing.Trial> onKernel(Sizing sizing, int least) throws IOException {
        List<Sizing.Trial> trials = new ArrayList<>();
        try {
            Scenario winner = sizing.with(least, 1);
            KernelRun.warmUp(!winner.isLoopback());
            for (int backlog : least > 0 ? new int[] {least - 1, least} : new int[] {least}) {
                KernelRun run = new KernelRun(sizing.with(backlog, 1));
                run.recorder().beBrief(false, false);
                run.run(time -> {});
                trials.add(sizing.trial(backlog, run));
            }
        } catch (LinkException impossible) {
            throw bad(String.valueOf(impossible.getMessage()));
        }
        return trials;
    }

    /** What is to be typed, for the backlog to be what it says. */
    private static List<String> lines(int least, Sizing sizing) {
        List<String> lines = new ArrayList<>();
        if (least < 0) {
            return lines;
        }
        Scenario scenario = sizing.with(least, 1);
        int somaxconn = scenario.kernel().defaultOf(Sysctl.somaxconn)[0];
        if (least > somaxconn) {
            lines.add("sysctl -w net.core.somaxconn=" + least);
        }
        int held = sizing.at(least).synQueuePeak();
        boolean cookies = !scenario.sysctls().containsKey(Sysctl.tcp_syncookies)
                || scenario.sysctls().get(Sysctl.tcp_syncookies)[0] != 0;
        int allowed = scenario.kernel().defaultOf(Sysctl.tcp_max_syn_backlog)[0];
        if (!cookies && allowed - held < allowed / 4) {
            lines.add("sysctl -w net.ipv4.tcp_max_syn_backlog=" + (held / 3 + 1) * 4);
        }
        lines.add("listen(fd, " + least + ")");
        return lines;
    }

    private static long octets(int backlog) {
        return (backlog + 1L) * (OCTETS_OF_CONNECTION + OCTETS_OF_HALF_OPEN);
    }

    private void print(Scenario scenario, SizeTarget wanted, Answer answer, Sizing sizing) {
        Integer least = answer.least();
        say(
                least == null
                        ? style().bad("no backlog is enough for: " + wanted)
                        : style().bold("a backlog of " + least) + " is the least for: " + wanted);
        say(Headline.of(scenario).replaceFirst("^backlog \\S+, ", "") + "; "
                + (sizing.runs() == 1 ? "nothing is left to chance" : sizing.runs() + " runs with other lots"));
        if (arrivals != null) {
            say("arrivals at " + arrivals.server() + " as captured, round trip " + Times.seconds(scenario.rtt())
                    + (arrivals.unfinished() > 0
                            ? "; without " + arrivals.unfinished() + " who never finished their handshake"
                            : ""));
        }
        out().println();
        table(answer.trials(), least == null ? -1 : least, "");
        if (!answer.kernel().isEmpty()) {
            out().println();
            table(answer.kernel(), least == null ? -1 : least, "on this machine's kernel");
        }
        out().println();
        warn(scenario, answer, sizing);
        if (least != null) {
            say("memory: " + String.format(Locale.ROOT, "%.1f", answer.octets() / 1e6)
                    + " MB of the kernel's at most, when both queues are full, and what clients send before accept()");
            answer.settings().forEach(line -> out().println("  " + line));
        }
    }

    private void say(String text) {
        TextWrap.lines(text, TextWrap.COLUMNS).forEach(out()::println);
    }

    private void table(List<Sizing.Trial> trials, int least, String title) {
        if (!title.isEmpty()) {
            out().println(title);
        }
        TextTable table = new TextTable("lrrrrrrr", 2);
        table.add(
                style()::faint,
                "backlog",
                "wait 1 s",
                "wait 3 s",
                "fail",
                "connect p99",
                "accept p99",
                "dropped",
                "cookies");
        for (Sizing.Trial each : trials) {
            table.add(
                    each.holds() ? style()::good : text -> text,
                    each.backlog() + (each.backlog() == least ? " <-" : ""),
                    share(each.waitedOne(), each.clients()),
                    share(each.waitedThree(), each.clients()),
                    share(each.failed(), each.clients()),
                    Times.seconds(each.connectP99()),
                    Times.seconds(each.acceptP99()),
                    each.dropped() / each.runs() + (each.dropped() > 0 && each.dropped() < each.runs() ? 1 : 0),
                    each.cookies() / each.runs());
        }
        table.lines().forEach(out()::println);
    }

    private static String share(long part, long all) {
        return part == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / all);
    }

    private void warn(Scenario scenario, Answer answer, Sizing sizing) {
        double arrivals = arrivals(scenario);
        double services = services(scenario);
        if (answer.overload()) {
            say(style().bad("no backlog helps for long: ") + number(arrivals) + " clients a second come and "
                    + number(services) + " are accepted; a queue of 4096 is full after "
                    + number(4097 / (arrivals - services)) + " s, and who is in it waits "
                    + number(4097 / services) + " s");
        } else if (answer.least() != null) {
            Sizing.Trial best = sizing.at(answer.least());
            if (best.lastAccept() > SECOND) {
                say(style().doubtful("the last client waits " + Times.seconds(best.lastAccept()) + " for accept():")
                        + " a larger backlog makes connect() succeed, not the server faster");
            }
            double load = arrivals / services;
            if (scenario.clientPlan().poisson() && scenario.serverPlan().acceptRate() > 0 && load < 1) {
                double full = QueueFormulas.fullIfConstant(load, answer.least() + 2);
                say("by queueing theory (M/D/1/K) one SYN in " + number(1 / Math.max(full, 1e-12)) + " finds it full");
            }
        }
    }

    private static String number(double value) {
        return value >= 100 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }
}
