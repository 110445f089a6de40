package io.halfopen.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.Main;
import io.halfopen.app.lab.SweepCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A plan, and what {@code halfopen sweep} makes of it: what Spark has to make, too. */
final class Table {
    static final int ROWS = 24;

    private static final String PLAN = """
            {
              "options": {"clients": 300, "every": "1ms", "poisson": true, "accept-rate": 200, "rtt": "20ms"},
              "grid": {"backlog": [4, 16], "sysctl": [["net.ipv4.tcp_syncookies=0", "net.core.somaxconn=9"], "net.ipv4.tcp_syncookies=1"]},
              "seeds": 6
            }
            """;

    private Table() {}

    static Path plan(Path folder) throws IOException {
        return Files.writeString(folder.resolve("plan.json"), PLAN);
    }

    /** Octet for octet. */
    static String ofSweep(Path plan) throws IOException {
        Path table = plan.resolveSibling("plan.csv");
        assertThat(Main.run(new SweepCommand(), plan.toString(), "--to", table.toString()))
                .isZero();
        assertThat(Files.readAllLines(table)).hasSize(1 + ROWS);
        return Files.readString(table);
    }

    /** The one file that is in a folder of Spark's. */
    static String written(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> parts = files.filter(
                            file -> file.getFileName().toString().startsWith("part-"))
                    .toList();
            assertThat(parts).hasSize(1);
            return Files.readString(parts.getFirst());
        }
    }
}
