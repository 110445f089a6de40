package io.halfopen.app.drill;

import io.halfopen.app.Style;
import io.halfopen.drill.Exchange;
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
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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
    private static final int MOST_TRIED = 3;
    private static final int SHORTENED_AT_A_TIME = 24;

    private final SegmentParity parity;
    private final @Nullable SegmentTable only;
    private final Map<SegmentTable, Integer> compared = new EnumMap<>(SegmentTable.class);
    private final Set<Numbered> differing = new HashSet<>();
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
                finding.signatures()
                        .forEach(signature -> groups.computeIfAbsent(signature, key -> new ArrayList<>())
                                .add(new Numbered(number, exchange)));
            }
        }
    }

    /** Groups, the largest first, and a table; returns whether there is any difference. */
    boolean print(PrintWriter out, Style style, @Nullable Path scripts) throws LinkException, IOException {
        List<Group> largest = new ArrayList<>();
        groups.forEach((signature, cases) -> largest.add(new Group(signature, cases)));
        largest.sort(Comparator.comparingInt(group -> -group.cases().size()));
        List<Future<Parity.@Nullable Difference>> shortened = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(SHORTENED_AT_A_TIME)) {
            for (Group group : largest) {
                group.cases().sort(Comparator.comparingLong(Numbered::number));
                shortened.add(pool.submit(() -> shorten(group)));
            }
            for (int i = 0; i < largest.size(); i++) {
                print(largest.get(i), i + 1, shortened.get(i), out, style, scripts);
            }
        }
        printTables(out);
        return !differing.isEmpty();
    }

    /** What does not come again when less goes on at once was a timer of a busy machine. */
    private Parity.@Nullable Difference shorten(Group group) throws LinkException {
        Parity.Difference shortest = null;
        for (Numbered each : group.cases().subList(0, Math.min(group.cases().size(), MOST_TRIED))) {
            shortest = parity.shorten(each.number(), each.exchange(), group.signature());
            if (shortest != null) {
                return shortest;
            }
        }
        return null;
    }

    private void printTables(PrintWriter out) {
        int all = 0;
        for (Map.Entry<SegmentTable, Integer> table : compared.entrySet()) {
            long differ = differing.stream()
                    .filter(each -> each.exchange().table() == table.getKey())
                    .count();
            out.printf("%-12s %5d of %5d agree%n", table.getKey(), table.getValue() - differ, table.getValue());
            all += table.getValue();
        }
        out.printf("%-12s %5d of %5d agree%n", "together", all - differing.size(), all);
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
            out.println("  it does not come again: a timer of a busy machine");
        } else {
            differing.addAll(cases);
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

    private static Parity.@Nullable Difference await(Future<Parity.@Nullable Difference> shortening)
            throws LinkException {
        try {
            return shortening.get();
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
