package io.halfopen.drill;

import java.util.Set;

/**
 * What came of a script.
 *
 * @param line where it failed, or met something that is not supported; 0 where the place is in the reason
 * @param reason why it did not pass
 * @param notes what it printed, and which settings were ignored
 * @param ignored socket options and sysctls that it set and that do nothing on the stack
 */
public record Outcome(Status status, String file, int line, String reason, String notes, Set<String> ignored) {
    /** Passed, failed, or not run to its end since something is not supported. */
    public enum Status {
        PASS,
        FAIL,
        SKIP
    }

    /** One line: {@code FAIL x.pkt:12: ack is 2, not 1; ...}. */
    @Override
    public String toString() {
        String place = line > 0 ? file + ":" + line : file;
        return status + " " + (status == Status.PASS ? file : reason.startsWith(file) ? reason : place + ": " + reason);
    }
}
