package io.halfopen.app.lab;

import io.halfopen.app.KernelOption;
import io.halfopen.app.Subcommand;
import io.halfopen.app.Terminal;
import io.halfopen.app.TextWrap;
import io.halfopen.lab.Experiment;
import io.halfopen.lab.LabReport;
import io.halfopen.lab.Presets;
import io.halfopen.lab.Run;
import io.halfopen.lab.Scenario;
import io.halfopen.lab.Times;
import io.halfopen.link.LinkException;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.NearNames;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.Stack;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halfopen lab}: what happens to every connection, and why. */
@Command(
        name = "lab",
        description = {
            "Replay a burst of connections in virtual time, and say what became of each.",
            "",
            "Without PRESET and options: " + Presets.DEFAULT + ". With options only: an experiment of your own.",
            "",
            "DURATION is 20s, 500ms, 2m, 0, never or forever.",
            "Several values with commas, as in --backlog 128,256,511: a table with a row for each.",
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
            description = "An experiment of an article, or a server that people run: ${COMPLETION-CANDIDATES}.",
            completionCandidates = PresetNames.class)
    private @Nullable String preset;

    @Option(names = "--list", description = "List the presets, with a sentence and the article of each.")
    private boolean list;

    @Option(
            names = "--compare",
            arity = "0..1",
            split = ",",
            paramLabel = "VERSIONS",
            converter = KernelOption.class,
            preprocessor = OptionalVersions.class,
            description = "Run it on several kernels and print them side by side: 6.18, 3.10 and unp unless it is said"
                    + " which (4.18,6.1,6.18). With --on kernel: the stack beside this machine's own kernel, and every"
                    + " difference; exits with 1 if there is one.")
    private @Nullable List<Kernel> compared;

    /** --compare may stand alone, also before a preset's name: only what begins like a version belongs to it. */
    static final class OptionalVersions implements IParameterPreprocessor {
        @Override
        public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            boolean alone = info.get("separator") == null && (args.isEmpty() || !isKernels(args.peek()));
            if (alone) {
                option.setValue(new ArrayList<>()); // which is all that are worth it
            }
            return alone;
        }

        private static boolean isKernels(String text) {
            String first = text.split(",", 2)[0];
            return first.equals("host")
                    || Character.isDigit(text.isEmpty() ? 'x' : text.charAt(0))
                    || Kernel.all().stream()
                            .anyMatch(k ->
                                    k.version().equals(first) || k.aliases().contains(first));
        }
    }

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

    @Mixin
    private PictureOptions pictures = new PictureOptions();

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
        List<Settings.Variant> variants = options.applyTo(base());
        variants.forEach(variant -> check(variant.scenario()));
        if (variants.size() > 1) {
            return sweep(variants);
        }
        Scenario scenario = variants.getFirst().scenario();
        boolean compare = compared != null;
        if (compare || !options.isOnKernel()) {
            List<Kernel> kernels = compare && !options.isOnKernel() ? kernels() : List.of(scenario.kernel());
            noteIgnored(scenario.sysctls().keySet(), kernels);
        }
        if (compare) {
            return options.isOnKernel() ? judge(scenario) : compare(scenario, kernels());
        }
        return runOne(scenario);
    }

    private Scenario base() {
        String name = preset;
        if (name == null) {
            boolean plain = options.settings().isEmpty();
            return plain ? Presets.named(Presets.DEFAULT).orElseThrow().scenario() : Scenario.defaults();
        }
        return Presets.named(name)
                .orElseThrow(() -> bad("unknown preset '" + name + "'" + near(name)))
                .scenario();
    }

    private static String near(String name) {
        String hint = NearNames.hint(name, Presets.all().stream().map(Presets.Preset::name));
        return hint.isEmpty() ? ": halfopen lab --list shows them" : hint;
    }

    private void check(Scenario scenario) {
        if (compared != null && !compared.isEmpty() && options.isOnKernel()) {
            throw bad("--compare takes no versions with --on kernel: --kernel says what the stack imitates");
        }
        if (compared != null && (!show.isEmpty() || pcap != null)) {
            throw bad("--compare goes with --json, not with --show or --pcap");
        }
        String fault = pictures.fault(compared != null, options.isOnKernel());
        if (!fault.isEmpty()) {
            throw bad(fault);
        }
        if (pcap != null && pcap.toString().isEmpty()) {
            throw bad("--pcap takes the name of a file");
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
            String name = String.format(Locale.ROOT, "%-21s ", each.name());
            out().println(TextWrap.hanging(name + each.sentence(), name.length()));
            out().println(TextWrap.hanging("    from: " + each.article(), 10));
        }
    }

    /** Several values at once: a row each. */
    private int sweep(List<Settings.Variant> variants) throws IOException {
        if (compared != null || !show.isEmpty() || pcap != null || pictures.isGiven()) {
            throw bad("several values make a table: --compare, --show, --pcap and pictures take one of each");
        }
        Sweep table = new Sweep(options.settings().varied());
        List<LabReport> reports = new ArrayList<>();
        for (Settings.Variant variant : variants) {
            Run run = options.isOnKernel() ? kernelRun(variant.scenario()) : new Experiment(variant.scenario());
            run.recorder().beBrief(false, false);
            run.run(progress(run));
            LabReport report = run.report();
            if (json) {
                reports.add(report);
            }
            table.add(variant.values(), run, report);
        }
        if (json) {
            out().println(json(reports));
        } else {
            table.print(out(), style(), variants.getFirst().scenario());
        }
        return 0;
    }

    private int runOne(Scenario scenario) throws IOException {
        Run run = options.isOnKernel() ? kernelRun(scenario) : new Experiment(scenario);
        boolean packets = pcap != null || show.contains(Show.tcpdump) || show.contains(Show.mermaid);
        run.recorder().beBrief(packets || pictures.needsRun(), show.contains(Show.timeline) || pictures.needsRun());
        pictures.prepare(run);
        run.run(progress(run));
        LabReport report = run.report();
        warn(run);
        if (pcap != null) {
            Show.writePcap(pcap, run.recorder().packets());
        }
        if (json) {
            out().println(json(report));
        } else if (!show.isEmpty()) {
            Set<Show> wanted = EnumSet.copyOf(show);
            for (Show what : wanted) {
                if (wanted.size() > 1) {
                    out().println(style().bold("-- " + what));
                }
                what.print(run, report, out(), style());
            }
            out().flush(); // print(), unlike println(), does not
        } else {
            tell(run, report);
        }
        pictures.write(List.of(run), out());
        return 0;
    }

    private void warn(Run run) {
        if (run instanceof KernelRun kernel && !kernel.warning().isEmpty()) {
            err().println("halfopen lab: " + kernel.warning());
        }
    }

    /** The stack beside this machine's own kernel. */
    private int judge(Scenario scenario) throws IOException {
        KernelRun kernel = kernelRun(scenario);
        Judge.Verdict verdict = Judge.judge(kernel, options.rules(), progress(kernel));
        warn(kernel);
        if (json) {
            out().println(json(verdict));
        } else {
            new Comparison(out(), style()).print(scenario, verdict, kernel.tolerance());
        }
        if (pictures.needsRun()) {
            pictures.write(List.of(kernel, pictures.beside(kernel, options.rules())), out());
        }
        return verdict.differences().isEmpty() ? 0 : DIFFERENT;
    }

    private KernelRun kernelRun(Scenario scenario) throws IOException {
        try {
            KernelRun.warmUp(!scenario.isLoopback());
            return new KernelRun(scenario);
        } catch (LinkException impossible) {
            throw bad(String.valueOf(impossible.getMessage()));
        }
    }

    private void tell(Run run, LabReport report) {
        Story story = new Story(out(), style(), run);
        story.headline();
        story.outcome();
        story.summary(report);
        story.timeline(run.recorder().moments(), false);
        story.connections(report.clients(), false);
    }

    private List<Kernel> kernels() {
        if (compared == null || compared.isEmpty()) {
            return Kernel.telling();
        }
        return compared.stream().distinct().toList();
    }

    private int compare(Scenario scenario, List<Kernel> kernels) throws IOException {
        List<LabReport> reports = kernels.stream()
                .map(kernel -> {
                    Scenario.Edit edit = scenario.edit();
                    edit.kernel = kernel;
                    Experiment experiment = new Experiment(edit.done());
                    experiment.recorder().beBrief(false, false);
                    experiment.run(progress(experiment));
                    return experiment.report();
                })
                .toList();
        if (json) {
            out().println(json(reports));
        } else {
            new Comparison(out(), style()).print(scenario, reports);
        }
        pictures.writeLive(scenario, kernels, out());
        return 0;
    }

    private static String json(Object value) {
        return ReportJson.MAPPER.writeValueAsString(value);
    }

    /** On a terminal, once a run takes long enough to wonder: how far virtual time has come. */
    private LongConsumer progress(Run run) {
        if (json || !Terminal.showsProgress()) {
            return time -> {};
        }
        long[] next = {System.nanoTime() + 4 * NANOS_PER_PROGRESS};
        PrintWriter err = err();
        return time -> {
            if (System.nanoTime() >= next[0]) {
                next[0] = System.nanoTime() + NANOS_PER_PROGRESS;
                err.print("\r" + Times.seconds(time) + " of " + (options.isOnKernel() ? "real" : "virtual") + " time, "
                        + run.connected() + " of " + run.scenario().clients() + " connected\u001b[K\r");
                err.flush();
            }
        };
    }
}
