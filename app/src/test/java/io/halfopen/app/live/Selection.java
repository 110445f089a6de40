package io.halfopen.app.live;

import io.halfopen.app.Main;
import io.halfopen.app.drill.DrillCommand;
import io.halfopen.app.lab.LabCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What {@link OtherKernelsTest} has another kernel do, in one process: to start one takes seconds there. */
final class Selection {
    /** What every kernel since 6.1 does; that they are not the same the experiments tell. */
    private static final List<String> SCRIPTS = List.of(
            "acceptqueue/final-ack-ignored.pkt",
            "acceptqueue/final-ack-reset.pkt",
            "acceptqueue/order-of-final-acks.pkt",
            "acceptqueue/syn-dropped.pkt",
            "connect/established.pkt",
            "connect/refused.pkt",
            "cookies/accepted.pkt",
            "cookies/queue-full.pkt",
            "cookies/failed.pkt",
            "defer/data.pkt",
            "defer/rounding.pkt",
            "listen/closed-port.pkt");

    static final String PASSED = SCRIPTS.size() + " passed, 0 failed, 0 skipped";
    static final String AGREED = "no difference in clients, packets, queues and counters";

    private Selection() {}

    /** Its argument is the folder of the scripts. */
    public static void main(String[] args) {
        Stream<String> scripts =
                SCRIPTS.stream().map(name -> Path.of(args[0], name).toString());
        String[] drill = Stream.concat(Stream.of("--on", "kernel", "--tolerance_usecs=50000"), scripts)
                .toArray(String[]::new);
        int code = Main.run(new DrillCommand(), drill);
        for (String experiment : List.of("listen-2 --accept-after 4s --for 7s", "ab-abort-on-overflow --for 3s")) {
            code |= Main.run(new LabCommand(), (experiment + " --on kernel --compare").split(" ", -1));
        }
        System.exit(code);
    }
}
