package io.halfopen.drill;

import java.util.Locale;

/** The tables of {@link Exchange}: every state gets every segment of each, by what is special about them. */
public enum SegmentTable {
    /** Every set of flags, with data and without. */
    FLAGS,
    /** Sequence and acknowledgment numbers before, at and beyond what is expected. */
    NUMBERS,
    TIMESTAMPS,
    /** Well and badly formed. */
    OPTIONS,
    /** How much, where, and with what. */
    DATA,
    /** ACKs of all or a part, with every window. */
    WINDOWS;

    /** How many rows it has before the next come with another program and another peer. */
    public int rows() {
        return SegmentKinds.of(this).size() * SegmentState.values().length;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
