package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.Style;
import io.halfopen.linux.Rule;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What serve and connect tell while they run. */
class LiveTimelineTest {
    private final StringWriter text = new StringWriter();
    private final LiveTimeline timeline = new LiveTimeline(new PrintWriter(text), new Style(false));

    @Test
    void everyRuleFitsTheLine() {
        for (Rule rule : Rule.values()) {
            timeline.onArrived(rule.ordinal() * 1_000_000_000L, rule, new byte[0], 0, 0);
        }
        assertThat(lines()).hasSizeGreaterThan(20).allMatch(line -> line.length() <= 80);
    }

    @Test
    void aRuleIsExplainedOnce() {
        drop(0, 2);
        assertThat(lines())
                .containsExactly(
                        "   0.000 s  ?                      packet         ACCEPT_QUEUE_FULL",
                        "            accept queue full: the SYN is dropped",
                        "   0.000 s  ?                      packet         ACCEPT_QUEUE_FULL");
    }

    @Test
    void whatComesTooOftenIsCounted() {
        drop(0, 100);
        timeline.flush();
        assertThat(lines()).hasSize(32).endsWith("            and in that second  70 x ACCEPT_QUEUE_FULL");
    }

    private void drop(long now, int times) {
        for (int i = 0; i < times; i++) {
            timeline.onArrived(now, Rule.ACCEPT_QUEUE_FULL, new byte[0], 0, 0);
        }
    }

    private List<String> lines() {
        return text.toString().lines().toList();
    }
}
