package io.halfopen.app.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.lab.Presets;
import io.halfopen.lab.Scenario;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Sysctl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The stack and this machine's own kernel do the same, packet by packet. The presets that take longer are the same in
 * miniature here; {@code halfopen lab PRESET --on kernel --compare} has them whole.
 */
final class JudgeTest {
    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1000 * MILLISECOND;
    /** A machine that is too busy may let programs act in another order. */
    private static final int TRIES = 3;

    @Test
    void theStackAndTheKernelDoTheSame() throws IOException {
        LiveKernel.require();
        KernelRun.warmUp(true);
        Map<String, CompletableFuture<List<String>>> running = new LinkedHashMap<>();
        scenarios()
                .forEach((name, scenario) -> running.put(
                        name,
                        CompletableFuture.supplyAsync(
                                () -> differences(scenario),
                                task -> Thread.ofPlatform().start(task))));
        running.forEach(
                (name, differences) -> assertThat(differences.join()).as(name).isEmpty());
    }

    private static List<String> differences(Scenario scenario) {
        List<String> differences = List.of();
        try {
            for (int i = 0; i < TRIES; i++) {
                differences = Judge.judge(new KernelRun(scenario), Kernel.LINUX_6_18, _ -> {})
                        .differences();
                if (differences.isEmpty()) {
                    break;
                }
            }
            return differences;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Map<String, Scenario> scenarios() {
        Map<String, Scenario> all = new LinkedHashMap<>();
        for (String preset : List.of("listen-10-no-accept", "defer-accept")) {
            all.put(preset, Presets.named(preset).orElseThrow().scenario());
        }
        add(all, "listen-2, accept() after 2 s", s -> {
            Scenario preset = Presets.named("listen-2").orElseThrow().scenario();
            s.backlog = preset.backlog();
            s.forked = preset.forked();
            s.send = preset.send();
            s.hold = preset.hold();
            s.acceptAfter = 2 * SECOND;
        });
        add(all, "ab, one second each", s -> {
            s.backlog = 1;
            s.service = SECOND;
            s.clients = 4;
            s.send = 82;
            s.answer = List.of(117, 13);
            s.duration = 5 * SECOND;
        });
        add(all, "the SYN queue is full", s -> {
            s.backlog = 0;
            s.clients = 3;
            s.rtt = 100 * MILLISECOND;
            s.acceptAfter = Scenario.NEVER;
            s.sysctls.put(Sysctl.tcp_syncookies, new int[] {0});
            s.duration = 2500 * MILLISECOND;
        });
        add(all, "cookies that find no room", s -> {
            s.backlog = 1;
            s.clients = 4;
            s.rtt = 100 * MILLISECOND;
            s.send = 18;
            s.acceptAfter = 2 * SECOND;
            s.duration = 4 * SECOND;
        });
        add(all, "a final ACK is ignored, and its SYN-ACK comes again", s -> thirdComesLate(s, 0));
        add(all, "a final ACK is reset", s -> thirdComesLate(s, 1));
        return all;
    }

    /** The third's SYN comes when one is queued, its ACK when two are. */
    private static void thirdComesLate(Scenario.Edit s, int abortOnOverflow) {
        s.backlog = 1;
        s.clients = 3;
        s.send = 10;
        s.rtt = 200 * MILLISECOND;
        s.every = 130 * MILLISECOND;
        s.acceptAfter = Scenario.NEVER;
        s.sysctls.put(Sysctl.tcp_abort_on_overflow, new int[] {abortOnOverflow});
        s.duration = 4 * SECOND;
    }

    private static void add(Map<String, Scenario> all, String name, Consumer<Scenario.Edit> changes) {
        Scenario.Edit edit = Scenario.defaults().edit();
        changes.accept(edit);
        all.put(name, edit.done());
    }
}
