package io.halfopen.app.drill;

import io.halfopen.app.Style;
import io.halfopen.app.TextWrap;
import io.halfopen.drill.Exchange;
import io.halfopen.drill.KnownDifference;
import io.halfopen.drill.Parity;
import io.halfopen.drill.SegmentParity;
import io.halfopen.drill.SegmentParity.Finding;
import io.halfopen.drill.SegmentTable;
import io.halfopen.link.LinkException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code parity --about segments} has found: by table, and by what differs with a script of each. */
final class SegmentReport {
    private static final int MOST_NAMED = 6;

    /** So few that the machine is hardly busy, and timers are in time. */
    private static final int AGAIN_AT_A_TIME = 4;

    private final SegmentParity parity;
    private final @Nullable SegmentTable only;
    private final Map<SegmentTable, Integer> compared = new EnumMap<>(SegmentTable.class);
    private final List<Numbered> found = new ArrayList<>();
    private final List<Numbered> explained = new ArrayList<>();
    private final List<Numbered> differing = new ArrayList<>();
    private final Map<KnownDifference, Integer> reasons = new EnumMap<>(KnownDifference.class);
    private final Map<String, List<Numbered>> groups = new TreeMap<>();

    private record Numbered(long number, Exchange exchange) {}

    private record Group(String signature, List<Numbered> cases) {}

    SegmentReport(SegmentParity parity, @Nullable SegmentTable only) {
        this.parity = parity;
        this.only = only;
    }

    /** Looks whether both machines differ in the exchange of this number. */
    void compare(long number) throws LinkException {
        Exchange exchange = only == null ? Exchange.numbered(number) : Exchange.row(only, number);
        Finding finding = parity.check(exchange);
        synchronized (this) {
            compared.merge(exchange.table(), 1, Integer::sum);
            if (finding != null) {
                found.add(new Numbered(number, exchange));
            }
        }
    }

    /** A table, and groups, the largest first; returns whether there is any difference that nothing explains. */
    boolean print(PrintWriter out, Style style, @Nullable Path scripts) throws LinkException, IOException {
        try (ExecutorService pool = Executors.newFixedThreadPool(AGAIN_AT_A_TIME)) {
            lookAgain(pool);
            printTables(out);
            List<Group> largest = new ArrayList<>();
            groups.forEach((signature, cases) -> largest.add(new Group(signature, cases)));
            largest.sort(Comparator.comparingInt(group -> -group.cases().size()));
            List<Future<Parity.@Nullable Difference>> shortened = new ArrayList<>();
            for (Group group : largest) {
                Numbered first = group.cases().getFirst();
                shortened.add(pool.submit(() -> parity.shorten(first.number(), first.exchange(), group.signature())));
            }
            for (int i = 0; i < largest.size(); i++) {
                print(largest.get(i), i + 1, shortened.get(i), out, style, scripts);
            }
        }
        return !differing.isEmpty();
    }

    /** What does not come again when less goes on at once was a timer of a busy machine. */
    private void lookAgain(ExecutorService pool) throws LinkException {
        found.sort(Comparator.comparingLong(Numbered::number));
        List<Future<@Nullable Finding>> again = new ArrayList<>();
        for (Numbered each : found) {
            again.add(pool.submit(() -> parity.check(each.exchange())));
        }
        for (int i = 0; i < found.size(); i++) {
            Finding finding = await(again.get(i));
            if (finding != null) {
                sort(found.get(i), finding);
            }
        }
    }

    private void sort(Numbered each, Finding finding) {
        KnownDifference known = finding.known();
        if (known != null) {
            explained.add(each);
            reasons.merge(known, 1, Integer::sum);
            return;
        }
        differing.add(each);
        for (String signature : finding.signatures()) {
            groups.computeIfAbsent(signature, key -> new ArrayList<>()).add(each);
        }
    }

    private void printTables(PrintWriter out) {
        out.printf("%-12s %6s %10s %6s %6s%n", "table", "agree", "explained", "differ", "of");
        int all = 0;
        for (Map.Entry<SegmentTable, Integer> table : compared.entrySet()) {
            row(
                    out,
                    table.getKey().toString(),
                    count(explained, table.getKey()),
                    count(differing, table.getKey()),
                    table.getValue());
            all += table.getValue();
        }
        row(out, "together", explained.size(), differing.size(), all);
        out.println();
        reasons.forEach((known, count) -> {
            out.println(count + (count == 1 ? " case" : " cases") + " explained by:");
            TextWrap.lines(known.reason(), TextWrap.COLUMNS - 2).forEach(line -> out.println("  " + line));
            out.println();
        });
    }

    private static void row(PrintWriter out, String name, int explained, int differ, int all) {
        out.printf("%-12s %6d %10d %6d %6d%n", name, all - explained - differ, explained, differ, all);
    }

    private static int count(List<Numbered> cases, SegmentTable table) {
        return (int)
                cases.stream().filter(each -> each.exchange().table() == table).count();
    }

    private void print(
            Group group,
            int index,
            Future<Parity.@Nullable Difference> shortening,
            PrintWriter out,
            Style style,
            @Nullable Path scripts)
            throws LinkException, IOException {
        List<Numbered> cases = group.cases();
        out.println(style.bold(cases.size() + (cases.size() == 1 ? " case: " : " cases: ") + group.signature()));
        out.println("  states: " + some(cases, each -> each.exchange().state().name()));
        out.println("  segments: " + some(cases, each -> each.exchange().segment()));
        Numbered first = cases.getFirst();
        out.println("  first: " + first.number() + ", " + first.exchange().name());
        Parity.Difference difference = await(shortening);
        if (difference == null) {
            out.println("  it does not come again each time, and so cannot be shortened");
        } else {
            out.println(difference.story());
            out.println(difference.script());
            write(group, index, difference, scripts);
        }
        out.flush();
    }

    private static void write(Group group, int index, Parity.Difference difference, @Nullable Path scripts)
            throws IOException {
        if (scripts != null) {
            Files.createDirectories(scripts);
            Numbered first = group.cases().getFirst();
            String heading = "// " + group.signature() + "\n// " + group.cases().size() + " cases, number "
                    + first.number() + ": " + first.exchange().name() + "\n";
            Files.writeString(
                    scripts.resolve(String.format(Locale.ROOT, "%03d.pkt", index)), heading + difference.script());
        }
    }

    private static <T> @Nullable T await(Future<@Nullable T> future) throws LinkException {
        try {
            return future.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof LinkException refused) {
                throw refused;
            }
            throw new IllegalStateException(failed.getCause());
        }
    }

    /** The commonest, with how often they occur. */
    private static String some(List<Numbered> cases, Function<Numbered, String> name) {
        Map<String, Long> counts = cases.stream().collect(Collectors.groupingBy(name, Collectors.counting()));
        String text = counts.entrySet().stream()
                .sorted(Comparator.comparingLong(entry -> -entry.getValue()))
                .limit(MOST_NAMED)
                .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                .collect(Collectors.joining(", "));
        return counts.size() > MOST_NAMED ? text + ", ... (" + counts.size() + ")" : text;
    }
}
