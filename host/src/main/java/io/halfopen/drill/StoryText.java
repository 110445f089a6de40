package io.halfopen.drill;

import io.halfopen.drill.Story.Answer;
import io.halfopen.drill.Story.Call;
import io.halfopen.drill.Story.Segment;
import io.halfopen.drill.Story.Step;
import io.halfopen.drill.Story.Wait;
import io.halfopen.wire.TcpHeader;
import java.util.List;
import java.util.Locale;

/** A story and what two machines made of it, for people. */
final class StoryText {
    private final Story story;

    StoryText(Story story) {
        this.story = story;
    }

    /** All steps; where the machines differ, what each did. Of watched stories, which have much to tell, only that. */
    String compare(List<List<String>> onStack, List<List<String>> onKernel, StoryDifference difference) {
        StringBuilder text = new StringBuilder(settings());
        for (int i = 0; i < story.steps().size(); i++) {
            text.append(step(story.steps().get(i))).append('\n');
            if (story.watched()) {
                append(text, "stack ", difference.at(i, true));
                append(text, "kernel", difference.at(i, false));
            } else if (onStack.get(i).equals(onKernel.get(i))) {
                append(text, "      ", onStack.get(i));
            } else {
                append(text, "stack ", onStack.get(i));
                append(text, "kernel", onKernel.get(i));
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String who, List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        text.append("    ")
                .append(who)
                .append("  ")
                .append(String.join("  |  ", lines))
                .append('\n');
    }

    private String settings() {
        StringBuilder text = new StringBuilder(story.ipv6() ? "IPv6, " : "IPv4, ");
        text.append("listen(").append(story.backlog()).append(')');
        if (story.deferAccept() > 0) {
            text.append(", TCP_DEFER_ACCEPT ").append(story.deferAccept());
        }
        if (!story.terms().equals(Story.Terms.USUAL)) {
            Story.Terms terms = story.terms();
            text.append(", peers with mss ")
                    .append(terms.mss())
                    .append(", win ")
                    .append(terms.window());
            text.append(", wscale ").append(terms.scale());
        }
        story.sysctls()
                .forEach((name, value) ->
                        text.append(", ").append(name).append('=').append(value));
        return text.append('\n').toString();
    }

    private static String step(Step step) {
        return switch (step) {
            case Wait wait -> "wait " + wait.millis() + " ms";
            case Call call ->
                call.verb().name().toLowerCase(Locale.ROOT) + " on " + call.on() + " with " + call.argument();
            case Segment segment -> segment(segment);
            case Answer answer -> answer(answer);
        };
    }

    private static String answer(Answer answer) {
        StringBuilder text = new StringBuilder("peer " + answer.peer() + " acknowledges " + answer.octets());
        for (int i = 0; i < answer.blocks().size(); i += 2) {
            text.append(", has ")
                    .append(answer.blocks().get(i))
                    .append(" to ")
                    .append(answer.blocks().get(i + 1));
        }
        return text.append(", win ").append(answer.window()).toString();
    }

    private static String segment(Segment segment) {
        StringBuilder text = new StringBuilder("peer " + segment.peer() + " sends ");
        text.append(flags(segment.flags()));
        off(text, "seq", segment.seqOff());
        if ((segment.flags() & TcpHeader.ACK) != 0) {
            off(text, "ack", segment.ackOff());
        }
        if (segment.length() > 0) {
            text.append(", ").append(segment.length()).append(" octets");
        }
        text.append(", options ").append(segment.offer());
        off(text, "timestamp", segment.stampOff());
        off(text, "echo", segment.echoOff());
        odd(text, segment.oddity());
        return text.toString();
    }

    private static void odd(StringBuilder text, Story.Oddity oddity) {
        text.append(oddity.atEdge() ? ", seq from the end of the window" : "");
        text.append(oddity.window() < 0 ? "" : ", win " + oddity.window());
        text.append(oddity.urgent() == 0 ? "" : ", urg " + oddity.urgent());
        text.append(oddity.options().isEmpty() ? "" : ", options " + oddity.options());
    }

    private static void off(StringBuilder text, String what, int by) {
        if (by != 0) {
            text.append(", ").append(what).append(by > 0 ? " + " : " - ").append(Math.abs(by));
        }
    }

    private static String flags(int flags) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < TcpPacket.LETTERS.length(); i++) {
            if ((flags & 1 << i) != 0) {
                text.append(TcpPacket.LETTERS.charAt(i));
            }
        }
        return text.isEmpty() ? "-" : text.toString();
    }
}
