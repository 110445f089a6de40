package io.halfopen;

import io.halfopen.tcp.Stack;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;

/** Which classes reach which, as jdeps(1) says of the built ones; a class within another counts as that. */
final class Entanglement {
    private static final Pattern EDGE =
            Pattern.compile("\\s+(io\\.halfopen[\\w.$]*)\\s+->\\s+(io\\.halfopen[\\w.$]*)\\s");

    private final Map<String, Set<String>> uses;
    private final Map<String, Integer> found = new HashMap<>();
    private final Map<String, Integer> least = new HashMap<>();
    private final Deque<String> open = new ArrayDeque<>();
    private Set<String> largest = Set.of();

    private Entanglement(Map<String, Set<String>> uses) {
        this.uses = uses;
    }

    /** The largest set of classes of a package, and those below it, that all reach each other. */
    static Set<String> largest(String root) {
        Map<String, Set<String>> uses = new HashMap<>();
        Matcher edges = EDGE.matcher(jdeps());
        while (edges.find()) {
            String from = outermost(edges.group(1));
            String to = outermost(edges.group(2));
            if (from.startsWith(root) && to.startsWith(root) && !from.equals(to)) {
                uses.computeIfAbsent(from, key -> new TreeSet<>()).add(to);
            }
        }
        Entanglement here = new Entanglement(uses);
        List.copyOf(uses.keySet()).forEach(here::visit);
        return here.largest;
    }

    /** Tarjan, 1972. */
    private int visit(String type) {
        Integer known = found.get(type);
        if (known != null) {
            return open.contains(type) ? known : Integer.MAX_VALUE;
        }
        int number = found.size();
        found.put(type, number);
        least.put(type, number);
        open.push(type);
        for (String other : uses.getOrDefault(type, Set.of())) {
            boolean fresh = !found.containsKey(other);
            int reached = visit(other);
            least.merge(type, fresh ? least.getOrDefault(other, reached) : reached, Math::min);
        }
        if (least.getOrDefault(type, number) == number) {
            close(type);
        }
        return open.contains(type) ? number : Integer.MAX_VALUE;
    }

    private void close(String root) {
        Collection<String> component = new ArrayList<>();
        String type = "";
        while (!type.equals(root)) {
            type = open.pop();
            least.put(type, Integer.MAX_VALUE); // nobody's business any more
            component.add(type);
        }
        if (component.size() > largest.size()) {
            largest = new TreeSet<>(component);
        }
    }

    private static String outermost(String type) {
        int nested = type.indexOf('$');
        return nested < 0 ? type : type.substring(0, nested);
    }

    private static String jdeps() {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out);
        int status = ToolProvider.findFirst("jdeps")
                .orElseThrow()
                .run(writer, writer, "-v", "--ignore-missing-deps", classes());
        if (status != 0) {
            throw new AssertionError("jdeps: " + out);
        }
        return out.toString();
    }

    /** Where the stack's classes are: a directory or a jar. */
    private static String classes() {
        try {
            return Path.of(Stack.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
