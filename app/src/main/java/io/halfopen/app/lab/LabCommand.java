package io.halfopen.app.lab;

import io.halfopen.app.Subcommand;
import io.halfopen.app.Times;
import io.halfopen.link.LinkException;
import io.halfopen.linux.Kernel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code halfopen lab}: what happens to every connection, and why. */
@Command(
        name = "lab",
        description = {
            "Replay a burst of connections in virtual time, and say what became of each.",
            "",
            "Without PRESET and options: " + Presets.DEFAULT + ". With options only: an experiment of your own.",
            "",
            "DURATION is 20s, 500ms, 2m, 0, never or forever.",
            ""
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class LabCommand extends Subcommand {
    private static final int DIFFERENT = 1;
    private static final long NANOS_PER_PROGRESS = 250_000_000L;

    @Parameters(
            arity = "0..1",
            paramLabel = "PRESET",
            description = "One of the articles' experiments: ${COMPLETION-CANDIDATES}.",
            completionCandidates = PresetNames.class)
    private @Nullable String preset;

    @Option(names = "--list", description = "List the presets, with a sentence and the article of each.")
    private boolean list;

    @Option(
            names = "--compare",
            description = {
                "Run it on every kernel and print them side by side. With --on kernel: the stack beside this machine's",
                "own kernel, and every difference; exits with 1 if there is one."
            })
    private boolean compare;

    @Mixin
    private LabOptions options = new LabOptions();

    @Option(
            names = "--show",
            split = ",",
            paramLabel = "WHAT",
            description = "Instead of the story: ${COMPLETION-CANDIDATES}.")
    private List<Show> show = List.of();

    @Option(names = "--pcap", paramLabel = "FILE", description = "Write the packets as pcapng, each with its rule.")
    private @Nullable Path pcap;

    @Option(names = "--json", description = "Print the result as JSON (docs/lab.md) and nothing else.")
    private boolean json;

    /** For completion and help. */
    static final class PresetNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Presets.all().stream().map(Presets.Preset::name).iterator();
        }
    }

    @Override
    public Integer call() throws IOException {
        if (list) {
            printPresets();
            return 0;
        }
        Scenario scenario = options.applyTo(base());
        check(scenario);
        if (compare || !options.isOnKernel()) {
            noteIgnored(scenario.sysctls().keySet().stream());
        }
        if (compare) {
            return options.isOnKernel() ? judge(scenario) : compare(scenario);
        }
        return runOne(scenario);
    }

    private Scenario base() {
        String name = preset;
        if (name == null) {
            boolean plain = options.isEmpty();
            return plain ? Presets.named(Presets.DEFAULT).orElseThrow().scenario() : Scenario.defaults();
        }
        return Presets.named(name)
                .orElseThrow(() -> bad("unknown preset '" + name + "': halfopen lab --list shows them"))
                .scenario();
    }

    private void check(Scenario scenario) {
        if (compare && (!show.isEmpty() || pcap != null)) {
            throw bad("--compare goes with --json, not with --show or --pcap");
        }
        if (json && !show.isEmpty()) {
            throw bad("--json and --show exclude each other");
        }
        if (scenario.cut() != Scenario.NEVER && scenario.isLoopback()) {
            throw bad("--cut needs --rtt: the loopback has no wire");
        }
        if (scenario.forked() && scenario.every() > 0) {
            throw bad("--forked clients start when others have connected, so --every has no meaning");
        }
    }

    private void printPresets() {
        for (Presets.Preset each : Presets.all()) {
            out().println(String.format(Locale.ROOT, "%-22s %s", each.name(), each.sentence()));
            out().println(String.format(Locale.ROOT, "%-22s from: %s", "", each.article()));
        }
    }

    private int runOne(Scenario scenario) throws IOException {
        Run run = options.isOnKernel() ? kernelRun(scenario) : new Experiment(scenario);
        run.run(progress());
        LabReport report = run.report();
        if (pcap != null) {
            Show.writePcap(pcap, run.recorder().packets());
        }
        if (json) {
            out().println(json(report));
        } else if (!show.isEmpty()) {
            Set<Show> wanted = EnumSet.copyOf(show);
            wanted.forEach(what -> what.print(run, report, out(), style()));
            out().flush(); // print(), unlike println(), does not
        } else {
            tell(run, report);
        }
        return 0;
    }

    /** The stack beside this machine's own kernel. */
    private int judge(Scenario scenario) throws IOException {
        KernelRun kernel = kernelRun(scenario);
        Judge.Verdict verdict = Judge.judge(kernel, options.rules(), progress());
        if (json) {
            out().println(json(verdict));
        } else {
            new Comparison(out(), style()).print(scenario, verdict, new Tolerance(kernel.lateness()));
        }
        return verdict.differences().isEmpty() ? 0 : DIFFERENT;
    }

    private KernelRun kernelRun(Scenario scenario) throws IOException {
        try {
            KernelRun.warmUp();
            return new KernelRun(scenario);
        } catch (LinkException impossible) {
            throw bad(String.valueOf(impossible.getMessage()));
        }
    }

    private void tell(Run run, LabReport report) {
        Story story = new Story(out(), style(), run);
        story.headline();
        story.timeline(run.recorder().moments(), false);
        story.connections(report.clients(), false);
        story.summary(report);
    }

    private int compare(Scenario scenario) {
        List<LabReport> reports = Kernel.all().stream()
                .map(kernel -> {
                    Scenario.Edit edit = scenario.edit();
                    edit.kernel = kernel;
                    Experiment experiment = new Experiment(edit.done());
                    experiment.run(progress());
                    return experiment.report();
                })
                .toList();
        if (json) {
            out().println(json(reports));
        } else {
            new Comparison(out(), style()).print(scenario, reports);
        }
        return 0;
    }

    private static String json(Object value) {
        return JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(value);
    }

    /** On a terminal, once a run takes long enough to wonder: how far virtual time has come. */
    private LongConsumer progress() {
        if (json || !CommandLine.Help.Ansi.AUTO.enabled()) {
            return time -> {};
        }
        long[] next = {System.nanoTime() + 4 * NANOS_PER_PROGRESS};
        PrintWriter err = err();
        return time -> {
            if (System.nanoTime() >= next[0]) {
                next[0] = System.nanoTime() + NANOS_PER_PROGRESS;
                err.print("\r" + Times.seconds(time) + " of " + (options.isOnKernel() ? "real" : "virtual")
                        + " time\u001b[K\r");
                err.flush();
            }
        };
    }
}
