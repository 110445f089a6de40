package io.halfopen.app.live;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code halfopen serve --queues}: a TUN interface with several queues, a stack and a thread for each. */
@Timeout(300)
class RealQueuesTest {
    private static final String URL = "http://10.9.0.2:8088/";
    private static final Pattern ACCEPTED = Pattern.compile("(?m)^accepted +(\\d+), by queue: ([\\d ]+)$");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void allQueuesServeAndTheirCountsAddUp() throws Exception {
        Path file = folder.resolve("all.pcapng");
        try (NetNamespace namespace = NetNamespace.create("ab", "ss")) {
            RealProcess serve =
                    Halfopen.serve(namespace, "--quiet", "--queues", "3", "--workers", "20", "--pcap", file.toString());
            assertThat(namespace.run("ab", "-q", "-n", "1000", "-c", "20", URL))
                    .containsPattern("Complete requests: +1000\n")
                    .containsPattern("Failed requests: +0\n");
            namespace.awaitAllClosed();
            serve.interrupt();
            String summary = serve.out();
            List<Integer> each = accepted(summary);
            assertThat(each).hasSize(3).allMatch(count -> count > 0);
            assertThat(summary)
                    .contains("on halfopen0, 3 queues, backlog 128,", " of 129 at the fullest of 3, 0 at the end")
                    .contains("left          0 connections, 0 half-opens, ", ", 0 octets in buffers");
            // ab may open one more than it needs.
            assertThat(opened(file)).isEqualTo(sum(each)).isGreaterThanOrEqualTo(1000);
            assertThat(namespace.run("ip", "-o", "link")).doesNotContain("halfopen0");
            assertThat(namespace.processes()).isEmpty();
        }
    }

    /** What each queue has accepted; the summary's total has to be their sum. */
    private static List<Integer> accepted(String summary) {
        Matcher line = ACCEPTED.matcher(summary);
        assertThat(line.find()).as(summary).isTrue();
        List<Integer> each =
                Stream.of(line.group(2).split(" ")).map(Integer::valueOf).toList();
        assertThat(sum(each)).isEqualTo(Integer.parseInt(line.group(1)));
        return each;
    }

    private static int sum(List<Integer> all) {
        return all.stream().mapToInt(Integer::intValue).sum();
    }

    /** The finished handshakes of a capture, each with its rule as a comment. */
    private static long opened(Path file) throws Exception {
        String text = new String(Files.readAllBytes(file), ISO_8859_1);
        return Pattern.compile("FINAL_ACK_[A-Z_]*ACCEPTED")
                .matcher(text)
                .results()
                .count();
    }

    @Test
    void oneConnectionStaysWithItsQueueForAsLongAsItIsIdle() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("curl")) {
            Halfopen.serve(namespace, "--quiet", "--queues", "4", "--keep-alive", "--workers", "20");
            // TUN forgets after 3 s which queue a flow was answered from.
            String slow = "curl -sS --rate 15/m -w '%{num_connects} ' " + URL + " " + URL + " " + URL;
            String several = ("(" + slow + ") & ").repeat(8) + "wait";
            String out = namespace.run("sh", "-c", several);
            assertThat(out.split("Hello World!\n", -1)).hasSize(3 * 8 + 1);
            assertThat(out.chars().filter(c -> c == '1').count())
                    .as("connections")
                    .isEqualTo(8);
        }
    }

    @Test
    void whoLooksOnSeesAllQueuesAsOneServer() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("ab")) {
            Halfopen.serve(namespace, "--quiet", "--queues", "2", "--workers", "20", "--live", folder.toString());
            namespace.run("ab", "-q", "-n", "200", "-c", "20", URL);
            List<String> answers = new LiveFolder(folder).ask();
            assertThat(answers).hasSize(1);
            JsonNode report = JsonMapper.shared().readTree(answers.getFirst());
            assertThat(report.get("listeners")).hasSize(2);
            assertThat(report.get("accepted").asInt()).isGreaterThanOrEqualTo(200);
            assertThat(report.get("counters").get("PassiveOpens").asInt())
                    .isGreaterThanOrEqualTo(report.get("accepted").asInt());
        }
    }

    @Test
    void anInterfaceThatIsDeletedEndsAllOfThemWithOneLine() throws Exception {
        try (NetNamespace namespace = NetNamespace.create()) {
            RealProcess serve = Halfopen.serve(namespace, "--queues", "3");
            namespace.run("ip", "link", "del", "halfopen0");
            assertThat(serve.exitCode()).isEqualTo(1);
            assertThat(serve.err()).isEqualTo("halfopen serve: the interface halfopen0 was deleted\n");
        }
    }

    @Test
    void anInterfaceThatIsThereIsNotShared() throws Exception {
        try (NetNamespace namespace = NetNamespace.create()) {
            Halfopen.serve(namespace, "--queues", "2");
            RealProcess second = Halfopen.start(namespace, "serve", "--queues", "2");
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.err())
                    .isEqualTo(
                            "halfopen serve: there is an interface halfopen0 already: several queues take one that is new\n");
        }
    }

    @Test
    void itEndsByItselfWithAllQueues() throws Exception {
        try (NetNamespace namespace = NetNamespace.create()) {
            RealProcess serve = Halfopen.start(namespace, "serve", "--queues", "2", "--for", "100ms");
            assertThat(serve.exitCode()).isZero();
            assertThat(serve.out()).contains("accepted      0, by queue: 0 0\n");
        }
    }
}
