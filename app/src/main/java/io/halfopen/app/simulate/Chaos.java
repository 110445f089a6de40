package io.halfopen.app.simulate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code halfopen simulate} does with one seed. */
final class Chaos {
    /** Every so many seeds one runs twice: both runs must have the same packets at the same times. */
    private static final int TWICE = 8;

    private static final int SHRINKING_RUNS = 400;
    private static final int LAST_PACKETS = 40;

    /**
     * What went wrong with a seed.
     *
     * @param fault in a sentence
     * @param least the smallest plan that was found to fail in the same way
     * @param leastFault how that fails
     * @param packets its last packets, as tcpdump prints them
     */
    record Failure(long seed, String fault, Plan least, String leastFault, List<String> packets) {}

    /** {@code failure} is null where all was well. */
    record Result(Tally tally, @Nullable Failure failure) {}

    private Chaos() {}

    static Result run(long seed) {
        Plan plan = PlanMaker.make(seed);
        Simulation simulation = new Simulation(plan);
        String fault = simulation.run();
        simulation.tally().seeds = 1;
        if (fault == null && seed % TWICE == 0) {
            fault = difference(simulation, new Simulation(PlanMaker.make(seed)));
        }
        return new Result(simulation.tally(), fault == null ? null : explain(plan, fault));
    }

    /** Runs it once more; null if that is the same, packet for packet. */
    static @Nullable String difference(Simulation done, Simulation again) {
        again.run();
        return again.hash() == done.hash() ? null : "the same seed ran otherwise the second time";
    }

    private static Failure explain(Plan plan, String fault) {
        String kind = Shrinker.kind(fault);
        Plan least = new Shrinker(
                        candidate -> kind.equals(Shrinker.kind(new Simulation(candidate).run())), SHRINKING_RUNS)
                .shrink(plan);
        PacketLog log = new PacketLog(LAST_PACKETS, least.start());
        Simulation last = new Simulation(least);
        last.addTap(log);
        String leastFault = last.run();
        return new Failure(plan.seed(), fault, least, leastFault == null ? fault : leastFault, log.lines());
    }
}
