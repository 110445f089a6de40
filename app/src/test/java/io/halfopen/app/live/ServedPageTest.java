package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page that {@code halfopen serve --html} leaves behind. */
@Timeout(300)
class ServedPageTest {
    private static final String BEGIN = "id=\"recorded\">";

    @TempDir
    private Path folder = Path.of("");

    private static JsonNode runOf(Path page) throws Exception {
        String text = Files.readString(page);
        int from = text.indexOf(BEGIN) + BEGIN.length();
        return JsonMapper.shared()
                .readTree(text.substring(from, text.indexOf("</script>", from)))
                .get("runs")
                .get(0);
    }

    @Test
    void whatRealClientsMetIsInThePage() throws Exception {
        Path page = folder.resolve("page.html");
        try (NetNamespace namespace = NetNamespace.create("ab")) {
            RealProcess serve = Halfopen.serve(
                    namespace, "--quiet", "--backlog", "1", "--service", "1s", "--html", page.toString());
            namespace.run("ab", "-n", "6", "-c", "6", "http://10.9.0.2:8088/");
            serve.interrupt();
            assertThat(serve.out()).contains("accepted      ");
        }
        JsonNode run = runOf(page);
        assertThat(run.get("experiment").get("on").asString()).isEqualTo("serve");
        assertThat(run.get("server").get("acceptHolds").asInt()).isEqualTo(2);
        JsonNode report = run.get("report");
        assertThat(report.get("listener").get("acceptQueuePeak").asInt()).isEqualTo(2);
        JsonNode outcome = run.get("outcome");
        assertThat(outcome.get("accepted").asInt())
                .isEqualTo(report.get("accepted").asInt())
                .isGreaterThanOrEqualTo(6);
        assertThat(outcome.get("clients").asInt())
                .isEqualTo(run.get("clients").size())
                .isGreaterThanOrEqualTo(6);
        long drops = 0;
        for (JsonNode each : report.get("drops")) {
            drops += each.asLong();
        }
        assertThat(drops).isPositive().isEqualTo(droppedPackets(run));
        assertThat(highest(run.get("levels"), 1)).isEqualTo(2);
        List<Long> overflows = new ArrayList<>();
        run.get("counts")
                .get("ListenOverflows")
                .forEach(each -> overflows.add(each.get(1).asLong()));
        assertThat(overflows)
                .isSorted()
                .endsWith(report.get("counters").get("ListenOverflows").asLong());
        JsonNode syn = run.get("packets").get("1").get(0);
        assertThat(syn.get(2).asString() + syn.get(3) + syn.get(4)).isEqualTo("S0null");
        JsonNode synAck = run.get("packets").get("1").get(1);
        assertThat(synAck.get(2).asString() + synAck.get(3) + synAck.get(4)).isEqualTo("S.01");
    }

    private static long droppedPackets(JsonNode run) {
        long dropped = 0;
        for (JsonNode packets : run.get("packets")) {
            for (JsonNode packet : packets) {
                JsonNode rule = run.get("rules").get(packet.get(6).asString());
                dropped += rule.get(0).asString().equals("DROP") ? 1 : 0;
            }
        }
        return dropped;
    }

    private static long highest(JsonNode levels, int queue) {
        long highest = 0;
        for (JsonNode level : levels) {
            highest = Math.max(highest, level.get(queue).asLong());
        }
        return highest;
    }

    @Test
    void aPageThatCannotBeWrittenIsOneLineAndTheSummaryIsThere() throws Exception {
        try (NetNamespace namespace = NetNamespace.create()) {
            String nowhere = folder.resolve("no/page.html").toString();
            RealProcess serve = Halfopen.start(namespace, "serve", "--for", "1s", "--html", nowhere);
            assertThat(serve.exitCode()).isEqualTo(1);
            assertThat(serve.out()).contains("accept queue  peak 0 of 129");
            assertThat(serve.err()).contains("halfopen serve: --html: no such file or folder: ");
        }
    }
}
