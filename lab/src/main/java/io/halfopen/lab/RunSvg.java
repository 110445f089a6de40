package io.halfopen.lab;

import io.halfopen.linux.Rule;
import java.util.List;
import java.util.Locale;

/**
 * The picture of a run for a document: the accept queue over time with its limit, and a lane for each client. Plain SVG,
 * light or dark as the reader's system is, and nothing in it but shapes and text.
 */
public final class RunSvg {
    private static final int WIDTH = 760;
    private static final int LEFT = 64;
    private static final int RIGHT = WIDTH - 16;
    private static final int CHART_TOP = 86;
    private static final int CHART_HEIGHT = 74;
    private static final int LANES_TOP = CHART_TOP + CHART_HEIGHT + 34;
    private static final int LANE = 20;
    private static final int LEGEND = 46;

    /** More would be a wall: the first of them stand for all. */
    private static final int MOST_LANES = 40;

    private static final int LABELS = 6;

    /** Colours after Okabe and Ito, with enough contrast on both grounds. */
    private static final String STYLE = """
            <style>
            svg { font: 12px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; background: #fff }
            text { fill: #3d444c } .title { font-size: 15px; font-weight: 600; fill: #1c2024 } .sign { stroke: #1c2024; stroke-width: 1.6; fill: none } .accept { fill: #1c2024; stroke: none }
            .grid { stroke: #e4e1da } .limit { stroke: #0072b2; stroke-dasharray: 5 4 } .queue { stroke: #0072b2; stroke-width: 2; fill: #0072b222 }
            .outside { fill: #f3c766 } .queued { fill: #0072b2 } .served { fill: #009e73 } .over { fill: #c3c8cd } .failed { fill: #d55e00 } .diamond { fill: #fff }
            @media (prefers-color-scheme: dark) {
            svg { background: #14171a } text { fill: #b6bec6 } .title { fill: #e8e6e1 } .sign { stroke: #f4f2ee } .accept { fill: #f4f2ee } .grid { stroke: #2c3238 }
            .limit, .queue { stroke: #3a9bdc } .queue { fill: #3a9bdc33 } .outside { fill: #8f6a14 } .queued { fill: #2f86c1 } .over { fill: #4a525a } .diamond { fill: #14171a }
            }
            </style>
            """;

    private final Run run;
    private final StringBuilder svg = new StringBuilder();
    private final long end;

    private RunSvg(Run run) {
        this.run = run;
        end = Math.max(1_000_000, run.endedAt() + run.endedAt() / 50);
    }

    /** Of a run that is over, and whose recorder kept levels. */
    public static String of(Run run) {
        return new RunSvg(run).draw();
    }

