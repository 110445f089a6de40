package io.halfopen.drill;

import io.halfopen.wire.IpAddress;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Runs one script on one machine, event by event. */
final class Runner {
    private final Script script;
    private final Settings settings;
    private final Machine machine;
    private final Timeline timeline;
    private final Traffic traffic;
    private final Subjects subjects;
    private final SystemCalls calls;
    private final Checks checks;
    private final Shell shell;
    private final Account account;
    private final StringBuilder notes = new StringBuilder();

    Runner(Script script, Settings settings, Machine machine, boolean allowShell) {
        this(script, settings, machine, allowShell, new Account());
    }

    /** Every step is also told to that account. */
    Runner(Script script, Settings settings, Machine machine, boolean allowShell, Account account) {
        this.account = account;
        this.script = script;
        this.settings = settings;
        this.machine = machine;
        subjects = new Subjects(settings);
        timeline = new Timeline(machine, settings);
        traffic = new Traffic(machine, timeline);
        Map<String, Integer> files = new HashMap<>();
        calls = new SystemCalls(machine, settings, subjects, timeline, files);
        checks = new Checks(machine, subjects, calls, traffic, notes);
        Path parent = Path.of(script.file()).toAbsolutePath().getParent();
        shell = new Shell(machine, parent == null ? Path.of("/") : parent, allowShell, notes, files);
    }

    Outcome run() {
        Outcome outcome = runEvents();
        try {
            accountForTheRest();
            if (!settings.verbose()) {
                return outcome;
            }
            tellUnexpected();
        } catch (Stop noMore) {
            notes.append(noMore.reason()).append('\n');
        }
        return new Outcome(
                outcome.status(),
                outcome.file(),
                outcome.line(),
                outcome.reason(),
                notes.toString(),
                machine.ignored());
    }

    private Outcome runEvents() {
        Event at = script.events().getFirst();
        try {
            for (Event event : script.events()) {
                at = event;
                run(event);
            }
            timeline.finish();
            Event cleanup = script.cleanup();
            if (cleanup != null) {
                at = cleanup;
                run(cleanup);
            }
            return new Outcome(Outcome.Status.PASS, script.file(), 0, "", notes.toString(), machine.ignored());
        } catch (Stop stop) {
            int line = timeline.blamed() > 0 ? timeline.blamed() : at.place().line() + shell.line();
            tellStop(at, stop);
            return new Outcome(stop.status(), script.file(), line, stop.reason(), notes.toString(), machine.ignored());
        }
    }

    private void tellStop(Event at, Stop stop) {
        int line = timeline.blamed() > 0 ? timeline.blamed() : at.place().line();
        account.stopped(at, script.text(at), line, stop.reason());
        List<Event> events = script.events();
        int last = events.indexOf(at);
        if (last >= 0) {
            events.subList(last + 1, events.size()).forEach(event -> account.notReached(event, script.text(event)));
        }
    }

    private void run(Event event) throws Stop {
        Action action = event.action();
        if (action instanceof TcpPacket packet && !packet.inbound()) {
            expect(event, packet);
            return;
        }
        timeline.await(event, action instanceof Action.Packet);
        account.did(event, timeline.text(machine.now()), script.text(event));
        switch (action) {
            case TcpPacket packet -> inject(packet);
            case IcmpPacket packet -> inject(packet);
            case Action.Call call -> calls.run(event, call);
            case Action.Shell command -> shell.run(command.text());
            case Action.Check check -> checks.run(check);
        }
        timeline.retryCall();
    }

    // ---- packets that are injected

    private void inject(TcpPacket packet) throws Stop {
        Subject subject = subjects.forInbound(packet.endpoints());
        IpAddress remote = remoteOf(subject);
        byte[] bytes = PacketBytes.tcp(
                subject.toWire(packet), remote, subject.remotePort, settings.local(), subject.localPort);
        boolean several = settings.mss() > 0 && packet.length() > settings.mss();
        account.decided(machine.inject(bytes, several ? settings.mss() : 0));
    }

    private void inject(IcmpPacket packet) throws Stop {
        Subject subject = subjects.forInbound(null);
        byte[] bytes = PacketBytes.icmp(
                packet,
                subject.toWire(packet.echoedSeq()),
                remoteOf(subject),
                subject.remotePort,
                settings.local(),
                subject.localPort);
        if (bytes == null) {
            throw Stop.failed("no such ICMP message in this IP version: " + packet.type() + " " + packet.code());
        }
        account.decided(machine.inject(bytes, 0));
    }

    private IpAddress remoteOf(Subject subject) {
        return Objects.requireNonNullElse(subject.remote, settings.remote());
    }

    // ---- packets that are expected

