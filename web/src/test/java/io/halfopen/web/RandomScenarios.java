package io.halfopen.web;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Experiments out of a seed, small enough to be run by the hundred, as the page's settings. */
final class RandomScenarios {
    private final SplittableRandom random;

    RandomScenarios(long seed) {
        random = new SplittableRandom(seed);
    }

    /** A setting a line. */
    String next() {
        List<String> lines = new ArrayList<>();
        lines.add("clients=" + (1 + random.nextInt(40)));
        lines.add("backlog=" + random.nextInt(12));
        lines.add("kernel=" + pick("6.18", "6.18", "3.10", "unp"));
        lines.add("seed=" + random.nextInt(1_000_000));
        boolean wire = random.nextInt(3) > 0;
        if (wire) {
            lines.add("rtt=" + pick("1ms", "20ms", "100ms", "300ms"));
            maybe(lines, "loss=" + pick("1", "5", "20", "2.5"));
            maybe(lines, "cut=" + pick("1s", "50ms", "6s"));
            maybe(lines, "flood=" + pick("10", "100", "400"), "flood-for=2s");
        }
        maybe(lines, "every=" + pick("1ms", "50us", "100ms"), "poisson=" + random.nextBoolean());
        maybe(lines, "burst=" + (1 + random.nextInt(5)));
        maybe(lines, "accept-after=" + pick("1s", "5s", "never"));
        maybe(lines, "accept-rate=" + pick("3", "20", "0.5"));
        maybe(lines, "service=" + pick("10ms", "1s"), "workers=" + (1 + random.nextInt(4)));
        maybe(lines, "pause=500ms,2s");
        maybe(lines, "send=" + pick("82", "4000", "200000"), "answer=117,13", "send-after=" + pick("0", "2s"));
        maybe(lines, "defer=" + random.nextInt(12));
        maybe(lines, "connect-timeout=" + pick("500ms", "3s"), "retries=2", "retry-after=100ms");
        maybe(lines, "hold=" + pick("1s", "never"));
        maybe(lines, "reset=true");
        maybe(lines, "timers=linux");
        maybe(lines, "sysctl=net.ipv4.tcp_abort_on_overflow=1");
        maybe(lines, "sysctl=net.ipv4.tcp_syncookies=" + random.nextInt(3));
        maybe(lines, "sysctl=net.core.somaxconn=" + random.nextInt(6));
        lines.add("for=" + pick("10s", "30s", "150s"));
        return String.join("\n", lines);
    }

    private void maybe(List<String> lines, String... more) {
        if (random.nextInt(4) == 0) {
            lines.addAll(List.of(more));
        }
    }

    private String pick(String... words) {
        return words[random.nextInt(words.length)];
    }
}
