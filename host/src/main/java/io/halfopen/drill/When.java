package io.halfopen.drill;

/**
 * When an event happens: nanoseconds since the start of the script, or since the event before it.
 *
 * @param to the end of a range; as {@code from} where there is none
 */
record When(Kind kind, long from, long to) {
    enum Kind {
        ABSOLUTE,
        RELATIVE,
        /** {@code *}: at any time. */
        ANY
    }

    static final When ANY = new When(Kind.ANY, 0, 0);

    boolean isRelative() {
        return kind == Kind.RELATIVE;
    }

    boolean isAny() {
        return kind == Kind.ANY;
    }

    boolean isRange() {
        return to != from;
    }
}
