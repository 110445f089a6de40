package io.halfopen.drill;

import io.halfopen.linux.KernelRelease;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    private static final Pattern RANGE = Pattern.compile("(from|until)\\s+(\\d+\\.\\d+)");

    /** Versions from one on, or until one; that one is among them. */
    public record Range(boolean from, KernelRelease version) {
        private boolean contains(KernelRelease other) {
            int order = other.compareTo(version);
            return from ? order >= 0 : order <= 0;
        }

        @Override
        public String toString() {
            return (from ? "from " : "until ") + version;
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
            ranges.add(new Range(range.group(1).equals("from"), KernelRelease.parse(range.group(2))));
        }
        return List.copyOf(ranges);
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
