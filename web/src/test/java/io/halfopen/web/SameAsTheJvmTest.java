package io.halfopen.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.lab.Presets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page's JavaScript and the JVM come to the same, byte for byte: all that happened, not only the result. */
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

    @Test
    void everyPreset() {
        for (Presets.Preset preset : Presets.all()) {
            compare("preset=" + preset.name());
        }
    }

    @Test
    void aHundredRandomScenarios() {
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

    private static String compare(String settings) {
        String here = Engine.run(settings);
        Object there = browser.settle("page.machine.text('run', '" + settings.replace("\n", "\\n") + "')");
        assertThat(there).as(settings).isEqualTo(here);
        return here;
    }
}
