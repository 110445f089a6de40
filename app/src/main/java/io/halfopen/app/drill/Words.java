package io.halfopen.app.drill;

import static io.halfopen.app.HtmlReport.escape;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Two packets in packetdrill's notation, word by word. */
final class Words {
    /** A part of a packet, or what is between two; an option is one part, with its value. */
    private static final Pattern PART = Pattern.compile("[ ,<>]+|(?:ack|win|urg|mss|wscale|val|ecr) \\d+|[^ ,<>]+");

    private Words() {}

    /** The first as HTML, with what the second has not, or elsewhere, marked. */
    static String marked(String text, String other) {
        List<String> there = parts(other);
        StringBuilder html = new StringBuilder();
        for (String part : parts(text)) {
            boolean known = " ,<>".indexOf(part.charAt(0)) >= 0 || there.remove(part);
            html.append(known ? escape(part) : "<mark>" + escape(part) + "</mark>");
        }
        return html.toString();
    }

    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        for (Matcher each = PART.matcher(text); each.find(); ) {
            parts.add(each.group());
        }
        return parts;
    }
}
