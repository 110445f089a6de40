package io.halfopen.app.live;

import static io.halfopen.app.live.WatchedListeners.awaitReport;
import static io.halfopen.app.live.WatchedListeners.tell;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code watch} on ten real listeners, of which some overflow as often as this test wants. */
class WatchTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int ACCEPT_FULL = 8001;
    private static final int SYN_FULL = 8002;
    private static final int COOKIES = 8003;
    private static final int FINAL_ACKS = 8004;

    @TempDir
    private Path folder;

    private static RealProcess listeners(NetNamespace namespace) throws Exception {
        RealProcess listeners = WatchedListeners.start(namespace);
        for (int port = 8000; port < 8010; port++) {
            int backlog = port == ACCEPT_FULL || port == FINAL_ACKS ? 2 : port < 8004 ? 8 : 128;
            tell(listeners, "listen " + port + " " + backlog);
        }
        return listeners;
    }

    /** As a process of another namespace, so that --netns is needed; it ends when it is told to. */
    private static RealProcess watch(List<String> before, String... more) throws Exception {
        List<String> command = new ArrayList<>(before);
        command.addAll(Halfopen.command("watch", "--json"));
        command.addAll(List.of(more));
        RealProcess watch = RealProcess.start(command);
        awaitReport(watch);
        return watch;
    }

    /** Three listeners overflow for three reasons, and one of them for a fourth; the others have an ordinary day. */
    private static void load(NetNamespace namespace, RealProcess listeners, RealProcess watch) throws Exception {
        setCookies(namespace, watch, 0, 2001);
        // a SYN queue of 9: the other 31 are dropped
        tell(listeners, "syn " + SYN_FULL + " 40");
        setCookies(namespace, watch, 1, 2002);
        // the same 9, and 31 cookies
        tell(listeners, "syn " + COOKIES + " 40");
        // an accept queue of 3: whatever comes later is dropped
        tell(listeners, "syn " + ACCEPT_FULL + " 3");
        tell(listeners, "finish " + ACCEPT_FULL + " 3");
        tell(listeners, "syn " + ACCEPT_FULL + " 50");
        // five half-open, three in the queue: the other two have their ACKs ignored
        tell(listeners, "syn " + FINAL_ACKS + " 1");
        tell(listeners, "finish " + FINAL_ACKS + " 1");
        tell(listeners, "syn " + FINAL_ACKS + " 3");
        tell(listeners, "finish " + FINAL_ACKS + " 3");
        tell(listeners, "finish " + FINAL_ACKS + " 3");
        for (int port = 8005; port < 8010; port++) {
            tell(listeners, "connect " + port + " 20");
            tell(listeners, "accept " + port + " 20");
        }
    }

    /** Until the watch has seen it: a limit that nobody reaches, set after it and read before it, tells that. */
    private static void setCookies(NetNamespace namespace, RealProcess watch, int cookies, int mark) throws Exception {
        namespace.run("sysctl", "-q", "-w", "net.ipv4.tcp_syncookies=" + cookies);
        namespace.run("sysctl", "-q", "-w", "net.ipv4.tcp_max_syn_backlog=" + mark);
        watch.awaitOut("\"maxSynBacklog\":" + mark);
    }

    /** The listeners of a report, by port. */
    private record Rows(JsonNode report) {
        JsonNode get(int port) {
            for (JsonNode row : report.get("listeners")) {
                if (row.get("port").asInt() == port) {
                    return row;
                }
            }
            throw new AssertionError("no port " + port + " in " + report);
        }
    }

    /** Ctrl-C, after which it says what there has been. */
    private static JsonNode end(RealProcess watch) throws Exception {
        watch.interrupt();
        assertThat(watch.err()).isEmpty();
        return JSON.readTree(
                watch.out().strip().lines().reduce((first, second) -> second).orElseThrow());
    }

    private static List<String> words(String line) {
        return Arrays.asList(line.strip().split("\\s+", -1));
    }

    private static long nstat(NetNamespace namespace, String counter) throws Exception {
        String line = namespace
                .run("nstat", "-asz", counter)
                .lines()
                .skip(1)
                .findFirst()
                .orElseThrow();
        return Long.parseLong(words(line).get(1));
    }

    @Test
    void eachDropHasItsListenerAndItsReasonAndTheKernelCountedAsMany() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("nstat", "ss", "sysctl")) {
            RealProcess listeners = listeners(namespace);
            Path record = folder.resolve("handshakes.pcapng");
            RealProcess watch = watch(List.of(), "--netns", namespace.pid(), "--record", record.toString());
            load(namespace, listeners, watch);
            String sockets = namespace.run("ss", "-Hltn");

            JsonNode report = end(watch);
            Rows rows = new Rows(report);

            assertThat(rows.get(SYN_FULL).get("drops").toString()).isEqualTo("{\"SYN_QUEUE_FULL\":31}");
            assertThat(rows.get(ACCEPT_FULL).get("drops").toString()).isEqualTo("{\"ACCEPT_QUEUE_FULL\":50}");
            assertThat(rows.get(FINAL_ACKS).get("drops").toString()).isEqualTo("{\"FINAL_ACK_IGNORED\":2}");
            assertThat(rows.get(COOKIES).get("drops").toString()).isEqualTo("{}");
            assertThat(rows.get(COOKIES).get("cookies").asLong()).isEqualTo(31);
            for (int port = 8005; port < 8010; port++) {
                assertThat(rows.get(port).get("handshakes").asLong()).isEqualTo(20);
                assertThat(rows.get(port).get("accepts").asLong())
                        .isEqualTo(20 - rows.get(port).get("acceptQueue").asLong());
                assertThat(rows.get(port).get("drops").toString()).isEqualTo("{}");
            }
            for (String counter : List.of("ListenOverflows", "ListenDrops", "TCPReqQFullDrop", "SyncookiesSent")) {
                assertThat(report.get("counters").get(counter).asLong())
                        .as(counter)
                        .isEqualTo(nstat(namespace, "TcpExt" + counter));
            }
            assertThat(report.get("counters").get("ListenDrops").asLong()).isEqualTo(31 + 50 + 2);
            assertThat(report.get("lost").asLong()).isZero();
            assertThat(report.get("unexplained").asLong()).isZero();
            assertThat(Files.size(record)).isGreaterThan(5000);
            // each listener of ss, with its queue and what bounds that
            for (String line : sockets.lines().toList()) {
                List<String> words = words(line);
                JsonNode row = rows.get(Integer.parseInt(words.get(3).replaceAll(".*:", "")));
                assertThat(row.get("acceptQueue").asString()).isEqualTo(words.get(1));
                assertThat(row.get("backlog").asString()).isEqualTo(words.get(2));
                assertThat(row.get("process").asString()).startsWith("java[");
            }
            assertThat(sockets.lines()).hasSize(10);
        }
    }

    @Test
    void onceSaysWhatIsSoNowAndWhetherAQueueIsFull() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("ss")) {
            RealProcess listeners = listeners(namespace);
            RealProcess before = once(namespace);
            assertThat(before.out()).contains("*:8001", "0/3", "java[").doesNotContain("full");
            assertThat(before.exitCode()).isZero();

            tell(listeners, "connect " + ACCEPT_FULL + " 3");
            RealProcess after = once(namespace);
            assertThat(after.exitCode()).isEqualTo(1);
            assertThat(after.out().replaceAll("\\s+", " "))
                    .contains("accept queue full 3/3; the program asked for 2 (somaxconn 4096 allows more)");
            assertThat(after.out().lines())
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
        }
    }

    private static RealProcess once(NetNamespace namespace) throws Exception {
        RealProcess once = RealProcess.start(Halfopen.command("watch", "--once", "--netns", namespace.pid()));
        once.exitCode();
        return once;
    }

    @Test
    void whatCannotBeIsOneLine() throws Exception {
        RealProcess none = RealProcess.start(Halfopen.command("watch", "--netns", "no-such-namespace"));
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err())
                .isEqualTo("halfopen watch: no network namespace 'no-such-namespace': 'ip netns' lists names; a number"
                        + " is a process's (halfopen watch --help)\n");
        try (NetNamespace namespace = NetNamespace.create()) {
            RealProcess full = RealProcess.start(Halfopen.command(
                    "watch", "--netns", namespace.pid(), "--for", "100ms", "--record", "/no/such/folder/x"));
            assertThat(full.exitCode()).isEqualTo(1);
            assertThat(full.err().lines()).hasSize(1);
        }
    }

    @Test
    void aRealPrometheusTakesWhatIsExportedAndFindsNothingWrongWithIt() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("prometheus", "promtool", "curl")) {
            RealProcess listeners = listeners(namespace);
            RealProcess watch = Halfopen.start(namespace, "watch", "--json", "--prometheus", "9925");
            awaitReport(watch);
            tell(listeners, "syn " + ACCEPT_FULL + " 3");
            tell(listeners, "finish " + ACCEPT_FULL + " 3");
            tell(listeners, "syn " + ACCEPT_FULL + " 7");
            String metrics = "";
            while (!metrics.contains("accept_queue_full")) {
                metrics = namespace.run("curl", "-s", "http://127.0.0.1:9925/metrics");
                assertThat(watch.isAlive()).isTrue();
                Thread.sleep(100);
            }
            assertThat(metrics)
                    .contains("halfopen_listener_drops_total{address=\"::\",port=\"8001\",process=\"java\","
                            + "reason=\"accept_queue_full\"} 7.0");
            Path file = folder.resolve("metrics");
            Files.writeString(file, metrics);
            // exits with 1 and says why if a name or a unit is not as it should be
            namespace.run("sh", "-c", "promtool check metrics <" + file);

            Path config = folder.resolve("prometheus.yml");
            Files.writeString(config, """
                    global: {scrape_interval: 1s}
                    scrape_configs: [{job_name: halfopen, static_configs: [{targets: ['127.0.0.1:9925']}]}]
                    """);
            RealProcess prometheus = namespace.start(
                    "prometheus",
                    "--config.file=" + config,
                    "--storage.tsdb.path=" + folder.resolve("data"),
                    "--web.listen-address=127.0.0.1:9990");
            String query = "http://127.0.0.1:9990/api/v1/query?query=halfopen_listener_drops_total";
            String answer = "";
            while (!answer.contains("\"7\"")) {
                answer = namespace.run("sh", "-c", "curl -s '" + query + "' || true");
                assertThat(prometheus.isAlive()).as(answer).isTrue();
                Thread.sleep(200);
            }
            assertThat(answer).contains("\"reason\":\"accept_queue_full\"", "\"port\":\"8001\"");
            watch.interrupt();
            prometheus.interrupt();
            prometheus.exitCode();
        }
    }

    @Test
    void withoutTheRightToCaptureTheSumsAreTheKernelsAndTheListenersMarkedAsEstimated() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("nstat", "sysctl", "setpriv")) {
            RealProcess listeners = listeners(namespace);
            // An ordinary user may not enter another namespace, so it is there from the start.
            List<String> ordinary = List.of(
                    "nsenter",
                    "--net=/proc/" + namespace.pid() + "/ns/net",
                    "setpriv",
                    "--inh-caps=-all",
                    "--bounding-set=-all");
            RealProcess watch = watch(ordinary);
            load(namespace, listeners, watch);

            JsonNode report = end(watch);
            Rows rows = new Rows(report);
            assertThat(report.get("capture").asBoolean()).isFalse();
            long sum = 0;
            for (JsonNode row : report.get("listeners")) {
                for (JsonNode drops : row.get("drops")) {
                    sum += drops.asLong();
                    assertThat(row.get("estimated").asBoolean()).isTrue();
                }
            }
            assertThat(sum).isEqualTo(nstat(namespace, "TcpExtListenDrops"));
            assertThat(rows.get(SYN_FULL).get("drops").toString()).isEqualTo("{\"SYN_QUEUE_FULL\":31}");
            assertThat(rows.get(ACCEPT_FULL).get("drops").toString()).isEqualTo("{\"ACCEPT_QUEUE_FULL\":50}");
        }
    }
}
