package io.halfopen.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.lab.LiveKernel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The fields of {@code --json}, which docs/lab.md promises: their names, their order and their types. */
class JsonTest {
    private static final String CLIENT_FIELDS =
            "[id, connect, connectMs, synSent, accepted, acceptedMs, outcome, outcomeMs, state]";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "listen-2",
                "listen-2 --for 12s",
                "ab-backlog-1 --kernel 3.10",
                "ab-backlog-1 --replace",
                "unp-overflow",
                "--clients 0",
                "--rtt 3ms --loss 30 --clients 20 --backlog 1"
            })
    void everyFieldIsThereInOrderAndOfItsType(String arguments) {
        JsonNode report = json(arguments);
        assertThat(report.propertyNames())
                .hasToString("[kernel, on, seed, listener, clients, accepted, counters, drops, endMs]");
        assertThat(report.get("kernel").isString()).isTrue();
        assertThat(report.get("on").stringValue()).isEqualTo(arguments.contains("--on kernel") ? "kernel" : "sim");
        assertThat(report.get("seed").isIntegralNumber()).isTrue();
        assertThat(report.get("accepted").isInt()).isTrue();
        assertThat(report.get("endMs").isNumber()).isTrue();
        listener(report.get("listener"));
        assertThat(report.get("clients").isArray()).isTrue();
        report.get("clients").forEach(JsonTest::client);
        for (Map.Entry<String, JsonNode> count : report.get("counters").properties()) {
            assertThat(count.getValue().asLong()).as(count.getKey()).isPositive();
        }
        for (Map.Entry<String, JsonNode> count : report.get("drops").properties()) {
            assertThat(count.getValue().asLong()).as(count.getKey()).isPositive();
        }
    }

    @Test
    void aRunOnThisMachinesKernelHasTheSameFields() {
        LiveKernel.require();
        everyFieldIsThereInOrderAndOfItsType("--on kernel --backlog 0 --clients 3 --for 200ms");
    }

    @Test
    void theStackBesideThisMachinesKernelIsTwoReportsAndTheDifferences() {
        LiveKernel.require();
        String arguments = "lab --on kernel --compare --json --for 200ms --backlog 1 --clients 4 --accept-after never";
        CommandRun same = CommandRun.of(arguments.split(" ", -1));
        CommandRun different = CommandRun.of((arguments + " --kernel unp").split(" ", -1));

        JsonNode verdict = JsonMapper.shared().readTree(same.out());
        assertThat(verdict.propertyNames()).hasToString("[reports, differences]");
        assertThat(verdict.get("reports")
                        .valueStream()
                        .map(each -> each.get("on").stringValue()))
                .containsExactly("sim", "kernel");
        assertThat(verdict.get("differences")).isEmpty();
        assertThat(same.exitCode()).isZero();
        assertThat(JsonMapper.shared().readTree(different.out()).get("differences"))
                .isNotEmpty();
        assertThat(different.exitCode()).isEqualTo(1);
    }

    private static void listener(JsonNode listener) {
        assertThat(listener.propertyNames())
                .hasToString("[backlog, effectiveBacklog, acceptQueue, acceptQueuePeak, synQueue, synQueuePeak]");
        listener.forEach(field -> assertThat(field.isInt()).isTrue());
    }

    private static void client(JsonNode client) {
        assertThat(client.propertyNames()).hasToString(CLIENT_FIELDS);
        assertThat(client.get("id").isInt()).isTrue();
        assertThat(client.get("synSent").isInt()).isTrue();
        assertThat(client.get("accepted").isBoolean()).isTrue();
        for (String word : List.of("connect", "outcome", "state")) {
            assertThat(client.get(word).isString()).as(word).isTrue();
        }
        // A time is there when what it times has happened.
        time(client.get("connectMs"), !client.get("connect").stringValue().equals("PENDING"));
        time(client.get("acceptedMs"), client.get("accepted").booleanValue());
        time(client.get("outcomeMs"), !client.get("outcome").stringValue().equals("PENDING"));
    }

    private static void time(JsonNode time, boolean happened) {
        assertThat(happened ? time.isNumber() : time.isNull()).isTrue();
    }

    @Test
    void compareIsAnArrayWithOneReportForEachKernel() {
        JsonNode reports = json("listen-2 --compare");
        assertThat(reports.isArray()).isTrue();
        assertThat(reports.valueStream().map(each -> each.get("kernel").stringValue()))
                .containsExactly("6.18", "3.10", "unp");
    }

    @Test
    void theSameSeedGivesTheSameBytes() {
        String[] lossy = "lab --rtt 20ms --loss 20 --clients 10 --json --seed 7".split(" ", -1);
        String[] otherSeed = "lab --rtt 20ms --loss 20 --clients 10 --json --seed 8".split(" ", -1);
        assertThat(CommandRun.of(lossy)).isEqualTo(CommandRun.of(lossy));
        assertThat(CommandRun.of(lossy).out())
                .isNotEqualTo(CommandRun.of(otherSeed).out().replace("\"seed\" : 8", "\"seed\" : 7"));
    }

    private static JsonNode json(String arguments) {
        CommandRun run = CommandRun.of(("lab --json " + arguments).split(" ", -1));
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        return JsonMapper.shared().readTree(run.out());
    }
}
