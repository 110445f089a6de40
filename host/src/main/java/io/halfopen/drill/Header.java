package io.halfopen.drill;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Comments of a script that Halfopen understands: {@code // only: stack, because ...} or {@code // only: kernel, ...},
 * and {@code // slow: ...} for one that takes too long in real time to run each time.
 *
 * @param only {@code stack}, {@code kernel}, or nothing
 * @param reason why only there
 */
public record Header(String only, String reason, boolean slow) {
    private static final Pattern ONLY = Pattern.compile("(?m)^//\\s*only:\\s*(stack|kernel)\\b[,:;]?\\s*(.*)$");
    private static final Pattern SLOW = Pattern.compile("(?m)^//\\s*slow:.*$");

    static Header of(String text) {
        Matcher only = ONLY.matcher(text);
        boolean found = only.find();
        return new Header(
                found ? only.group(1) : "",
                found ? only.group(2) : "",
                SLOW.matcher(text).find());
    }

    /** Whether it is meant for this machine, {@code stack} or {@code kernel}. */
    public boolean isFor(String machine) {
        return only.isEmpty() || only.equals(machine);
    }
}
