package io.halfopen.app.lab;

import io.halfopen.app.StackSummary;
import io.halfopen.app.Style;
import io.halfopen.app.TextTable;
import io.halfopen.app.TextWrap;
import io.halfopen.lab.Headline;
import io.halfopen.lab.LabReport;
import io.halfopen.lab.Recorder;
import io.halfopen.lab.Run;
import io.halfopen.lab.Scenario;
import io.halfopen.lab.ServerStory;
import io.halfopen.lab.Times;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.ListenQueues;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.stream.Collectors;

/** What happened, for people: a timeline with the reason for every dropped packet, then what became of each client. */
final class Story {
    /** A timeline longer than this shows its beginning and its end. */
    private static final int MOST_LINES = 60;

    private static final int MOST_CLIENTS = 20;
    private static final int LABEL = 14;

    private final PrintWriter out;
    private final Style style;
    private final Run run;

    Story(PrintWriter out, Style style, Run run) {
        this.out = out;
        this.run = run;
        this.style = style;
    }

    void headline() {
        Scenario scenario = run.scenario();
        String where = scenario.isLoopback() ? "loopback" : "round trip " + Times.seconds(scenario.rtt());
        out.println(TextWrap.hanging(scenario.name() + ": " + Headline.of(scenario), 2)
                .replaceFirst("^[^:]*", Matcher.quoteReplacement(style.bold(scenario.name()))));
        String how = run.title() + ", " + where + ", " + run.how();
        TextWrap.lines(how, TextWrap.COLUMNS).forEach(line -> out.println(style.faint(line)));
        out.println();
    }

    void outcome() {
        new OutcomeText(out, style, run.outcome()).print();
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
        List<Line> lines = merge(inOrder(moments));
        TextTable table = new TextTable("rlrrl", 2);
        table.add(style::faint, "time", "who", "SYN", "accept", "what happens, and the queues after it");
        int hidden = whole ? 0 : Math.max(0, lines.size() - MOST_LINES);
        int first = hidden == 0 ? lines.size() : MOST_LINES / 2;
        lines.subList(0, first).forEach(line -> table.add(cells(line)));
        lines.subList(first + hidden, lines.size()).forEach(line -> table.add(cells(line)));
        List<String> text = table.lines();
        int seam = text.size() - (lines.size() - first - hidden);
        for (int i = 0; i < text.size(); i++) {
            if (hidden > 0 && i == seam) {
                String more = run.recorder().forgotten() == 0 ? hidden + " lines more" : "many lines more";
                out.println(style.faint("             ... " + more + " (--show timeline has all) ..."));
            }
            out.println(text.get(i));
        }
        out.println();
    }

    /** On the loopback accept() may return before the connect() does that the client is still in: it is told after. */
    private static List<Recorder.Moment> inOrder(List<Recorder.Moment> moments) {
        List<Recorder.Moment> ordered = new ArrayList<>();
        Set<Integer> connected = new HashSet<>();
        Map<Integer, Recorder.Moment> early = new LinkedHashMap<>();
        for (Recorder.Moment moment : moments) {
            if (!early.isEmpty()
                    && moment.time() > early.values().iterator().next().time()) {
                ordered.addAll(early.values());
                early.clear();
            }
            boolean connects = moment.what().startsWith("connect() = OK");
            if (moment.what().equals(ServerStory.ACCEPTED) && !connected.contains(moment.client())) {
                early.put(moment.client(), moment);
                continue;
            }
            ordered.add(moment);
            if (connects) {
                connected.add(moment.client());
                Recorder.Moment held = early.remove(moment.client());
                if (held != null) {
                    ordered.add(held);
                }
            }
        }
        ordered.addAll(early.values());
        return ordered;
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

    private Object[] cells(Line line) {
        Recorder.Moment moment = line.moment();
        ListenQueues queues = line.queues();
        String accept =
                queues.acceptQueue() + "/" + run.scenario().kernel().acceptQueueHolds(queues.effectiveBacklog());
        TextTable.Cell what = new TextTable.Cell(what(moment), text -> colour(moment, text));
        return new Object[] {Times.seconds(line.time()), who(line), queues.synQueue(), accept, what};
    }

    /** The rules' sentences are in the sum. */
    private static String what(Recorder.Moment moment) {
        Rule rule = moment.rule();
        return rule == null ? moment.what() : String.format(Locale.ROOT, "%-13s  %s", moment.what(), rule.name());
    }

    private static String who(Line line) {
        if (line.moment().client() == 0) {
            return "server";
        }
        return (line.clients().size() == 1 ? "client " : "clients ") + numbers(line.clients());
    }

    private String colour(Recorder.Moment moment, String text) {
        Rule rule = moment.rule();
        if (rule != null) {
            return text.replace(rule.name(), style.rule(rule.name()));
        }
        if (text.startsWith("connect() = OK at once")) {
            return style.good(text);
        }
        if (text.startsWith("connect() = OK")) {
            return style.doubtful(text);
        }
        return text.contains(" = E") ? style.bad(text) : text;
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
        TextTable table = new TextTable("llrrrlrl", 2);
        table.add(style::bold, "client", "connect()", "after", "SYNs", "accepted", "outcome", "after", "state");
        int shown = whole ? clients.size() : Math.min(clients.size(), MOST_CLIENTS);
        for (LabReport.Client client : clients.subList(0, shown)) {
            table.add(
                    client.id(),
                    client.connect(),
                    Times.secondsOfMillis(client.connectMs()),
                    client.synSent(),
                    client.accepted() ? Times.secondsOfMillis(client.acceptedMs()) : "never",
                    client.outcome(),
                    Times.secondsOfMillis(client.outcomeMs()),
                    client.state());
        }
        table.lines().forEach(out::println);
        if (shown < clients.size()) {
            out.println(style.faint("... " + (clients.size() - shown) + " more (--show connections has all)"));
        }
    }

    // ---- the sum

    void summary(LabReport report) {
        ListenQueues queues = run.queues();
        long holds = run.scenario().kernel().acceptQueueHolds(queues.effectiveBacklog());
        new StackSummary(out, style).print(queues, holds, run::counted);
        if (report.flood() != null) {
            flood(report, report.flood());
        }
        run.dmesg()
                .forEach(line -> out.println(
                        TextWrap.hanging("log           " + line, LABEL).replaceFirst("^log", style.bold("log"))));
        out.println(style.bold("ended") + "         " + Times.secondsOfMillis(report.endMs()) + " after listen()");
        out.println();
    }

    private void flood(LabReport report, LabReport.Flood flood) {
        StringJoiner fates = new StringJoiner(", ", ": ", "");
        fates.setEmptyValue("");
        flood.fates().forEach((rule, count) -> fates.add(count + " x " + rule));
        String text =
                "flood         " + flood.syns() + " SYNs" + fates + "; " + flood.synAcks() + " SYN-ACKs for nobody";
        out.println(TextWrap.hanging(text, LABEL).replaceFirst("^flood", style.bold("flood")));
        long in = report.clients().stream()
                .filter(client -> client.connect().equals("OK"))
                .count();
        out.println(style.bold("honest") + "        " + in + " of "
                + report.clients().size() + " connected");
    }
}
