package io.halfopen.app.simulate;

import io.halfopen.linux.Counter;
import org.jspecify.annotations.Nullable;

/**
 * What came of one seed of {@code simulate}, in a row.
 *
 * @param fault what was wrong, in a sentence; null where all was well
 * @param least how the least fails that fails in the same way; null where all was well
 */
public record SimulatedSeed(
        long seed,
        @Nullable String fault,
        @Nullable String least,
        long packets,
        long octets,
        long lost,
        long retransmissions,
        long restarts,
        long connections) {

    /** Runs it; the same seed has the same row, whoever asks. */
    public static SimulatedSeed run(long seed) {
        Chaos.Result result = Chaos.run(seed);
        Tally tally = result.tally();
        Chaos.Failure failure = result.failure();
        return new SimulatedSeed(
                seed,
                failure == null ? null : failure.fault(),
                failure == null ? null : failure.leastFault(),
                tally.packets,
                tally.octets,
                tally.lost,
                tally.counter(Counter.RetransSegs),
                tally.restarts,
                tally.endings().values().stream().mapToLong(Long::longValue).sum());
    }
}
