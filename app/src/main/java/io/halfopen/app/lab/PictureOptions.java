package io.halfopen.app.lab;

import io.halfopen.app.Faults;
import io.halfopen.lab.Experiment;
import io.halfopen.lab.ExperimentText;
import io.halfopen.lab.Run;
import io.halfopen.lab.RunJson;
import io.halfopen.lab.RunSvg;
import io.halfopen.lab.Scenario;
import io.halfopen.linux.Kernel;
import io.halfopen.web.Page;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that make a picture of a run, beside what is printed. */
final class PictureOptions {
    /** More than a page runs by itself: it gets the run, not the experiment. */
    private static final int MOST_CLIENTS_OF_PAGE = 5_000;

    private static final String PAGE = "halfopen.html";

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write the page with this experiment in it: one file that needs no server and no network.")
    private @Nullable Path html;

    @Option(
            names = "--svg",
            paramLabel = "FILE",
            description = "Write the accept queue and the clients over time, as a picture for a document.")
    private @Nullable Path svg;

    @Option(names = "--open", description = "Print a link to the page, opened with this experiment.")
    private boolean open;

    /** Something is wrong with them, as a sentence; or nothing, "". */
    String fault(boolean compare, boolean onKernel) {
        if (html != null && html.toString().isEmpty()
                || svg != null && svg.toString().isEmpty()) {
            return "--html and --svg take the name of a file";
        }
        if (open && onKernel) {
            return "--open shows what the page runs by itself: --on kernel takes --html";
        }
        return svg != null && compare ? "--svg shows one run: --compare takes --html" : "";
    }

    /** Whether the run itself is needed, with all that happened. */
    boolean needsRun() {
        return html != null || svg != null;
    }

    boolean isGiven() {
        return needsRun() || open;
    }

    /** Before a run that is to be shown. */
    void prepare(Run run) {
        if (needsRun()) {
            run.recorder().keepLevels();
        }
    }

    /** After it; the first run is shown, and the others beside it. */
    void write(List<Run> runs, PrintWriter out) throws IOException {
        Run run = runs.getFirst();
        if (html != null) {
            boolean live = run.on().equals("sim") && run.scenario().clients() <= MOST_CLIENTS_OF_PAGE;
            write(html, Page.with(live ? settings(run.scenario()) : recorded(runs)));
        }
        if (svg != null) {
            write(svg, RunSvg.of(run));
        }
        printLink(run.scenario(), out);
    }

    /** The same where nothing was measured: the page runs the experiment, on these kernels, the first of them first. */
    void writeLive(Scenario scenario, List<Kernel> kernels, PrintWriter out) throws IOException {
        Scenario.Edit edit = scenario.edit();
        edit.kernel = kernels.getFirst();
        Scenario first = edit.done();
        if (html != null) {
            write(html, Page.with(RunJson.settings(ExperimentText.write(first), kernels)));
        }
        if (open) {
            out.println(link(first) + "&compare="
                    + kernels.stream().map(Kernel::version).collect(Collectors.joining(",")));
        }
    }

    private void printLink(Scenario scenario, PrintWriter out) throws IOException {
        if (open) {
            out.println(link(scenario));
        }
    }

    private static String link(Scenario scenario) throws IOException {
        return pageFile().toUri() + "#" + ExperimentText.fragment(ExperimentText.write(scenario));
    }

    private static String settings(Scenario scenario) {
        return RunJson.settings(ExperimentText.write(scenario));
    }

    private static String recorded(List<Run> runs) {
        return runs.stream().map(RunJson::of).collect(Collectors.joining(",", "{\"runs\":[", "]}"));
    }

    private static void write(Path file, String text) throws IOException {
        try {
            Files.writeString(file, text);
        } catch (IOException full) {
            throw Faults.cannotWrite(file.toString(), full);
        }
    }

    /** Beside the program, where it is built; it is written once for each build. */
    private static Path pageFile() throws IOException {
        String page = Page.plain();
        Path program = Path.of(Objects.requireNonNullElse(System.getProperty("java.class.path"), "")
                .split(File.pathSeparator, 2)[0]);
        Path folder = program.toAbsolutePath().getParent();
        Path file = (folder == null ? Path.of("") : folder).resolve(PAGE).toAbsolutePath();
        if (!Files.exists(file) || !Files.readString(file).equals(page)) {
            write(file, page);
        }
        return file;
    }

    /** The stack's run of what a kernel has done, to be shown beside it. */
    Run beside(KernelRun kernel, Kernel rules) {
        Experiment stack = new Experiment(kernel.forStack(rules, false));
        prepare(stack);
        stack.run(time -> {});
        return stack;
    }
}
