package io.halfopen.app;

import java.util.ArrayList;
import java.util.List;

/** What {@code diff -u} prints, without line numbers. */
final class UnifiedDiff {
    private static final int CONTEXT = 3;

    private UnifiedDiff() {}

    static String of(String expected, String actual) {
        List<String> edits = edits(expected.lines().toList(), actual.lines().toList());
        StringBuilder text = new StringBuilder();
        boolean shown = false;
        for (int i = 0; i < edits.size(); i++) {
            if (isNearChange(edits, i)) {
                text.append(shown ? "" : "@@\n").append(edits.get(i)).append('\n');
                shown = true;
            } else {
                shown = false;
            }
        }
        return text.toString();
    }

    private static boolean isNearChange(List<String> edits, int index) {
        int from = Math.max(0, index - CONTEXT);
        int to = Math.min(edits.size(), index + CONTEXT + 1);
        return edits.subList(from, to).stream().anyMatch(edit -> edit.charAt(0) != ' ');
    }

    /** Every line of both after a blank, a minus or a plus. */
    private static List<String> edits(List<String> old, List<String> now) {
        int[][] common = longestCommon(old, now);
        List<String> edits = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < old.size() || j < now.size()) {
            if (i < old.size() && j < now.size() && old.get(i).equals(now.get(j))) {
                edits.add(" " + old.get(i++));
                j++;
            } else if (j == now.size() || i < old.size() && common[i + 1][j] >= common[i][j + 1]) {
                edits.add("-" + old.get(i++));
            } else {
                edits.add("+" + now.get(j++));
            }
        }
        return edits;
    }

    /** How many lines the rest of one from i and the rest of the other from j have in common, in order. */
    private static int[][] longestCommon(List<String> old, List<String> now) {
        int[][] common = new int[old.size() + 1][now.size() + 1];
        for (int i = old.size() - 1; i >= 0; i--) {
            for (int j = now.size() - 1; j >= 0; j--) {
                boolean same = old.get(i).equals(now.get(j));
                common[i][j] = same ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }
}
