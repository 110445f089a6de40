package io.halfopen.drill;

import io.halfopen.linux.KernelRelease;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Comments of a script that Halfopen understands: {@code // only: stack, because ...} or {@code // only: kernel, ...},
 * {@code // slow: ...} for one that takes too long in real time to run each time, and {@code // kernels: until 4.4, from
 * 6.12} for one that does not hold on every Linux.
 *
 * @param only what it is for alone, the stack or a live kernel; or nothing
 * @param reason why only there
 * @param kernels what the comment says; empty for all
 */
public record Header(String only, String reason, boolean slow, List<Range> kernels) {
    private static final Pattern ONLY = Pattern.compile("(?m)^//\\s*only:\\s*(stack|kernel)\\b[,:;]?\\s*(.*)$");
    private static final Pattern SLOW = Pattern.compile("(?m)^//\\s*slow:.*$");
    private static final Pattern KERNELS = Pattern.compile("(?m)^//\\s*kernels:\\s*(.*?)\\s*$");
    private static final String VERSION = "\\s+(\\d+\\.\\d+)";
    private static final Pattern RANGE =
            Pattern.compile("from" + VERSION + "|until" + VERSION + "|from" + VERSION + "\\s+until" + VERSION);

    /** Versions from one on, until one, or both; those are among them. */
    public record Range(
            @Nullable KernelRelease from, @Nullable KernelRelease until) {
        private boolean contains(KernelRelease other) {
            return (from == null || other.compareTo(from) >= 0) && (until == null || other.compareTo(until) <= 0);
        }

        @Override
        public String toString() {
            String begin = from == null ? "" : "from " + from;
            String end = until == null ? "" : "until " + until;
            return (begin + " " + end).strip();
        }
    }

    /** The comments of a script. A list of kernels that cannot be read is a {@link ScriptException}. */
    static Header of(String file, String text) throws ScriptException {
        Matcher only = ONLY.matcher(text);
        boolean found = only.find();
        return new Header(
                found ? only.group(1) : "",
                found ? only.group(2) : "",
                SLOW.matcher(text).find(),
                ranges(file, text));
    }

    private static List<Range> ranges(String file, String text) throws ScriptException {
        Matcher kernels = KERNELS.matcher(text);
        if (!kernels.find()) {
            return List.of();
        }
        List<Range> ranges = new ArrayList<>();
        for (String part : kernels.group(1).split(",", -1)) {
            Matcher range = RANGE.matcher(part.strip());
            if (!range.matches()) {
                int line = (int) text.substring(0, kernels.start()).lines().count() + 1;
                throw ScriptException.wrong(
                        new Place(file, line, 1), "'" + part.strip() + "' is no range of kernels: from 6.6, until 4.4");
            }
            ranges.add(new Range(version(range, 1, 3), version(range, 2, 4)));
        }
        return List.copyOf(ranges);
    }

    /** What one of two groups has; null where neither has anything. */
    private static @Nullable KernelRelease version(Matcher range, int group, int other) {
        String text = range.group(group) == null ? range.group(other) : range.group(group);
        return text == null ? null : KernelRelease.parse(text);
    }

    /** Whether it is meant for this machine, {@code stack} or {@code kernel}. */
    public boolean isFor(String machine) {
        return only.isEmpty() || only.equals(machine);
    }

    /** Whether it holds on this version, {@code 6.1} or {@code 6.1.0-50-amd64}; true of what is no Linux, such as unp. */
    public boolean holdsOn(String version) {
        if (kernels.isEmpty()) {
            return true;
        }
        try {
            KernelRelease release = KernelRelease.parse(version);
            return kernels.stream().anyMatch(range -> range.contains(release));
        } catch (IllegalArgumentException noLinux) {
            return true;
        }
    }
}
