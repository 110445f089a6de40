package io.halfopen.drill;

import io.halfopen.drill.StoryDifference.Line;

/** What differs in exchanges and may, with the reason: {@code parity --about segments} leaves it out. */
public enum KnownDifference {
    BURST_COUNTED_ONCE(
            "OutRequests", "Linux counts what TCP hands to IP: a burst is one, and is cut into packets after that");

    private final String name;
    private final String reason;

    KnownDifference(String name, String reason) {
        this.name = name;
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }

    static boolean explains(Line line) {
        for (KnownDifference known : values()) {
            if (known.name.equals(line.name())) {
                return true;
            }
        }
        return false;
    }
}
