package io.halfopen.lab;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of an experiment; docs/lab.md has the meaning of every field. Queue numbers are those at the end, a client's
 * times are milliseconds since it called connect(), {@code endMs} since listen().
 */
public record LabReport(
        String kernel,
        String on,
        long seed,
        Listener listener,
        List<Client> clients,
        int accepted,
        Map<String, Long> counters,
        Map<String, Long> drops,
        @Nullable Flood flood,
        Number endMs) {

    /**
     * Of --flood.
     *
     * @param syns how many came
     * @param synAcks how many SYN-ACKs were sent to them, repeated ones included
     * @param fates what became of them, by rule; nothing where a kernel does not tell
     */
    public record Flood(long syns, long synAcks, Map<String, Long> fates) {}

    public record Listener(
            int backlog, int effectiveBacklog, int acceptQueue, int acceptQueuePeak, int synQueue, int synQueuePeak) {}

    public record Client(
            int id,
            String connect,
            @Nullable Number connectMs,
            int synSent,
            boolean accepted,
            @Nullable Number acceptedMs,
            String outcome,
            @Nullable Number outcomeMs,
            String state) {}
}
