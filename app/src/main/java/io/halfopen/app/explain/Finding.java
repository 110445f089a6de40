package io.halfopen.app.explain;

import java.util.List;

/**
 * One explanation.
 *
 * @param sentence what happened
 * @param because the packets that say so
 * @param otherwise other readings; none if it is certain
 * @param tellApart what would decide between them; empty if it is certain
 */
record Finding(
        Cause cause, Certainty certainty, String sentence, String because, List<String> otherwise, String tellApart) {
    static Finding certain(Cause cause, String sentence, String because) {
        return new Finding(cause, Certainty.CERTAIN, sentence, because, List.of(), "");
    }

    static Finding likely(Cause cause, String sentence, String because, String otherwise, String tellApart) {
        return new Finding(cause, Certainty.LIKELY, sentence, because, List.of(otherwise), tellApart);
    }

    static Finding open(Cause cause, String sentence, String because, String otherwise, String tellApart) {
        return new Finding(cause, Certainty.OPEN, sentence, because, List.of(otherwise), tellApart);
    }
}
