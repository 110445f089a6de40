package io.halfopen.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Kernel;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The JSON that pictures are made of. */
final class RunJsonTest {
    @Test
    void tellsWhatTheArticlesFirstExperimentCameTo() {
        Experiment experiment =
                new Experiment(Presets.named("listen-2").orElseThrow().scenario());
        experiment.recorder().keepLevels();
        experiment.run(time -> {});
        assertThat(RunJson.of(experiment))
                .startsWith("{\"experiment\":{\"name\":\"listen-2\",")
                .contains("\"words\":[\"listen-2\"]")
                .contains("\"acceptHolds\":3,\"synHolds\":3")
                .contains("\"outcome\":{\"clients\":6,\"atOnce\":3,\"later\":3,\"failed\":{},")
                .contains("\"ListenOverflows\":[[2000000000,1],")
                .contains("[2000000000,1,\"S\",0,null,0,\"ACCEPT_QUEUE_FULL\"]")
                .endsWith("\"endedAt\":21004000000}");
    }

    @Test
    void aSynQueueHoldsWhatTheKernelLetsIn() {
        assertThat(RunJson.synQueueHolds(Kernel.LINUX_6_18, 2, 4096)).isEqualTo(3);
        assertThat(RunJson.synQueueHolds(Kernel.LINUX_3_10, 2, 512)).isEqualTo(16);
        assertThat(RunJson.synQueueHolds(Kernel.UNP, 2, 512)).isEqualTo(4);
    }

    @Test
    void jsonIsEscaped() {
        assertThat(JsonText.of(Map.of("a\"b\\", Arrays.asList(1, 1.5, null, true, "\n", List.of(), Map.of()))))
                .isEqualTo("{\"a\\\"b\\\\\":[1,1.5,null,true,\"\\u000a\",[],{}]}");
    }
}
