package io.halfopen.app.lab;

import io.halfopen.app.StackSummary;
import io.halfopen.app.Style;
import io.halfopen.app.Times;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.ListenQueues;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What happened, for people: a timeline with the reason for every dropped packet, then what became of each client. */
final class Story {
    /** A timeline longer than this shows its beginning and its end. */
    private static final int MOST_LINES = 60;

    private static final int MOST_CLIENTS = 20;

    private final PrintWriter out;
    private final Style style;
    private final Run run;
    private final Set<Rule> explained = EnumSet.noneOf(Rule.class);

    Story(PrintWriter out, Style style, Run run) {
        this.out = out;
        this.run = run;
        this.style = style;
    }

    void headline() {
        Scenario scenario = run.scenario();
        String where = scenario.isLoopback() ? "loopback" : "round trip " + Times.seconds(scenario.rtt());
        out.println(style.bold(scenario.name()) + ": " + Presets.sentenceOf(scenario));
        out.println(style.faint(run.title() + ", " + where + ", " + run.how()));
        out.println();
    }

    // ---- the timeline

    /** Clients to whom the same happens at the same time, in one line. */
    private record Line(long time, SortedSet<Integer> clients, Recorder.Moment moment, ListenQueues queues) {
        Line with(Recorder.Moment other) {
            clients.add(other.client());
            return new Line(time, clients, moment, other.queues());
        }
    }

    void timeline(List<Recorder.Moment> moments, boolean whole) {
        List<Line> lines = merge(moments);
        out.println(style.faint(columns("time", "who", "SYN", "accept") + "what happens, and the queues after it"));
        int hidden = whole ? 0 : Math.max(0, lines.size() - MOST_LINES);
        for (int i = 0; i < lines.size(); i++) {
            if (hidden > 0 && i == MOST_LINES / 2) {
                out.println(style.faint("             ... " + hidden + " lines more (--show timeline has all) ..."));
                i += hidden;
            }
            print(lines.get(i));
        }
        out.println();
    }

    private List<Line> merge(List<Recorder.Moment> moments) {
        List<Line> lines = new ArrayList<>();
        for (Recorder.Moment moment : moments) {
            int same = moment.client() == 0 ? -1 : lastAlike(lines, moment);
            if (same < 0) {
                lines.add(new Line(moment.time(), new TreeSet<>(Set.of(moment.client())), moment, moment.queues()));
            } else {
                lines.set(same, lines.get(same).with(moment));
            }
        }
        return lines;
    }

    /** The line of the same time that says the same, or -1. */
    private int lastAlike(List<Line> lines, Recorder.Moment moment) {
        long since = moment.time() - run.sameTime();
        for (int i = lines.size() - 1; i >= 0 && lines.get(i).time() >= since; i--) {
            Recorder.Moment other = lines.get(i).moment();
            if (other.what().equals(moment.what()) && other.rule() == moment.rule()) {
                return i;
            }
        }
        return -1;
    }

    private void print(Line line) {
        Recorder.Moment moment = line.moment();
        ListenQueues queues = line.queues();
        String accept =
                queues.acceptQueue() + "/" + run.scenario().kernel().acceptQueueHolds(queues.effectiveBacklog());
        String what = columns(Times.seconds(line.time()), who(line), queues.synQueue(), accept) + colour(moment);
        Rule rule = moment.rule();
        if (rule == null) {
            out.println(what);
            return;
        }
        // The sentence once is enough; after that the name says it.
        String sentence = explained.add(rule) ? style.faint("  " + rule.sentence()) : "";
        out.println(what + "  " + style.rule(rule.name()) + sentence);
    }

    private static String columns(Object time, Object who, Object synQueue, Object acceptQueue) {
        return String.format(Locale.ROOT, "%10s  %-16s %3s %7s  ", time, who, synQueue, acceptQueue);
    }

    private static String who(Line line) {
        if (line.moment().client() == 0) {
            return "server";
        }
        return (line.clients().size() == 1 ? "client " : "clients ") + numbers(line.clients());
    }

    private String colour(Recorder.Moment moment) {
        String what = moment.what();
        if (moment.rule() != null) {
            return String.format(Locale.ROOT, "%-13s", what);
        }
        if (what.startsWith("connect() = OK at once")) {
            return style.good(what);
        }
        if (what.startsWith("connect() = OK")) {
            return style.doubtful(what);
        }
        return what.contains(" = E") ? style.bad(what) : what;
    }

    /** 1 2 3, but 1-5 for five of them in a row. */
    private static String numbers(SortedSet<Integer> numbers) {
        int first = numbers.getFirst();
        int last = numbers.getLast();
        if (numbers.size() > 3 && last - first == numbers.size() - 1) {
            return first + "-" + last;
        }
        String text = numbers.stream().limit(4).map(String::valueOf).collect(Collectors.joining(" "));
        return numbers.size() > 4 ? text + " +" + (numbers.size() - 4) : text;
    }

    // ---- the clients

    void connections(List<LabReport.Client> clients, boolean whole) {
        out.println(style.bold(row("client", "connect()", "after", "SYNs", "accepted", "outcome", "after", "state")));
        int shown = whole ? clients.size() : Math.min(clients.size(), MOST_CLIENTS);
        for (LabReport.Client client : clients.subList(0, shown)) {
            out.println(row(
                    client.id(),
                    client.connect(),
                    Times.secondsOfMillis(client.connectMs()),
                    client.synSent(),
                    client.accepted() ? Times.secondsOfMillis(client.acceptedMs()) : "never",
                    client.outcome(),
                    Times.secondsOfMillis(client.outcomeMs()),
                    client.state()));
        }
        if (shown < clients.size()) {
            out.println(style.faint("... " + (clients.size() - shown) + " more (--show connections has all)"));
        }
        out.println();
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%-7s %-12s %10s %5s %10s  %-10s %10s  %s", cells)
                .stripTrailing();
    }

    // ---- the sum

    void summary(LabReport report) {
        ListenQueues queues = run.queues();
        long holds = run.scenario().kernel().acceptQueueHolds(queues.effectiveBacklog());
        new StackSummary(out, style).print(queues, holds, run::counted);
        if (report.flood() != null) {
            flood(report, report.flood());
        }
        run.dmesg().forEach(line -> out.println(style.bold("log") + "           " + line));
        out.println(style.bold("ended") + "         " + Times.secondsOfMillis(report.endMs()) + " after listen()");
    }

    private void flood(LabReport report, LabReport.Flood flood) {
        StringJoiner fates = new StringJoiner(", ", ": ", "");
        fates.setEmptyValue("");
        flood.fates().forEach((rule, count) -> fates.add(count + " x " + style.rule(rule)));
        out.println(style.bold("flood") + "         " + flood.syns() + " SYNs" + fates + "; " + flood.synAcks()
                + " SYN-ACKs for nobody");
        long in = report.clients().stream()
                .filter(client -> client.connect().equals("OK"))
                .count();
        out.println(style.bold("honest") + "        " + in + " of "
                + report.clients().size() + " connected");
    }
}
