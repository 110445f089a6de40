package io.halfopen.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How much of what was made is found, and that nothing is called certain that is not so. */
class CorpusTest {
    private static final int SEEDS = 5;

    /** What is true of a connection beside anything else. */
    private static final Set<Cause> HARMLESS =
            EnumSet.of(Cause.CONNECTED, Cause.ASYMMETRIC, Cause.MID_LIFE, Cause.SYN_COOKIE);

    private final Map<String, int[]> found = new TreeMap<>();
    private final List<String> missed = new ArrayList<>();
    private final List<String> wronglyCertain = new ArrayList<>();

    private static Explanation explain(List<Scene.Packet> packets) {
        Explainer explainer = new Explainer();
        for (Scene.Packet each : packets) {
            explainer.packet(each.time(), each.bytes(), 0, each.bytes().length, each.bytes().length);
        }
        return Explanation.of(explainer);
    }

    private static List<Finding> findings(Explanation explanation) {
        return Stream.concat(
                        explanation.entries().stream().flatMap(each -> each.findings().stream()),
                        explanation.listeners().keySet().stream().flatMap(each -> explanation.findings(each).stream()))
                .toList();
    }

    private void judge(String kind, CorpusMaker.Case made, List<Scene.Packet> packets) {
        if (packets.isEmpty()) {
            return;
        }
        List<Finding> findings = findings(explain(packets));
        boolean hit = findings.stream()
                .anyMatch(each -> each.cause() == made.cause()
                        || made.elsewhere().contains(each.cause())
                        || made.cause() == Cause.CONNECTED && each.cause() == Cause.ASYMMETRIC);
        int[] counts = found.computeIfAbsent(kind, none -> new int[2]);
        counts[0] += hit ? 1 : 0;
        counts[1]++;
        if (!hit) {
            missed.add(kind + ": " + made.name() + " is " + made.cause() + ", said was "
                    + findings.stream()
                            .map(each -> each.cause() + " " + each.certainty())
                            .distinct()
                            .toList());
        }
        for (Finding each : findings) {
            boolean so = each.cause() == made.cause()
                    || HARMLESS.contains(each.cause())
                    || made.beside().contains(each.cause());
            if (each.certainty() == Certainty.CERTAIN && !so) {
                wronglyCertain.add(kind + ": " + made.name() + " is " + made.cause() + ", certain was " + each);
            }
        }
    }

    private static List<Scene.Packet> oneDirection(List<Scene.Packet> packets, boolean fromServer) {
        return packets.stream().filter(each -> each.fromServer() == fromServer).toList();
    }

    private double share(String kind) {
        int[] counts = found.getOrDefault(kind, new int[] {0, 1});
        return 100.0 * counts[0] / counts[1];
    }

    @Test
    void whatWasMadeIsFound() {
        List<CorpusMaker.Case> cases = Corpus.cases();
        assertThat(cases).hasSizeGreaterThanOrEqualTo(40);
        for (CorpusMaker.Case each : cases) {
            Scene scene = each.play();
            judge("at the server", each, scene.atServer);
            judge("at the client", each, scene.atClients);
            judge("only what clients send", each, oneDirection(scene.atServer, false));
            judge("only what the server sends", each, oneDirection(scene.atServer, true));
            for (int seed = 1; seed <= SEEDS; seed++) {
                SplittableRandom lots = new SplittableRandom(seed);
                judge(
                        "1 % missing",
                        each,
                        scene.atServer.stream()
                                .filter(packet -> lots.nextInt(100) > 0)
                                .toList());
            }
        }
        found.forEach((kind, counts) -> System.out.println(String.format(
                Locale.ROOT, "explain, %s: %d of %d found, %.1f %%", kind, counts[0], counts[1], share(kind))));
        missed.forEach(System.out::println);

        assertThat(wronglyCertain).isEmpty();
        assertThat(share("at the server")).as(String.join("\n", missed)).isGreaterThanOrEqualTo(95);
        assertThat(share("at the client")).isGreaterThanOrEqualTo(85);
        assertThat(share("1 % missing")).isGreaterThanOrEqualTo(85);
    }
}
