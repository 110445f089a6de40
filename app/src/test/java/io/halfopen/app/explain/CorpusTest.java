package io.halfopen.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.explain.CorpusMaker.Direction;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How much of what was made is found, and that nothing is called certain that is not so. */
class CorpusTest {
    private static final int SEEDS = 5;
    private static final String CLIENTS = "only what clients send";
    private static final String SERVER = "only what the server sends";
    private static final String BOTH = "both directions";
    private static final String LOSSY = ", 1 % missing";

    /** These packets are those of a connection to which nothing happened: right is to accuse nobody. */
    private static final String NOT_KNOWN = ", where nothing is to be seen";

    /** What is true of a connection beside anything else. */
    private static final Set<Cause> HARMLESS =
            EnumSet.of(Cause.CONNECTED, Cause.ASYMMETRIC, Cause.MID_LIFE, Cause.SYN_COOKIE);

    private final Map<String, int[]> found = new TreeMap<>();
    private final List<String> missed = new ArrayList<>();
    private final List<String> wronglyCertain = new ArrayList<>();
    private final List<String> wronglyLikely = new ArrayList<>();

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

    /** What is true of this one, and so may be said. */
    private static Set<Cause> truth(CorpusMaker.Case made, @Nullable Direction direction) {
        Set<Cause> right = EnumSet.of(made.cause());
        right.addAll(made.elsewhere());
        if (direction != null) {
            right = EnumSet.copyOf(made.alone().getOrDefault(direction, right));
        }
        return right;
    }

    private void judge(String kind, CorpusMaker.Case made, @Nullable Direction direction, List<Scene.Packet> packets) {
        if (packets.isEmpty()) {
            return;
        }
        List<Finding> findings = findings(explain(packets));
        Set<Cause> right =
                direction != null && made.isSilent(direction) ? EnumSet.noneOf(Cause.class) : truth(made, direction);
        boolean quiet = right.isEmpty() || right.contains(Cause.CONNECTED);
        boolean first = findings.stream().anyMatch(each -> right.contains(each.cause()))
                || quiet && findings.stream().noneMatch(each -> isWrong(each, made, right));
        boolean open = !quiet
                && findings.stream()
                        .filter(each -> right.contains(each.cause()))
                        .allMatch(each -> each.certainty() == Certainty.OPEN);
        boolean either = findings.stream().anyMatch(each -> each.or() != null && right.contains(each.or()));
        int[] counts = found.computeIfAbsent(kind + (right.isEmpty() ? NOT_KNOWN : ""), none -> new int[3]);
        counts[0] += first || either ? 1 : 0;
        counts[1] += first && open || !first && either ? 1 : 0;
        counts[2]++;
        if (!first && !either) {
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
            if (direction != null
                    && !kind.endsWith(LOSSY)
                    && each.certainty() == Certainty.LIKELY
                    && isWrong(each, made, right)) {
                wronglyLikely.add(kind + ": " + made.name() + " is " + made.cause() + ", likely was " + each);
            }
        }
    }

    private static boolean isWrong(Finding finding, CorpusMaker.Case made, Set<Cause> right) {
        boolean undecided = finding.cause() == Cause.SYN_UNANSWERED && finding.certainty() == Certainty.OPEN;
        return !undecided
                && finding.cause() != made.cause()
                && !right.contains(finding.cause())
                && !HARMLESS.contains(finding.cause())
                && !made.beside().contains(finding.cause());
    }

    private static List<Scene.Packet> lossy(List<Scene.Packet> packets, int seed) {
        SplittableRandom lots = new SplittableRandom(seed);
        return packets.stream().filter(packet -> lots.nextInt(100) > 0).toList();
    }

    private static List<Scene.Packet> oneDirection(List<Scene.Packet> packets, boolean fromServer) {
        return packets.stream().filter(each -> each.fromServer() == fromServer).toList();
    }

    /** Of all that was made, also of what leaves nothing in these packets. */
    private double shareOfAll(String kind) {
        int[] some = found.getOrDefault(kind, new int[] {0, 0, 1});
        return 100.0 * some[0] / (some[2] + found.getOrDefault(kind + NOT_KNOWN, new int[3])[2]);
    }

    private double share(String kind) {
        int[] counts = found.getOrDefault(kind, new int[] {0, 0, 1});
        return 100.0 * counts[0] / counts[2];
    }

    @Test
    void whatWasMadeIsFound() {
        List<CorpusMaker.Case> cases = Corpus.cases();
        assertThat(cases).hasSizeGreaterThanOrEqualTo(40);
        for (CorpusMaker.Case each : cases) {
            Scene scene = each.play();
            judge("at the server", each, null, scene.atServer);
            judge("at the client", each, null, scene.atClients);
            judge(CLIENTS, each, Direction.CLIENTS, oneDirection(scene.atServer, false));
            judge(SERVER, each, Direction.SERVER, oneDirection(scene.atServer, true));
            for (int seed = 1; seed <= SEEDS; seed++) {
                List<Scene.Packet> most = lossy(scene.atServer, seed);
                judge(BOTH + LOSSY, each, null, most);
                judge(CLIENTS + LOSSY, each, Direction.CLIENTS, oneDirection(most, false));
                judge(SERVER + LOSSY, each, Direction.SERVER, oneDirection(most, true));
            }
        }
        found.forEach((kind, counts) -> System.out.println(String.format(
                Locale.ROOT,
                "explain, %s: %d of %d found, %.1f %%, %d of them as one of two",
                kind,
                counts[0],
                counts[2],
                share(kind),
                counts[1])));
        missed.forEach(System.out::println);

        assertThat(wronglyCertain).isEmpty();
        assertThat(wronglyLikely).isEmpty();
        assertThat(share("at the server")).as(String.join("\n", missed)).isGreaterThanOrEqualTo(95);
        assertThat(share("at the client")).isGreaterThanOrEqualTo(85);
        assertThat(share(BOTH + LOSSY)).isGreaterThanOrEqualTo(85);
        assertThat(share(CLIENTS)).isGreaterThanOrEqualTo(95);
        assertThat(share(SERVER)).isGreaterThanOrEqualTo(95);
        assertThat(shareOfAll(CLIENTS)).isGreaterThanOrEqualTo(85);
        assertThat(shareOfAll(SERVER)).isGreaterThanOrEqualTo(85);
        assertThat(share(CLIENTS + LOSSY)).isGreaterThanOrEqualTo(85);
        assertThat(share(SERVER + LOSSY)).isGreaterThanOrEqualTo(85);
        assertThat(share(CLIENTS + NOT_KNOWN)).isEqualTo(100);
        assertThat(share(SERVER + NOT_KNOWN)).isEqualTo(100);
    }
}
