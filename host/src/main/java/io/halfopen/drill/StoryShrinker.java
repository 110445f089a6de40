package io.halfopen.drill;

import io.halfopen.link.LinkException;
import java.util.HashMap;
import java.util.Map;

/** Leaves out of a story whatever is not needed: halves first, then single steps, then settings. */
final class StoryShrinker {
    private static final int MOST_TRIES = 80;

    private final Test test;

    /** Whether a story still shows what it is about. */
    interface Test {
        boolean shows(Story story) throws LinkException;
    }

    StoryShrinker(Test test) {
        this.test = test;
    }

    Story shrink(Story story) throws LinkException {
        Story shortest = story;
        int tries = 0;
        for (int size = Math.max(1, story.steps().size() / 2); size >= 1; size /= 2) {
            int from = 0;
            while (from + size <= shortest.steps().size() && tries++ < MOST_TRIES) {
                Story shorter = shortest.without(from, from + size);
                boolean shows = test.shows(shorter);
                from += shows ? 0 : size;
                shortest = shows ? shorter : shortest;
            }
        }
        for (String name : story.sysctls().keySet()) {
            Map<String, Integer> fewer = new HashMap<>(shortest.sysctls());
            fewer.remove(name);
            Story simpler = shortest.withSysctls(fewer);
            shortest = test.shows(simpler) ? simpler : shortest;
        }
        return shortest;
    }
}
