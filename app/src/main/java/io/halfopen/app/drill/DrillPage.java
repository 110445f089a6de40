package io.halfopen.app.drill;

import static io.halfopen.app.HtmlReport.escape;

import io.halfopen.app.HtmlReport;
import io.halfopen.drill.Account;
import io.halfopen.drill.Account.Mark;
import io.halfopen.drill.Account.Step;
import io.halfopen.linux.Rule;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What came of scripts as one HTML file: each with its result, and what it said beside what the machine did. */
final class DrillPage {
    /** More rows of one script nobody reads, and a browser shows slowly. */
    private static final int MOST_STEPS = 1000;

    private final String machine;
    private final List<Result> results = new ArrayList<>();

    /**
     * A script that was run, or could not be.
     *
     * @param subject what it says it is about
     */
    private record Result(DrillCommand.Line line, String subject, List<Step> steps) {
        private boolean isGood() {
            return line.status().equals("PASS") || line.status().equals("SKIP");
        }

        /** Without status and file, which stand beside it. */
        private String reason() {
            String text = line.text()
                    .substring(line.status().length() + 1 + line.file().length());
            return text.startsWith(": ") ? text.substring(2) : text.replaceFirst("^:", "line ");
        }
    }

    /** {@code machine} is what ran them, {@code the stack} or {@code the kernel}. */
    DrillPage(String machine) {
        this.machine = machine;
    }

    void add(DrillCommand.Line line, String subject, Account account) {
        results.add(new Result(line, subject, account.steps()));
    }

    /** {@code where} is which kernel that is. */
    void write(Path file, DrillCommand.Counts counts, String where) throws IOException {
        HtmlReport.write(file, counts.toString(), out -> {
            out.write("<p>Scripts on " + escape(machine) + ": " + escape(where)
                    + ". Times are seconds since a script began; numbers are the script's own.</p>\n<section>\n");
            for (int pass = 0; pass < 2; pass++) {
                for (Result each : results) {
                    if (each.isGood() == (pass == 1)) {
                        script(out, each);
                    }
                }
            }
            out.write("</section>\n");
        });
    }

    /** What failed is open, and stands first. */
    private void script(Writer out, Result result) throws IOException {
        DrillCommand.Line line = result.line();
        out.write("<details" + (result.isGood() ? "" : " open") + "><summary><span class=\"status " + line.status()
                + "\">" + line.status() + "</span>" + escape(line.file()) + "</summary>\n");
        if (!result.subject().isEmpty()) {
            out.write("<p class=\"hint\">" + escape(result.subject()) + "</p>\n");
        }
        if (!result.reason().isEmpty()) {
            out.write("<p class=\"" + (result.isGood() ? "hint" : "problem") + "\">" + escape(result.reason())
                    + "</p>\n");
        }
        if (!result.steps().isEmpty()) {
            steps(out, result.steps());
        }
        if (!line.notes().isEmpty()) {
            out.write("<pre>" + escape(line.notes()) + "</pre>\n");
        }
        out.write("</details>\n");
    }

    private void steps(Writer out, List<Step> steps) throws IOException {
        out.write(
                "<table class=\"steps\"><thead><tr><th scope=\"col\">s<th scope=\"col\">line<th scope=\"col\">the script"
                        + "<th scope=\"col\">" + escape(machine) + "<th scope=\"col\">rule</thead>\n<tbody>\n");
        for (Step step : steps.subList(0, Math.min(steps.size(), MOST_STEPS))) {
            step(out, step);
        }
        out.write("</tbody></table>\n");
        if (steps.size() > MOST_STEPS) {
            out.write("<p class=\"hint\">and " + (steps.size() - MOST_STEPS) + " more steps</p>\n");
        }
    }

    private void step(Writer out, Step step) throws IOException {
        boolean differs = step.mark() == Mark.DIFFERS;
        String kind = step.kind().name().toLowerCase(Locale.ROOT);
        String mark = differs ? " differs" : step.mark() == Mark.NOT_REACHED ? " later" : "";
        boolean packet = step.kind() == Account.Kind.EXPECTED && differs;
        String done = packet ? Words.marked(step.machine(), step.script()) : escape(step.machine());
        out.write("<tr class=\"" + kind + mark + "\"><td class=\"at\">" + step.time() + "<td class=\"line\">"
                + (step.line() > 0 ? step.line() : "") + "<td data-who=\"script:\">" + code(escape(step.script()))
                + "<td data-who=\"did:\">" + code(said(step, done)) + "<td>" + why(step) + "\n");
    }

    private static String code(String html) {
        return html.isEmpty() ? "" : "<code>" + html + "</code>";
    }

    /** Where the script says nothing, or nothing more came of it, that is said, too. */
    private static String said(Step step, String done) {
        return switch (step.mark()) {
            case NOT_REACHED -> "not reached";
            case DIFFERS -> "≠ " + done;
            case DONE -> step.kind() == Account.Kind.UNEXPECTED ? done + "  (not expected)" : done;
        };
    }

    private static String why(Step step) {
        Rule rule = step.rule();
        return rule == null
                ? ""
                : "<span class=\"rule " + rule.verdict() + "\">" + rule + "</span> " + escape(rule.sentence());
    }
}
