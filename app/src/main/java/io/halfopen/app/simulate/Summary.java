package io.halfopen.app.simulate;

import io.halfopen.linux.Counter;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** One line of what many seeds have exercised. */
final class Summary {
    private Summary() {}

    static String of(Tally tally, int failures) {
        String failed = failures == 0 ? "no failure" : count(failures, "failure", "failures");
        long connections =
                tally.endings().values().stream().mapToLong(Long::longValue).sum();
        String endings = tally.endings().entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .map(entry -> number(entry.getValue()) + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        return count(tally.seeds, "seed", "seeds") + ", " + failed + ": "
                + count(tally.packets, "packet", "packets") + ", " + number(tally.lost) + " lost; "
                + count(tally.counter(Counter.RetransSegs), "retransmission", "retransmissions") + " ("
                + number(tally.counter(Counter.TCPFastRetrans)) + " fast, "
                + number(tally.counter(Counter.TCPTimeouts)) + " after a timeout, "
                + number(tally.counter(Counter.TCPLossProbes)) + " loss probes, "
                + number(tally.counter(Counter.TCPSynRetrans)) + " of a SYN); "
                + count(connections, "connection", "connections") + " (" + endings + ")";
    }

    private static String count(long number, String one, String many) {
        return number(number) + " " + (number == 1 ? one : many);
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
