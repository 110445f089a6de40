package io.halfopen.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.CommandRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts that {@code explain --pkt} writes are run: the stack has to do again what was captured. */
class ReplayTest {
    /** What no script of one connection can make: others before it, something on the way, a cookie of Fast Open. */
    private static final Set<Cause> NOT_ALONE = EnumSet.of(
            Cause.FIREWALL_RESET,
            Cause.ICMP_REFUSED,
            Cause.WRONG_SYN_ACK,
            Cause.IGNORED_RESET,
            Cause.TIME_WAIT_REFUSED,
            Cause.TIME_WAIT_REUSED,
            Cause.OLD_CONNECTION,
            Cause.FAST_OPEN,
            Cause.FAST_OPEN_REQUEST,
            Cause.FAST_OPEN_FALLBACK,
            Cause.RESET_UNKNOWN_CONNECTION,
            Cause.ZERO_WINDOW,
            Cause.MID_LIFE,
            Cause.FLOOD);

    @TempDir
    private Path folder;

    private static Explainer explain(List<Scene.Packet> packets, Explainer explainer) {
        for (Scene.Packet each : packets) {
            explainer.packet(each.time(), each.bytes(), 0, each.bytes().length, each.bytes().length);
        }
        return explainer;
    }

    /** Of the first connection of each cause. */
    private Map<Cause, Path> scripts(CorpusMaker.Case made, List<Scene.Packet> packets) throws IOException {
        Map<Cause, Path> scripts = new EnumMap<>(Cause.class);
        for (Explanation.Entry entry :
                Explanation.of(explain(packets, new Explainer())).entries()) {
            if (scripts.containsKey(entry.main().cause())) {
                continue;
            }
            PacketScript script = new PacketScript();
            explain(packets, new Explainer(entry.conversation().number, script));
            StringWriter text = new StringWriter();
            PrintWriter out = new PrintWriter(text);
            script.print(out, entry.conversation(), entry.main());
            out.flush();
            Path file = folder.resolve(
                    made.name().replaceAll("\\W+", "-") + "-" + entry.main().cause() + ".pkt");
            Files.writeString(file, text.toString());
            scripts.put(entry.main().cause(), file);
        }
        return scripts;
    }

    @Test
    void theStackDoesAgainWhatWasCaptured() throws IOException {
        int passed = 0;
        int all = 0;
        StringBuilder failed = new StringBuilder();
        for (CorpusMaker.Case made : Corpus.cases()) {
            for (Map.Entry<Cause, Path> each :
                    scripts(made, made.play().atServer).entrySet()) {
                boolean old = made.name().contains("before 4.10");
                CommandRun run = CommandRun.of(
                        "drill",
                        "--kernel",
                        old ? "3.10" : "6.18",
                        each.getValue().toString());
                assertThat(run.exitCode()).as(run.out()).isLessThan(2);
                if (NOT_ALONE.contains(each.getKey()) || NOT_ALONE.contains(made.cause())) {
                    continue;
                }
                all++;
                if (run.exitCode() == 0) {
                    passed++;
                } else {
                    failed.append(run.out().replace(folder + "/", ""))
                            .append(Files.readString(each.getValue()))
                            .append('\n');
                }
            }
        }
        System.out.println("explain --pkt: " + passed + " of " + all + " scripts pass on the stack");
        assertThat(failed.toString()).isEmpty();
    }
}
