package io.halfopen.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.lab.ExperimentText.Fault;
import io.halfopen.lab.ExperimentText.Reading;
import io.halfopen.lab.ExperimentText.Setting;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Experiments in words: what is written is read as the same, and what is no experiment gets a sentence. */
final class ExperimentTextTest {
    static List<String> presets() {
        return Presets.all().stream().map(Presets.Preset::name).toList();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void aPresetIsItsName(String name) {
        Scenario preset = Presets.named(name).orElseThrow().scenario();
        assertThat(ExperimentText.words(ExperimentText.write(preset))).containsExactly(name);
        assertThat(read("preset=" + name).scenario()).isEqualTo(preset);
    }

    @Test
    void nothingIsTheDefaultPreset() {
        assertThat(ExperimentText.read(List.of()).scenario().name()).isEqualTo(Presets.DEFAULT);
    }

    @Test
    void whatDiffersFromThePresetIsWritten() {
        Scenario scenario = read("preset=listen-2", "backlog=5", "kernel=3.10", "forked=false")
                .scenario();
        assertThat(String.join(" ", ExperimentText.words(ExperimentText.write(scenario))))
                .isEqualTo("listen-2 --backlog 5 --no-forked --kernel 3.10");
    }

    @Test
    void aPresetWithoutSomethingThatCannotBeTakenAwayIsAnExperimentOfItsOwn() {
        Scenario.Edit edit = Presets.named("nginx").orElseThrow().scenario().edit();
        edit.serverPlan = edit.serverPlan.withPauses(List.of());
        assertThat(String.join(" ", ExperimentText.words(ExperimentText.write(edit.done()))))
                .isEqualTo("--backlog 511 --acceptor --answer 117,13 --clients 1000 --start 1s --every 50us"
                        + " --send 82 --rtt 20ms");
    }

    @Test
    void theDefaultsAreNotMistakenForTheDefaultPreset() {
        assertThat(ExperimentText.words(ExperimentText.write(Scenario.defaults())))
                .containsExactly("--backlog", "128");
    }

    @Test
    void everyFaultIsNamed() {
        Reading reading = read("preset=listen-3", "backlog=two", "clients=-1", "rtt=5", "nonsense=1", "loss=101");
        assertThat(reading.faults())
                .containsExactlyInAnyOrder(
                        new Fault("preset", "unknown preset 'listen-3'"),
                        new Fault("nonsense", "is nothing that an experiment has"),
                        new Fault("backlog", "'two' is not a whole number"),
                        new Fault("clients", "takes 0 or more, not -1"),
                        new Fault("rtt", "'5' is not a duration: write 20s, 500ms, 2m, never or forever"),
                        new Fault("loss", "takes 0 to 100 percent, not 101"));
        assertThat(read("forked=true", "every=1s").faults())
                .extracting(Fault::name)
                .containsExactly("every");
        assertThat(read("flood=10", "rtt=0").faults()).extracting(Fault::name).containsExactly("flood");
        assertThat(read("cut=1s").faults()).extracting(Fault::name).containsExactly("cut");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "20s, 20000000000",
        "1500ms, 1500000000",
        "1.5s, 1500000000",
        "2m, 120000000000",
        "7us, 7000",
        "never, 9223372036854775807"
    })
    void durationsAreReadAndWritten(String text, long nanos) {
        assertThat(Duration.parse(text)).isEqualTo(nanos);
        assertThat(Duration.parse(Duration.format(nanos))).isEqualTo(nanos);
    }

    private static Reading read(String... settings) {
        return ExperimentText.read(Arrays.stream(settings)
                .map(text -> text.split("=", 2))
                .map(parts -> new Setting(parts[0], parts[1]))
                .toList());
    }
}
