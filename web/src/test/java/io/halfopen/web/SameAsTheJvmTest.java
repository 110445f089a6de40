package io.halfopen.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.lab.Presets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The page and the JVM come to the same, byte for byte: all that happened, not only the result. The page has the stack
 * twice: what a browser of today takes, and what the others do.
 */
final class SameAsTheJvmTest {
    private static final int SCENARIOS = 100;

    private static Browser browser;

    @BeforeAll
    static void open() {
        browser = Browser.open();
        browser.go("listen-2");
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"compiled", "script"})
    void everyPreset(String engine) {
        begin(engine);
        for (Presets.Preset preset : Presets.all()) {
            compare("preset=" + preset.name());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"compiled", "script"})
    void aHundredRandomScenarios(String engine) {
        begin(engine);
        RandomScenarios scenarios = new RandomScenarios(1);
        List<String> ran = new ArrayList<>();
        for (int i = 0; i < SCENARIOS; i++) {
            String settings = scenarios.next();
            if (compare(settings).startsWith("{\"experiment\"")) {
                ran.add(settings);
            }
        }
        assertThat(ran).as("those that are experiments").hasSizeGreaterThan(SCENARIOS * 9 / 10);
    }

    private static void begin(String engine) {
        assertThat(browser.eval("page.machine.engine.name")).isEqualTo("compiled");
        browser.settle(engine + "Engine().then(it => { window.machine = new Machine(it); return it.name; })");
        assertThat(browser.eval("window.machine.engine.name")).isEqualTo(engine);
    }

    private static String compare(String settings) {
        String here = Engine.run(settings);
        Object there = browser.settle("window.machine.text('run', '" + settings.replace("\n", "\\n") + "')");
        assertThat(there).as(settings).isEqualTo(here);
        return here;
    }
}