    private String draw() {
        List<LabClient> clients = run.clients().all();
        int lanes = Math.min(MOST_LANES, clients.size());
        int height = LANES_TOP + lanes * LANE + (lanes < clients.size() ? LANE : 0) + LEGEND;
        String title = run.scenario().name() + ": " + Headline.of(run.scenario());
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\""
                        + " aria-labelledby=\"title story\">\n<title id=\"title\">%s</title>\n<desc id=\"story\">%s</desc>\n",
                WIDTH,
                height,
                WIDTH,
                height,
                escape(title),
                escape(story())));
        svg.append(STYLE);
        text(16, 26, "title", title);
        text(16, 46, "", run.title() + "; " + story());
        grid(LANES_TOP + lanes * LANE);
        queue();
        for (int i = 0; i < lanes; i++) {
            lane(clients.get(i), LANES_TOP + i * LANE);
        }
        if (lanes < clients.size()) {
            text(LEFT, LANES_TOP + lanes * LANE + 14, "", "and " + (clients.size() - lanes) + " more clients");
        }
        legend(height - 18);
        return svg.append("</svg>\n").toString();
    }

    private String story() {
        Outcome outcome = run.outcome();
        int later = outcome.connected() - outcome.atOnce();
        return outcome.atOnce() + " of " + outcome.clients() + " connect at once, " + later + " later"
                + (later == 0
                        ? ""
                        : ", the slowest after "
                                + Times.seconds(outcome.connect().most()))
                + (outcome.failures() == 0 ? "" : "; " + outcome.failures() + " fail") + "; " + outcome.accepted()
                + " are accepted";
    }

    private double x(long time) {
        return LEFT + (double) Math.min(time, end) / end * (RIGHT - LEFT);
    }

    private void grid(int bottom) {
        long step = step();
        for (long at = 0; at <= end; at += step) {
            line("grid", x(at), CHART_TOP, x(at), bottom);
            String label = step % 1_000_000_000L == 0 ? at / 1_000_000_000L + " s" : Times.seconds(at);
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                    x(at),
                    CHART_TOP + CHART_HEIGHT + 17,
                    label));
        }
    }

    /** 1, 2 or 5 of what people count in. */
    private long step() {
        long unit = 1;
        while (unit * 10 <= end / LABELS) {
            unit *= 10;
        }
        for (long factor : new long[] {1, 2, 5}) {
            if (unit * factor * LABELS >= end) {
                return unit * factor;
            }
        }
        return unit * 10;
    }

    private void queue() {
        long holds = run.scenario().kernel().acceptQueueHolds(run.queues().effectiveBacklog());
        long peak = Math.max(1, run.queues().acceptQueuePeak());
        long most = holds <= peak * 4 ? Math.max(peak, holds) : peak;
        double bottom = CHART_TOP + CHART_HEIGHT;
        text(16, CHART_TOP - 10, "", "accept queue");
        number(most, CHART_TOP + 4);
        number(0, bottom);
        if (holds <= most) {
            double y = bottom - (double) holds / most * CHART_HEIGHT;
            line("limit", LEFT, y, RIGHT, y);
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">holds %d</text>\n",
                    RIGHT,
                    y - 5,
                    holds));
        }
        StringBuilder path = new StringBuilder(String.format(Locale.ROOT, "M%d %.1f", LEFT, bottom));
        for (Recorder.Level level : run.recorder().levels()) {
            path.append(String.format(
                    Locale.ROOT,
                    " H%.1f V%.1f",
                    x(level.time()),
                    bottom - (double) level.acceptQueue() / most * CHART_HEIGHT));
        }
        svg.append(String.format(
                Locale.ROOT, "<path class=\"queue\" d=\"%s H%.1f V%.1f\"/>\n", path, x(run.endedAt()), bottom));
    }

    private void number(long number, double y) {
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%d</text>\n", LEFT - 8, y, number));
    }

    private void lane(LabClient client, int top) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">client %d</text>\n",
                LEFT - 8,
                top + 14,
                client.id()));
        long called = client.calledAt();
        if (called == Scenario.NEVER) {
            return;
        }
        long ended = Math.min(client.outcomeAt(), run.endedAt());
        long connected = Math.min(client.connectAt(), ended);
        band("outside", called, connected, top);
        if (client.isConnected()) {
            long accepted = Math.min(client.acceptedAt(), Math.max(ended, connected));
            band("queued", connected, accepted, top);
            band("served", accepted, ended, top);
        }
        boolean failed = !client.outcome().equals("OK") && client.outcomeAt() != Scenario.NEVER;
        band(failed ? "failed" : "over", ended, run.endedAt(), top);
        signs(client, top + LANE / 2.0);
    }

    private void band(String state, long from, long to, int top) {
        if (to > from) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n",
                    state,
                    x(from),
                    top + 4,
                    x(to) - x(from),
                    LANE - 8));
        }
    }

    private void signs(LabClient client, double y) {
        for (Recorder.Moment moment : run.recorder().moments()) {
            Rule rule = moment.rule();
            if (moment.client() == client.id() && rule != null && rule.verdict() == Rule.Verdict.DROP) {
                double x = x(moment.time());
                line("sign", x - 3.5, y - 3.5, x + 3.5, y + 3.5);
                line("sign", x - 3.5, y + 3.5, x + 3.5, y - 3.5);
            }
        }
        if (client.isConnected()) {
            diamond(x(client.connectAt()), y);
        }
        if (client.acceptedAt() != Scenario.NEVER) {
            triangle(x(client.acceptedAt()), y);
        }
    }

    private void diamond(double x, double y) {
        svg.append(String.format(
                Locale.ROOT, "<path class=\"sign diamond\" d=\"M%.1f %.1fl4.5 5-4.5 5-4.5-5z\"/>\n", x, y - 5));
    }

    private void triangle(double x, double y) {
        svg.append(String.format(Locale.ROOT, "<path class=\"accept\" d=\"M%.1f %.1fl8 5-8 5z\"/>\n", x - 3, y - 5));
    }

    private void legend(int y) {
        double x = 16;
        String[][] states = {
            {"outside", "in connect()"}, {"queued", "waits for accept()"}, {"served", "accepted"}, {"over", "done"}
        };
        for (String[] state : states) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"16\" height=\"11\"/>\n",
                    state[0],
                    x,
                    y - 10));
            text((int) x + 22, y, "", state[1]);
            x += 42 + state[1].length() * 6.1;
        }
        line("sign", x, y - 8, x + 7, y - 1);
        line("sign", x, y - 1, x + 7, y - 8);
        text((int) x + 13, y, "", "dropped");
        diamond(x + 76, y - 4.5);
        text((int) x + 86, y, "", "connect() returned");
        triangle(x + 206, y - 4.5);
        text((int) x + 216, y, "", "accept() returned");
    }

    private void line(String style, double x1, double y1, double x2, double y2) {
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                style,
                x1,
                y1,
                x2,
                y2));
    }

    private void text(int x, int y, String style, String text) {
        String styled = style.isEmpty() ? "" : " class=\"" + style + "\"";
        svg.append(String.format(Locale.ROOT, "<text%s x=\"%d\" y=\"%d\">%s</text>\n", styled, x, y, escape(text)));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
