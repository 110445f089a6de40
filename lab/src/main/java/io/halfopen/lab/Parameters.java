package io.halfopen.lab;

import static io.halfopen.lab.Parameter.ofMany;
import static io.halfopen.lab.Parameter.ofNumber;
import static io.halfopen.lab.Parameter.ofSwitch;
import static io.halfopen.lab.Parameter.ofText;
import static io.halfopen.lab.Parameter.ofTime;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Timers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every parameter of an experiment, in the order in which they are applied: that of the command line's help. */
final class Parameters {
    private static final int MOST_ANSWER = 1 << 24;
    private static final int MILLION = 1_000_000;

    private static final List<Parameter> SERVER = List.of(
            ofNumber("backlog", Integer.MIN_VALUE, Integer.MAX_VALUE, (s, n) -> s.backlog = n, Scenario::backlog),
            ofNumber("defer", 0, Integer.MAX_VALUE, (s, n) -> s.defer = n, Scenario::defer),
            ofTime("accept-after", false, (s, t) -> s.acceptAfter = t, Scenario::acceptAfter),
            ofText("accept-rate", Parameters::acceptRate, s -> acceptRate(s.serverPlan())),
            ofTime("service", false, (s, t) -> s.service = t, Scenario::service),
            ofNumber("workers", 1, Integer.MAX_VALUE, (s, n) -> s.workers = n, Scenario::workers),
            ofSwitch(
                    "acceptor",
                    (s, b) -> s.serverPlan = s.serverPlan.withAcceptor(b),
                    s -> s.serverPlan().acceptor()),
            ofText("max-connections", Parameters::maxConnections, s -> maxConnections(s.serverPlan())),
            ofMany(
                    "pause",
                    Parameters::pause,
                    s -> s.serverPlan().pauses().stream()
                            .map(pause -> Duration.format(pause.at()) + "," + Duration.format(pause.length()))
                            .toList()),
            ofText(
                    "answer",
                    Parameters::answer,
                    s -> s.answer().stream().map(String::valueOf).collect(Collectors.joining(","))),
            ofMany(
                    "sysctl",
                    Parameters::sysctl,
                    s -> s.sysctls().entrySet().stream()
                            .map(set ->
                                    set.getKey().fullName() + "=" + set.getKey().format(set.getValue()))
                            .toList()));

    private static final List<Parameter> CLIENTS = List.of(
            ofNumber("clients", 0, MILLION, (s, n) -> s.clients = n, Scenario::clients),
            ofTime("start", true, (s, t) -> s.start = t, Scenario::start),
            ofTime("every", true, (s, t) -> s.every = t, Scenario::every),
            ofNumber(
                    "burst",
                    1,
                    Integer.MAX_VALUE,
                    (s, n) -> s.clientPlan = s.clientPlan.withBurst(n),
                    s -> s.clientPlan().burst()),
            ofSwitch(
                    "poisson",
                    (s, b) -> s.clientPlan = s.clientPlan.withPoisson(b),
                    s -> s.clientPlan().poisson()),
            ofSwitch("forked", (s, b) -> s.forked = b, Scenario::forked),
            ofTime(
                    "connect-timeout",
                    false,
                    (s, t) -> s.clientPlan = s.clientPlan.withConnectTimeout(t),
                    s -> s.clientPlan().connectTimeout()),
            ofNumber(
                    "retries",
                    0,
                    Integer.MAX_VALUE,
                    (s, n) -> s.clientPlan = s.clientPlan.withRetries(n),
                    s -> s.clientPlan().retries()),
            ofTime(
                    "retry-after",
                    true,
                    (s, t) -> s.clientPlan = s.clientPlan.withRetryAfter(t),
                    s -> s.clientPlan().retryAfter()),
            ofNumber("send", 0, Integer.MAX_VALUE, (s, n) -> s.send = n, Scenario::send),
            ofTime("send-after", false, (s, t) -> s.sendAfter = t, Scenario::sendAfter),
            ofTime("hold", false, (s, t) -> s.hold = t, Scenario::hold),
            ofSwitch(
                    "reset",
                    (s, b) -> s.clientPlan = s.clientPlan.withReset(b),
                    s -> s.clientPlan().reset()),
            ofMany(
                    "client-option",
                    Parameters::clientOption,
                    s -> s.clientPlan().options().entrySet().stream()
                            .map(set -> set.getKey().name() + "=" + set.getValue())
                            .toList()),
            ofSwitch("replace", (s, b) -> s.replace = b, Scenario::replace),
            ofNumber("flood", 0, MILLION, (s, n) -> s.flood = n, Scenario::flood),
            ofTime("flood-for", true, (s, t) -> s.floodFor = t, Scenario::floodFor));

