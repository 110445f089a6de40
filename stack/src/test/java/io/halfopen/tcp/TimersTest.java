package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Timers;
import io.halfopen.tcp.host.Timer;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Timers as precise as asked for: exact, or rounded as Linux's wheel rounds. */
class TimersTest {
    private static final long MILLISECOND = 1_000_000L;

    /** The capture's times are the model's within 5 ms; so is the end of connect(). */
    private static final double PRECISION = 5;

    /** That a half-open is gone was looked up all 100 ms. */
    private static final double GLANCE = 100;

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0, 1",
        "0, 1000000000",
        "12345678901, 12345678901",
        "12345678901, 99999999999999",
    })
    void exactOnesFireAtTheirTime(long now, long due) {
        assertThat(Timers.EXACT.firing(now, due)).isEqualTo(due);
    }

    /** By hand from calc_wheel_index: jiffies of 4 ms; level 1 from 63 jiffies, 2 from 504, 3 from 4032, 4 from 32256. */
    @ParameterizedTest
    @CsvSource({
        "0,     0,      4",
        "0,     4,      8",
        "0,     40,     44",
        "0,     248,    252", // 62 jiffies: the last of level 0
        "0,     252,    256", // 63: buckets of 32 ms, and 256 is the first that begins after 252
        "0,     256,    288",
        "0,     1000,   1024",
        "20,    1020,   1024",
        "24,    1024,   1056",
        "0,     2012,   2016", // 503 jiffies: the last of level 1
        "0,     2016,   2048", // 504: buckets of 256 ms
        "0,     4000,   4096",
        "0,     16000,  16128",
        "0,     16128,  16384", // 4032: buckets of 2048 ms
        "0,     32000,  32768",
        "0,     64000,  65536",
        "0,     120000, 120832",
        "0,     129024, 131072", // 32256: buckets of 16384 ms
    })
    void linuxOnesFireAtTheNextBucket(long now, long due, long fires) {
        assertThat(Timers.LINUX.firing(now * MILLISECOND, due * MILLISECOND)).isEqualTo(fires * MILLISECOND);
    }

    /** 6 us after a jiffy, for 1 ns more than 5 jiffies: 6 of them, from the jiffy that has begun, and the next begins. */
    @Test
    void whatIsLessThanAJiffyCountsAsOne() {
        long now = 400 * MILLISECOND + 6000;
        assertThat(Timers.LINUX.firing(now, now + 20 * MILLISECOND)).isEqualTo(424 * MILLISECOND);
        assertThat(Timers.LINUX.firing(now, now + 20 * MILLISECOND + 1)).isEqualTo(428 * MILLISECOND);
    }

    /** Two jiffies for the start and the end, and an eighth. */
    @Test
    void linuxOnesAreNeverEarlyAndAtMostAnEighthLate() {
        Random random = new Random(6);
        for (int i = 0; i < 100_000; i++) {
            long now = random.nextLong(1L << 50);
            long delay = random.nextLong(1L << random.nextInt(1, 40));
            long late = Timers.LINUX.firing(now, now + delay) - (now + delay);
            assertThat(late).as("%d ns at %d", delay, now).isBetween(0L, 8 * MILLISECOND + delay / 8);
        }
    }

    // ---- as measured

    record Row(String what, int retries, String linear, double phase, double[] times, double end) {
        static Row of(String line) {
            String[] cells = line.split("\t", -1);
            double[] times = Arrays.stream(cells[4].split(" ", -1))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            return new Row(
                    cells[0],
                    Integer.parseInt(cells[1]),
                    cells[2],
                    Double.parseDouble(cells[3]),
                    times,
                    Double.parseDouble(cells[5]));
        }

        @Override
        public String toString() {
            return what + ", " + retries + " retries, " + linear + " linear";
        }
    }

    static Stream<Row> rows(String what) throws IOException {
        try (InputStream in = TimersTest.class.getResourceAsStream("/timers/linux-6.18.tsv")) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().filter(line -> line.startsWith(what)).map(Row::of);
        }
    }

    static Stream<Row> connects() throws IOException {
        return rows("connect");
    }

    static Stream<Row> halfOpens() throws IOException {
        return rows("half-open");
    }

    @ParameterizedTest
    @MethodSource("connects")
    void connectSendsAndEndsAsMeasured(Row row) {
        Scene scene = started(row);
        scene.set(Sysctl.tcp_syn_retries, row.retries());
        scene.set(Sysctl.tcp_syn_linear_timeouts, Integer.parseInt(row.linear()));
        Peer server = scene.peer();
        int fd = scene.socket();
        scene.connect(fd, server);
        double end = runUntil(scene, Counter.TCPAbortOnTimeout);
        assertTimes(server, row);
        assertThat(end - row.phase()).isCloseTo(row.end(), within(PRECISION));
        assertThat(scene.connect(fd, server)).isEqualTo(-Errno.ETIMEDOUT);
    }

    @ParameterizedTest
    @MethodSource("halfOpens")
    void aHalfOpenLivesAsMeasured(Row row) {
        Scene scene = started(row);
        scene.set(Sysctl.tcp_synack_retries, row.retries());
        scene.listener(128);
        Peer client = scene.peer();
        client.inject("S 0:0(0) win 64240 <mss 1460>");
        while (scene.stack.nextTimeout() != Timer.NEVER) {
            fireNext(scene);
        }
        assertTimes(client, row);
        assertThat(millis(scene) - row.phase()).isBetween(row.end() - GLANCE, row.end() + 2 * PRECISION);
    }

    private static Scene started(Row row) {
        Scene scene = new Scene(Timers.LINUX);
        return scene.at(BigDecimal.valueOf(row.phase()).movePointLeft(3) + "s");
    }

    private static double runUntil(Scene scene, Counter counter) {
        while (scene.stack.counter(counter) == 0) {
            fireNext(scene);
        }
        return millis(scene);
    }

    private static void fireNext(Scene scene) {
        scene.at(BigDecimal.valueOf(scene.stack.nextTimeout(), 9) + "s");
    }

    private static double millis(Scene scene) {
        return scene.now() / (double) MILLISECOND;
    }

    private static void assertTimes(Peer peer, Row row) {
        double[] times = Arrays.stream(peer.times().split(" ", -1))
                .mapToDouble(seconds -> Double.parseDouble(seconds) * 1000 - row.phase())
                .toArray();
        assertThat(times).hasSameSizeAs(row.times());
        assertThat(times).containsExactly(row.times(), within(PRECISION));
    }
}
