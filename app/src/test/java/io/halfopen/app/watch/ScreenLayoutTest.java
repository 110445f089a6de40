package io.halfopen.app.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes where on a screen, whatever its size. */
class ScreenLayoutTest {
    private static final String KEYS = "keys";

    private static ScreenLayout layout(int rows, int advice, int listeners) {
        ScreenLayout layout = new ScreenLayout(rows);
        layout.foot(List.of("sums"), List.of("settings"));
        layout.last(KEYS);
        layout.text(Collections.nCopies(advice, "advice"));
        layout.table(Collections.nCopies(1 + layout.roomFor(listeners), "row"));
        return layout;
    }

    @Test
    void theKeysAreAlwaysTheLastLineAndNothingIsTooMuch() {
        for (int rows = 1; rows < 60; rows++) {
            for (int advice = 0; advice < 30; advice++) {
                for (int listeners = 0; listeners < 50; listeners++) {
                    List<String> lines = layout(rows, advice, listeners).lines();
                    assertThat(lines)
                            .hasSizeLessThanOrEqualTo(Math.max(4, rows))
                            .endsWith(KEYS);
                }
            }
        }
    }

    @Test
    void adviceTakesTheTablesRoomButForThreeListeners() {
        assertThat(layout(24, 0, 50).roomFor(50)).isEqualTo(19);
        assertThat(layout(24, 6, 50).roomFor(50)).isEqualTo(12);
        assertThat(layout(24, 30, 50).roomFor(50)).isEqualTo(3);
        assertThat(layout(24, 6, 2).roomFor(2)).isEqualTo(2);
    }

    @Test
    void aSmallScreenLeavesOutWhatTheKernelCounted() {
        assertThat(layout(15, 2, 5).lines()).doesNotContain("sums", "settings");
        assertThat(layout(16, 2, 5).lines()).contains("sums", "settings");
    }
}
