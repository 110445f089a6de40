package io.halfopen.drill;

import java.util.List;

/** When each step of a story began and ended on a machine, which is later the more a machine has to do. */
record Pace(List<Span> spans) {
    /** Of a machine that goes on as soon as it can. */
    static final Pace ITS_OWN = new Pace(List.of());

    private static final Span AT_ONCE = new Span(0, 0, 0);

    /**
     * Nanoseconds since the story began.
     *
     * @param end when it was listened to what was sent
     * @param counted when the counters had been read, a little later
     */
    record Span(long begin, long end, long counted) {}

    Pace {
        spans = List.copyOf(spans);
    }

    Span of(int step) {
        return step < spans.size() ? spans.get(step) : AT_ONCE;
    }
}
