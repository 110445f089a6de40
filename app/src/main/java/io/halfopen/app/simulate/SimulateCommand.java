package io.halfopen.app.simulate;

import io.halfopen.app.SeedRange;
import io.halfopen.app.Subcommand;
import io.halfopen.link.LinkException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code halfopen simulate}: does the stack hold on bad networks? */
@Command(
        name = "simulate",
        description = {
            "Let whole networks of stacks live through bad weather, and check them at every step.",
            "",
            "A seed makes 2 to 8 hosts, the paths between them, the programs that talk over them, and what goes wrong:"
                    + " delay, loss, reordering, duplication, corruption, partitions, restarts, suspended machines, odd"
                    + " settings. Time is virtual. Every octet has to arrive once and in its place, every connection to"
                    + " end for a reason, and nothing may be left over. A failure is shortened, and printed with the"
                    + " command that repeats it and its last packets.",
            "",
            "By default 300 seeds, one for each processor at a time, until 3 have failed.",
            "",
            "The exit code is 0, 1 if something failed, 2 for bad input.",
            ""
        },
        footer = {"", "Example: halfopen simulate --count 10000"},
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class SimulateCommand extends Subcommand {
    @Mixin
    private SeedRange seeds = new SeedRange(300, Runtime.getRuntime().availableProcessors(), /* usualMost= */ 3);

    private final Tally tally = new Tally();

    @Override
    public Integer call() throws LinkException {
        int failures = seeds.run(this::fails, err(), this::bad);
        out().println(Summary.of(tally, failures));
        return failures > 0 ? 1 : 0;
    }

    private boolean fails(long seed) {
        Chaos.Result result = Chaos.run(seed);
        synchronized (tally) {
            tally.add(result.tally());
        }
        Chaos.Failure failure = result.failure();
        if (failure != null) {
            seeds.interrupt(() -> Report.print(failure, out(), style()));
        }
        return failure != null;
    }
}
