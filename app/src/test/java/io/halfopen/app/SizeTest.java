package io.halfopen.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code size}: the least backlog, and that one less is not enough. */
class SizeTest {
    private static final String[] BURST = {
        "size", "--clients", "500", "--every", "100us", "--accept-rate", "200", "--rtt", "20ms", "--json"
    };

    private static JsonNode answer(String... args) {
        CommandRun run = CommandRun.of(args);
        assertThat(run.err()).isEmpty();
        return JsonMapper.builder().build().readTree(run.out());
    }

    private static JsonNode trial(JsonNode answer, int backlog) {
        for (JsonNode each : answer.get("trials")) {
            if (each.get("backlog").asInt() == backlog) {
                return each;
            }
        }
        throw new AssertionError("no trial of " + backlog + " in " + answer);
    }

    /** 500 come within 50 ms, of whom ten are accepted until the last one's final ACK is there. */
    @Test
    void aBurstNeedsRoomForAllWhoAreNotAcceptedInTheMeantime() {
        JsonNode answer = answer(BURST);
        int least = answer.get("least").asInt();
        assertThat(least).isBetween(485, 490);
        assertThat(trial(answer, least).get("dropped").asInt()).isZero();
        assertThat(trial(answer, least - 1).get("dropped").asInt()).isPositive();
        assertThat(trial(answer, 128).get("waitedOne").asInt()).isEqualTo(169);
    }

    @Test
    void whoMayWaitNeedsLess() {
        String[] args = Arrays.copyOf(BURST, BURST.length + 2);
        args[BURST.length] = "--target";
        args[BURST.length + 1] = "60%:200ms";
        int least = answer(args).get("least").asInt();
        assertThat(least).isPositive().isLessThan(128);
    }

    @Test
    void whereClientsComeFasterThanTheyAreServedNoBacklogHelps() {
        CommandRun run = CommandRun.of(
                "size", "--rate", "300", "--span", "2s", "--accept-rate", "200", "--rtt", "20ms", "--runs", "2");
        assertThat(run.out().replaceAll("\\s+", " "))
                .contains("no backlog helps for long: 300 clients a second come and 200 are accepted; a queue of 4096"
                        + " is full after 41.0 s, and who is in it waits 20.5 s");
    }

    /** somaxconn cuts what is asked for: the queue never holds more. */
    @Test
    void aSettingThatIsInTheWayIsNotPassedOver() {
        String[] args = Arrays.copyOf(BURST, BURST.length + 2);
        args[BURST.length] = "--sysctl";
        args[BURST.length + 1] = "net.core.somaxconn=128";
        CommandRun run = CommandRun.of(args);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("\"least\" : null");
    }

    /** The burst of the lab, captured, is the burst of the lab. */
    @Test
    void theClientsOfACaptureNeedWhatTheyNeeded(@TempDir Path folder) throws Exception {
        Path capture = folder.resolve("burst.pcapng");
        assertThat(CommandRun.of(
                                "lab",
                                "--clients",
                                "300",
                                "--every",
                                "200us",
                                "--accept-rate",
                                "200",
                                "--rtt",
                                "20ms",
                                "--backlog",
                                "64",
                                "--pcap",
                                capture.toString())
                        .exitCode())
                .isZero();
        String[] rest = {"--accept-rate", "200", "--json"};
        int known = answer("size", "--clients", "300", "--every", "200us", "--rtt", "20ms", rest[0], rest[1], rest[2])
                .get("least")
                .asInt();
        JsonNode answer = answer("size", "--from", capture.toString(), rest[0], rest[1], rest[2]);
        assertThat(answer.get("least").asInt()).isBetween(known - 1, known + 1);
        CommandRun text = CommandRun.of("size", "--from", capture.toString(), "--accept-rate", "200");
        assertThat(text.out()).contains("300 clients in 59.8 ms", "arrivals at 10.0.0.1:8088 as captured");
        CommandRun both = CommandRun.of("size", "--from", capture.toString(), "--clients", "3");
        assertThat(both.err()).contains("--from says who comes when").hasLineCount(1);
        assertThat(CommandRun.of("size", "--from", capture.toString(), "--port", "99")
                        .err())
                .contains("--from: nobody connects in", "to port 99")
                .hasLineCount(1);
        assertThat(CommandRun.of("size", "--from", folder.resolve("none").toString())
                        .err())
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"99%", "0%:1s", "101%:1s", "99%:never", "x"})
    void aTargetThatMakesNoSenseIsOneLine(String target) {
        CommandRun run = CommandRun.of("size", "--target", target);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).startsWith("halfopen size: --target: '" + target + "'");
    }
}
