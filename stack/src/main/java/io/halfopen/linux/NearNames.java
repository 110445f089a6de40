package io.halfopen.linux;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What somebody may have meant who wrote a name that does not exist. */
public final class NearNames {
    private static final int MOST = 3;

    private NearNames() {}

    /** {@code ": did you mean A, B or C?"}, the nearest first; nothing if none is near. */
    public static String hint(String wrong, Stream<String> names) {
        int far = Math.max(2, last(wrong).length() / 5);
        List<String> near = names.filter(name -> distance(wrong, name) <= far)
                .sorted(Comparator.comparingInt(name -> distance(wrong, name)))
                .limit(MOST)
                .toList();
        if (near.isEmpty()) {
            return "";
        }
        String others = near.stream().limit(near.size() - 1L).collect(Collectors.joining(", "));
        return ": did you mean " + (others.isEmpty() ? "" : others + " or ") + near.getLast() + "?";
    }

    /** To the name, or to its last part: many write tcp_syncookies for net.ipv4.tcp_syncookies. */
    private static int distance(String wrong, String name) {
        return Math.min(edits(wrong, name), edits(wrong, last(name)));
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** Letters to insert, take out or exchange until one is the other (Levenshtein, 1966). */
    private static int edits(String a, String b) {
        String from = a.toLowerCase(Locale.ROOT);
        String to = b.toLowerCase(Locale.ROOT);
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int exchanged = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(exchanged, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