    private static final List<Parameter> REST = List.of(
            ofTime("rtt", true, (s, t) -> s.rtt = t, Scenario::rtt),
            ofText("loss", Parameters::loss, s -> Numerals.format(s.loss() * 100)),
            ofTime("cut", false, (s, t) -> s.cut = t, Scenario::cut),
            ofText("seed", (s, text) -> s.seed = Numerals.whole(text), s -> String.valueOf(s.seed())),
            ofText(
                    "kernel",
                    (s, text) -> s.kernel = Kernel.named(text),
                    s -> s.kernel().version()),
            ofText("timers", Parameters::timers, s -> s.timers() == Timers.EXACT ? "exact" : "linux"),
            ofTime("for", false, (s, t) -> s.duration = t, Scenario::duration));

    static final List<Parameter> ALL =
            Stream.of(SERVER, CLIENTS, REST).flatMap(List::stream).toList();

    private Parameters() {}

    private static void acceptRate(Scenario.Edit edit, String text) {
        double rate = Numerals.decimal(text);
        if (!(rate > 0 && rate <= 1e9)) {
            throw new IllegalArgumentException("takes a number above 0, a second");
        }
        edit.serverPlan = edit.serverPlan.withAcceptRate(rate);
    }

    /** Nothing where there is no limit: that cannot be said in numbers. */
    private static String acceptRate(ServerPlan plan) {
        return plan.acceptRate() == 0 ? "" : Numerals.format(plan.acceptRate());
    }

    private static void maxConnections(Scenario.Edit edit, String text) {
        edit.serverPlan = edit.serverPlan.withMaxConnections(Numerals.whole(text, 1, Integer.MAX_VALUE));
    }

    private static String maxConnections(ServerPlan plan) {
        return plan.maxConnections() == Integer.MAX_VALUE ? "" : String.valueOf(plan.maxConnections());
    }

    private static void pause(Scenario.Edit edit, String text) {
        int comma = text.indexOf(',');
        if (comma < 0 || comma != text.lastIndexOf(',')) {
            throw new IllegalArgumentException("'" + text + "' is not AT,FOR, such as 1s,200ms");
        }
        long at = Duration.parse(text.substring(0, comma));
        long length = Duration.parse(text.substring(comma + 1));
        if (at == Scenario.NEVER || length == Scenario.NEVER) {
            throw new IllegalArgumentException("takes times that end");
        }
        List<ServerPlan.Pause> all = new ArrayList<>(edit.serverPlan.pauses());
        all.add(new ServerPlan.Pause(at, length));
        edit.serverPlan = edit.serverPlan.withPauses(all);
    }

    private static void answer(Scenario.Edit edit, String text) {
        List<Integer> sizes = new ArrayList<>();
        for (String size : text.split(",", -1)) {
            sizes.add(Numerals.whole(size, 1, MOST_ANSWER));
        }
        edit.answer = List.copyOf(sizes);
    }

    private static void sysctl(Scenario.Edit edit, String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("'" + text + "' is not NAME=VALUE");
        }
        Sysctl sysctl = Sysctl.named(text.substring(0, equals).strip());
        edit.sysctls.put(sysctl, sysctl.parse(text.substring(equals + 1)));
    }

    private static void clientOption(Scenario.Edit edit, String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("'" + text + "' is not NAME=NUMBER");
        }
        String name = text.substring(0, equals);
        SocketOption option = Arrays.stream(SocketOption.values())
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown socket option '" + name + "'"));
        int value = Numerals.whole(text.substring(equals + 1), -999_999_999, 999_999_999);
        edit.clientPlan = edit.clientPlan.with(option, value);
    }

    private static void loss(Scenario.Edit edit, String text) {
        double percent = Numerals.decimal(text);
        if (percent > 100) {
            throw new IllegalArgumentException("takes 0 to 100 percent, not " + text);
        }
        edit.loss = percent / 100;
    }

    private static void timers(Scenario.Edit edit, String text) {
        edit.timers = switch (text) {
            case "exact" -> Timers.EXACT;
            case "linux" -> Timers.LINUX;
            default -> throw new IllegalArgumentException("'" + text + "' is not exact or linux");
        };
    }
}