    private void expect(Event event, TcpPacket expected) throws Stop {
        Timeline.Span span = timeline.expect(event);
        Subject subject = subjects.forOutbound(expected.endpoints());
        if (subject == null) {
            throw Stop.failed("a packet is expected, and no socket or packet before could be its cause");
        }
        Sent first = traffic.await(subject, span.latest());
        if (first == null) {
            throw missing(event, span, expected, subject);
        }
        boolean answers = subject.state == Subject.State.ARRIVED && expected.isSynAck();
        boolean begins = subject.state == Subject.State.CONNECTING;
        if (answers || begins) {
            subject.begin(expected, first.packet());
            subject.state = answers ? Subject.State.ANSWERED : Subject.State.CONNECTED;
        }
        Sent whole = settings.strictSegments() ? first : traffic.joined(first, expected.length(), subject);
        TcpPacket there = subject.toScript(whole.packet(), expected);
        if (settings.verbose()) {
            notes.append(allText(whole, there)).append('\n');
        }
        tell(event, span, expected, whole, there);
        compare(span, expected, whole, there);
        timeline.expected(event, span);
    }

    private void tell(Event event, Timeline.Span span, TcpPacket expected, Sent sent, TcpPacket there) {
        String machines = "> " + shown(there, expected);
        account.expected(event, timeline.text(sent.time()), span + " > " + expected, machines, sent.rule());
    }

    private Stop missing(Event event, Timeline.Span span, TcpPacket expected, Subject subject) throws Stop {
        Sent late = traffic.awaitLate(subject);
        String wanted = "expected at " + span + " > " + expected;
        if (late == null) {
            account.expected(event, "", span + " > " + expected, "nothing was sent", null);
            return Stop.failed("nothing was sent; " + wanted);
        }
        TcpPacket there = subject.toScript(late.packet(), expected);
        tell(event, span, expected, late, there);
        return Stop.failed("nothing was sent in time; " + wanted + "; sent " + sentText(late, there, expected));
    }

    private void compare(Timeline.Span span, TcpPacket expected, Sent sent, TcpPacket there) throws Stop {
        PacketMatch match = new PacketMatch(settings.timestampTick(), settings.tolerance());
        String difference = match.difference(expected, there);
        if (difference.isEmpty() && !sent.zeroes()) {
            difference = "the data is not what was written: zeros";
        }
        if (difference.isEmpty() && !span.holds(sent.time())) {
            difference = "sent " + (sent.time() < span.earliest() ? "too early" : "too late");
        }
        if (!difference.isEmpty()) {
            throw Stop.failed(difference + "; expected at " + span + " > " + expected + "; sent "
                    + sentText(sent, there, expected));
        }
    }

    private String allText(Sent sent, TcpPacket there) {
        TcpPacket shown = new TcpPacket(
                false,
                IpInfo.NONE,
                new Endpoints(null, sent.remotePort(), sent.localPort()),
                there.flags(),
                there.seq(),
                there.length(),
                there.ack(),
                there.window(),
                there.urgent(),
                there.options());
        return "at " + timeline.text(sent.time()) + " > " + shown;
    }

    /** With the numbers of the wire: no event says what they count from. */
    private void tellUnexpected() throws Stop {
        for (Sent sent : traffic.rest()) {
            notes.append("not expected, with the wire's numbers: ")
                    .append(allText(sent, sent.packet()))
                    .append('\n');
        }
    }

    /** In the numbers of the script, as far as it knows whose they are. */
    private void accountForTheRest() throws Stop {
        for (Sent sent : traffic.rest()) {
            Subject subject = subjects.of(sent);
            TcpPacket there = subject == null ? sent.packet() : subject.toScript(sent.packet(), sent.packet());
            account.unexpected(timeline.text(sent.time()), "> " + there.withoutIp(), sent.rule());
        }
    }

    private String sentText(Sent sent, TcpPacket there, TcpPacket expected) {
        return "at " + timeline.text(sent.time()) + " > " + shown(there, expected);
    }

    /** Only what the script speaks of, so that both are easy to compare. */
    private static TcpPacket shown(TcpPacket there, TcpPacket expected) {
        boolean window = expected.window() >= 0 || !there.has(io.halfopen.wire.TcpHeader.ACK);
        boolean ip = expected.ip().ecn() >= 0
                || expected.ip().tos() >= 0
                || expected.ip().ttl() >= 0;
        return new TcpPacket(
                false,
                ip ? there.ip() : IpInfo.NONE,
                expected.endpoints(),
                there.flags(),
                there.seq(),
                there.length(),
                there.ack(),
                window ? there.window() : -1,
                there.urgent(),
                there.options());
    }

    static String seconds(long nanos) {
        String text = BigDecimal.valueOf(nanos / 1000, 6).stripTrailingZeros().toPlainString();
        return nanos == 0 ? "0" : text;
    }
}
