package io.halfopen.drill;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What only one of two machines did in a story, line by line.
 *
 * @param lines in the order of the steps
 */
record StoryDifference(List<Line> lines) {
    static final StoryDifference NONE = new StoryDifference(List.of());

    /** Round trips of a machine that is busy are longer, and so is what is reckoned from them: fractions and microseconds. */
    private static final double ROUGHLY = 0.3;

    private static final long SLACK = 25_000;

    /**
     * One thing that only one of them did.
     *
     * @param text as {@link StoryRun} puts it down
     */
    record Line(int step, boolean onStack, String text) {
        /** What it is about: a call, a counter, a field, a packet. */
        String name() {
            if (text.startsWith(">")) {
                return "packet";
            }
            if (text.startsWith("fd")) {
                return text.substring(text.indexOf('.') + 1, text.indexOf(' '));
            }
            int parenthesis = text.indexOf('(');
            int plus = text.indexOf('+');
            if (parenthesis > 0 && text.indexOf(' ') > parenthesis) {
                String call = text.substring(0, parenthesis);
                return call.equals("poll") ? call : call + "()";
            }
            return plus > 0 ? text.substring(0, plus) : "queues";
        }

        /** Without numbers that are different in every story. */
        String kind() {
            String[] words = text.split(" ", -1);
            if (text.startsWith(">") && words.length > 3) {
                boolean data = !words[4].endsWith("(0)");
                return "packet " + words[3] + (data ? " with data" : "");
            }
            if (name().endsWith("()") || name().equals("poll")) {
                String result = text.substring(text.lastIndexOf(" = ") + 3);
                return name() + " = " + (result.matches("[1-9][0-9]*") && !name().equals("poll") ? "N" : result);
            }
            return name();
        }
    }

    static StoryDifference between(List<List<String>> onStack, List<List<String>> onOther) {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < onStack.size(); i++) {
            if (!onStack.get(i).equals(onOther.get(i))) {
                compare(i, onStack.get(i), onOther.get(i), lines);
            }
        }
        lines.removeIf(KnownDifference::isLeftOut);
        return new StoryDifference(List.copyOf(lines));
    }

    private static void compare(int step, List<String> onStack, List<String> onOther, List<Line> lines) {
        List<String> stack = without(onStack, onOther);
        List<String> other = without(onOther, onStack);
        if (stack.isEmpty() && other.isEmpty()) {
            lines.add(new Line(
                    step,
                    true,
                    onStack.stream()
                            .filter(line -> line.startsWith(">"))
                            .findFirst()
                            .orElse("order")));
        }
        for (Iterator<String> each = stack.iterator(); each.hasNext(); ) {
            String line = each.next();
            String similar = other.stream()
                    .filter(them -> similar(line, them))
                    .findFirst()
                    .orElse("");
            if (!similar.isEmpty()) {
                other.remove(similar);
                each.remove();
            }
        }
        stack.forEach(line -> lines.add(new Line(step, true, line)));
        other.forEach(line -> lines.add(new Line(step, false, line)));
    }

    private static List<String> without(List<String> lines, List<String> others) {
        List<String> rest = new ArrayList<>(lines);
        others.forEach(rest::remove);
        return rest;
    }

    private static boolean similar(String a, String b) {
        int at = a.indexOf(" = ");
        if (!a.startsWith("fd")
                || at < 0
                || !b.startsWith(a.substring(0, at + 3))
                || !StoryWatch.ROUGH.contains(new Line(0, true, a).name())) {
            return false;
        }
        long left = Long.parseLong(a.substring(at + 3));
        long right = Long.parseLong(b.substring(at + 3));
        return Math.abs(left - right) <= Math.max(left, right) * ROUGHLY + SLACK;
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** What differs here and there. */
    StoryDifference and(StoryDifference other) {
        Collection<Line> there = new HashSet<>(other.lines);
        return new StoryDifference(lines.stream().filter(there::contains).toList());
    }

    /**
     * What differs, each with a name that is the same for all that differ in the same way. What packets, calls and
     * poll(2) differ by where they first do is one; what comes after that may be its consequence, and is not told. The
     * names of counters and of fields of TCP_INFO are one each.
     */
    Set<String> signatures() {
        int first = lines.stream()
                .filter(StoryDifference::isSeen)
                .mapToInt(Line::step)
                .findFirst()
                .orElse(-1);
        Set<String> all = lines.stream()
                .filter(line -> !isSeen(line) && (first < 0 || line.step() < first))
                .map(Line::name)
                .collect(Collectors.toCollection(TreeSet::new));
        if (first >= 0) {
            all.add("stack: " + kinds(first, true) + "; kernel: " + kinds(first, false));
        }
        return all;
    }

    /** What only one machine did in a step. */
    List<String> at(int step, boolean onStack) {
        return lines.stream()
                .filter(line -> line.step() == step && line.onStack() == onStack)
                .map(Line::text)
                .toList();
    }

    private String kinds(int step, boolean onStack) {
        Set<String> kinds = lines.stream()
                .filter(line -> line.step() == step && line.onStack() == onStack && isSeen(line))
                .map(Line::kind)
                .collect(Collectors.toCollection(TreeSet::new));
        return kinds.isEmpty() ? "nothing" : String.join(", ", kinds);
    }

    private static boolean isSeen(Line line) {
        String name = line.name();
        return name.equals("packet") || name.equals("poll") || name.endsWith("()");
    }
}
