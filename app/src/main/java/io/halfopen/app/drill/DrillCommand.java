package io.halfopen.app.drill;

import io.halfopen.app.KernelOption;
import io.halfopen.app.Style;
import io.halfopen.app.Subcommand;
import io.halfopen.drill.Account;
import io.halfopen.drill.Drill;
import io.halfopen.drill.Header;
import io.halfopen.drill.Outcome;
import io.halfopen.drill.Script;
import io.halfopen.drill.ScriptException;
import io.halfopen.drill.Settings;
import io.halfopen.link.LinkException;
import io.halfopen.linux.Kernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code halfopen drill}: packetdrill's scripts against the stack or the live kernel. */
@Command(
        name = "drill",
        description = {
            "Run packetdrill scripts on the stack, in virtual time, or on this machine's kernel.",
            "",
            "One line for each script: PASS, FAIL with what was expected and what was sent, or SKIP with what is not"
                    + " supported. The exit code is 0, or 1 if a script failed, or 2 if one cannot be read.",
            ""
        },
        footer = {"", "Example: halfopen drill host/src/test/pkt/acceptqueue", "The language: docs/drill.md."},
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class DrillCommand extends Subcommand {
    private static final int FAILED = 1;
    private static final int BAD_SCRIPT = 2;

    /** What scripts run on. */
    enum Target {
        stack,
        kernel
    }

    /** What came of a script, or why it could not be read. */
    record Line(String status, String file, int line, String text, String notes) {}

    /** How many scripts came to what. */
    record Counts(long passed, long failed, long skipped, long unreadable) {
        static Counts of(List<Line> lines) {
            return new Counts(count(lines, "PASS"), count(lines, "FAIL"), count(lines, "SKIP"), count(lines, "ERROR"));
        }

        private static long count(List<Line> lines, String status) {
            return lines.stream().filter(line -> line.status.equals(status)).count();
        }

        @Override
        public String toString() {
            return passed + " passed, " + failed + " failed, " + skipped + " skipped"
                    + (unreadable > 0 ? ", " + unreadable + " not read" : "");
        }
    }

    /** For JSON. */
    record Report(List<Line> scripts, Counts counts) {}

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Scripts, or folders of *.pkt files.")
    private List<Path> paths = List.of();

    @Option(
            names = "--on",
            paramLabel = "WHERE",
            description =
                    "${COMPLETION-CANDIDATES}, this machine's, or kernel:VERSION, Debian's of that version in a virtual"
                            + " machine, in virtual time; the stack by default.")
    private Target target = Target.stack;

    @Option(
            names = "--kernel",
            paramLabel = "VERSION",
            converter = KernelOption.class,
            completionCandidates = KernelOption.Versions.class,
            description = "The kernel that the stack imitates: ${COMPLETION-CANDIDATES}.")
    private Kernel kernel = Kernel.LINUX_6_18;

    @Option(names = "--allow-shell", description = "Run commands in backticks that are not about sysctls.")
    private boolean allowShell;

    @Mixin
    private DrillSettings settings = new DrillSettings();

    @Option(names = "--json", description = "Print the results as JSON and nothing else.")
    private boolean json;

    @Option(
            names = "--verbose",
            description = "Also what scripts print, what was ignored, and every packet that was sent.")
    private boolean verbose;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Also write a report: one file that needs no server and no network.")
    private @Nullable Path html;

    @Override
    public Integer call() throws IOException {
        Settings all = settings.build(verbose, this::bad);
        List<Line> lines = new ArrayList<>();
        List<Path> files = files();
        checkHtml(files);
        DrillPage page = new DrillPage("the " + target);
        for (Path file : files) {
            Line line = run(file, all, page);
            lines.add(line);
            if (!json) {
                print(line);
            }
        }
        Counts counts = Counts.of(lines);
        if (json) {
            JsonMapper mapper = JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build();
            out().println(mapper.writeValueAsString(new Report(lines, counts)));
        } else {
            out().println(counts);
        }
        out().flush();
        if (html != null) {
            page.write(html, counts, machine());
        }
        return counts.unreadable > 0 ? BAD_SCRIPT : counts.failed > 0 ? FAILED : 0;
    }

    private void checkHtml(List<Path> files) throws IOException {
        if (html == null) {
            return;
        }
        if (html.toString().isEmpty()) {
            throw bad("--html takes the name of a file");
        }
        for (Path file : files) {
            if (Files.exists(html) && Files.isSameFile(html, file)) {
                throw bad("--html would overwrite the script " + file);
            }
        }
    }

    private String machine() {
        return target == Target.stack
                ? "it is " + kernel.title() + " here"
                : System.getProperty("os.name") + " " + System.getProperty("os.version");
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                try (Stream<Path> inside = Files.walk(path)) {
                    inside.filter(file -> file.toString().endsWith(".pkt") && Files.isRegularFile(file))
                            .sorted()
                            .forEach(files::add);
                }
            } else if (Files.exists(path)) {
                files.add(path);
            } else {
                throw bad(describe(new NoSuchFileException(path.toString())));
            }
        }
        if (files.isEmpty()) {
            throw bad("no *.pkt file in " + paths.getFirst());
        }
        return files;
    }

    private static String describe(NoSuchFileException none) {
        return "no such file or folder: " + none.getFile();
    }

    private Line run(Path file, Settings all, DrillPage page) throws IOException {
        Account account = new Account();
        StringBuilder subject = new StringBuilder();
        Line line = run(file, all, account, subject);
        if (html != null) {
            page.add(line, subject.toString(), account);
        }
        return line;
    }

    private Line run(Path file, Settings all, Account account, StringBuilder subject) throws IOException {
        String name = file.toString();
        try {
            Script script = Script.parse(name, new String(Files.readAllBytes(file), StandardCharsets.UTF_8), all);
            subject.append(script.subject());
            String misplaced = misplaced(script.header());
            if (misplaced != null) {
                return new Line("SKIP", name, 0, "SKIP " + name + ": " + misplaced, "");
            }
            Outcome outcome = target == Target.stack
                    ? Drill.onStack(script, all, kernel, allowShell, account)
                    : Drill.onKernel(script, all, allowShell, account);
            sayIgnored(outcome.ignored().stream().map(each -> name + ": " + each));
            return new Line(outcome.status().name(), name, outcome.line(), outcome.toString(), outcome.notes());
        } catch (LinkException refused) {
            throw bad(String.valueOf(refused.getMessage()));
        } catch (ScriptException unreadable) {
            String status = unreadable.isUnsupported() ? "SKIP" : "ERROR";
            return new Line(status, name, unreadable.line(), status + " " + unreadable.getMessage(), "");
        }
    }

    /** Why it is not meant for what it is to run on; null if it is. */
    private @Nullable String misplaced(Header header) {
        if (!header.isFor(target.name())) {
            return "only for the " + header.only();
        }
        String version = target == Target.stack ? kernel.version() : System.getProperty("os.version", "");
        if (!header.holdsOn(version)) {
            return "for kernels "
                    + header.kernels().stream().map(String::valueOf).collect(Collectors.joining(", "));
        }
        return null;
    }

    private void print(Line line) {
        Style style = style();
        String rest = line.text().substring(line.status().length());
        String word = switch (line.status()) {
            case "PASS" -> style.good(line.status());
            case "SKIP" -> style.doubtful(line.status());
            default -> style.bad(line.status());
        };
        out().println(word + rest);
        if (verbose) {
            line.notes().lines().forEach(note -> out().println("     " + style.faint(note)));
        }
        out().flush();
    }
}
