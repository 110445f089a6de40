package io.halfopen.app.explain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One explanation.
 *
 * @param sentence what happened
 * @param because the packets that say so
 * @param or the other reading, where it is one that has a name here
 * @param otherwise other readings; none if it is certain
 * @param tellApart what would decide between them; empty if it is certain
 */
record Finding(
        Cause cause,
        @Nullable Cause or,
        Certainty certainty,
        String sentence,
        String because,
        List<String> otherwise,
        String tellApart) {
    static Finding certain(Cause cause, String sentence, String because) {
        return new Finding(cause, null, Certainty.CERTAIN, sentence, because, List.of(), "");
    }

    static Finding likely(Cause cause, String sentence, String because, String otherwise, String tellApart) {
        return new Finding(cause, null, Certainty.LIKELY, sentence, because, List.of(otherwise), tellApart);
    }

    /** The rarer reading has a name, too. */
    static Finding likely(Cause cause, Cause or, String sentence, String because, String otherwise, String tellApart) {
        return new Finding(cause, or, Certainty.LIKELY, sentence, because, List.of(otherwise), tellApart);
    }

    static Finding open(Cause cause, String sentence, String because, String otherwise, String tellApart) {
        return new Finding(cause, null, Certainty.OPEN, sentence, because, List.of(otherwise), tellApart);
    }

    /** One of two that both have a name. */
    static Finding either(Cause cause, Cause or, String sentence, String because, String otherwise, String tellApart) {
        return new Finding(cause, or, Certainty.OPEN, sentence, because, List.of(otherwise), tellApart);
    }
}
