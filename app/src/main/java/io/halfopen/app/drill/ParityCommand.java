package io.halfopen.app.drill;

import io.halfopen.app.SeedRange;
import io.halfopen.app.Subcommand;
import io.halfopen.drill.Parity;
import io.halfopen.drill.SegmentParity;
import io.halfopen.drill.SegmentTable;
import io.halfopen.link.LinkException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code halfopen parity}: where do the stack and the live kernel differ? */
@Command(
        name = "parity",
        description = {
            "Tell random stories to the stack and to this machine's kernel, and look for differences.",
            "",
            "A story is a listener with random settings, and what peers send to it and its process does: SYNs, ACKs,"
                    + " data, FINs and resets, right and wrong, accept(), listen() again, close(). Compared are packets,"
                    + " results of calls, queue lengths and counters, step by step. A difference is shortened, and"
                    + " printed with a script for halfopen drill. It needs root: each story has a network namespace.",
            "",
            "By default 100 stories, one for each seed, 8 at a time since most of each is waiting, until 10 have shown"
                    + " a difference. With --about segments the seeds are rows of tables, all of which are looked at;"
                    + " what differs is grouped.",
            "",
            "The exit code is 0, or 1 if there is a difference.",
            ""
        },
        footer = {"", "Example: halfopen parity --count 200"},
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class ParityCommand extends Subcommand {
    @Option(
            names = "--about",
            paramLabel = "TOPIC",
            converter = TopicOption.class,
            description =
                    "What stories are about: listen, a listener and its queues; transfer, data that gets lost on one"
                            + " connection; segments, one segment in one state, row by row of tables (listen).")
    private Parity.Topic about = Parity.Topic.LISTEN;

    @Option(
            names = "--on",
            paramLabel = "WHERE",
            description = "Which kernel: ${COMPLETION-CANDIDATES}, this machine's; or kernel:VERSION, Debian's of that"
                    + " version in a virtual machine, in virtual time (kernel).")
    @SuppressWarnings("UnusedVariable") // there is one value: what else may be said was taken before this is read
    private On on = On.kernel;

    /** What can be told a story beside the stack. */
    enum On {
        kernel
    }

    @Option(
            names = "--table",
            paramLabel = "TABLE",
            converter = TableOption.class,
            description =
                    "Of --about segments only this table, and --seed is a row of it: flags, numbers, timestamps, options,"
                            + " data or windows (all, by turns).")
    private @Nullable SegmentTable table;

    @Option(
            names = "--scripts",
            paramLabel = "FOLDER",
            description = "Of --about segments: write the script of each group to this folder, too.")
    private @Nullable Path scripts;

    @Mixin
    private SeedRange seeds = new SeedRange(100, 8, 10);

    @Override
    public Integer call() {
        if (about == Parity.Topic.SEGMENTS) {
            return segments();
        }
        if (table != null || scripts != null) {
            throw bad("--table and --scripts are of --about segments");
        }
        Parity parity = Parity.withKernel(about);
        int differences;
        try {
            differences = seeds.run(seed -> differs(parity, seed), err(), this::bad);
        } catch (LinkException refused) {
            throw bad(String.valueOf(refused.getMessage()));
        }
        long told = seeds.done();
        out().println(told
                + (told == 1 ? " story, " : " stories, ")
                + differences
                + (differences == 1 ? " difference" : " differences"));
        return differences > 0 ? 1 : 0;
    }

    private int segments() {
        SegmentReport report = new SegmentReport(SegmentParity.withKernel(), table);
        try {
            seeds.run(number -> countsNever(report, number), err(), this::bad);
            return report.print(out(), style(), scripts) ? 1 : 0;
        } catch (LinkException refused) {
            throw bad(String.valueOf(refused.getMessage()));
        } catch (IOException unwritable) {
            throw bad("cannot write to " + scripts + ": " + unwritable.getMessage());
        }
    }

    /** All rows are looked at, however many differ. */
    private static boolean countsNever(SegmentReport report, long number) throws LinkException {
        report.compare(number);
        return false;
    }

    private boolean differs(Parity parity, long seed) throws LinkException {
        Parity.Difference difference = parity.check(seed);
        if (difference != null) {
            seeds.interrupt(() -> print(difference));
        }
        return difference != null;
    }

    private void print(Parity.Difference difference) {
        out().println(style().bold("seed " + difference.seed()));
        out().println(difference.story());
        out().println(difference.script());
        out().flush();
    }
}
