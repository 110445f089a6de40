package io.halfopen.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/** The page as the build has made it: one HTML file that needs nothing else. */
public final class Page {
    private static final String NAME = "page.html";

    /** What the page reads when it opens. */
    private static final String GIVEN = "<script type=\"application/json\" id=\"recorded\">";

    private static final String STYLE = "<style>";

    private Page() {}

    /** How it looks, for what is to look the same: its CSS. */
    public static String style() throws IOException {
        String page = plain();
        int from = page.indexOf(STYLE) + STYLE.length();
        return page.substring(from, page.indexOf("</style>", from));
    }

    /** As it is: it opens with the experiment that its address names. */
    public static String plain() throws IOException {
        try (InputStream in = Page.class.getResourceAsStream(NAME)) {
            if (in == null) {
                throw new FileNotFoundException("this build of Halfopen has no page");
            }
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /**
     * With something in it to open with.
     *
     * @param json {@code {"settings": [["backlog", "2"], ...]}}, to be run, or {@code {"runs": [...]}}, that were measured
     */
    public static String with(String json) throws IOException {
        // In a script element nothing may look like the end of one.
        return plain().replace(GIVEN, GIVEN + json.replace("<", "\\u003c"));
    }
}
