package io.halfopen.drill;

import io.halfopen.drill.StoryDifference.Line;
import org.jspecify.annotations.Nullable;

/** What is known to differ, and why it may. */
public enum KnownDifference {
    ;

    static @Nullable KnownDifference of(Story story, Line line) {
        return null;
    }
}
