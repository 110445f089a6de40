package io.halfopen.app.lab;

import io.halfopen.app.Values;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about the clients. */
final class ClientOptions {
    private static final int MOST_CLIENTS = 1_000_000;
    private static final int MOST_FLOOD = 1_000_000;

    @Option(names = "--clients", paramLabel = "N", converter = Values.Ints.class, description = "How many connect (6).")
    private @Nullable Values<Integer> clients;

    @Option(
            names = "--start",
            paramLabel = "DURATION",
            converter = Values.Times.class,
            description = "When the first connects, counted from listen() (0).")
    private @Nullable Values<Long> start;

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            converter = Values.Times.class,
            description = "The time between two clients (0: all at once).")
    private @Nullable Values<Long> every;

    @Option(
            names = "--burst",
            paramLabel = "N",
            converter = Values.Ints.class,
            description = "So many come at a time; --every is between two bursts (1).")
    private @Nullable Values<Integer> burst;

    @Option(
            names = "--poisson",
            negatable = true,
            description = "The times between them are drawn by lot; --every is their mean.")
    private @Nullable Boolean poisson;

    @Option(
            names = "--forked",
            negatable = true,
            description =
                    "Clients start as the articles' program forks them: 2 and 3 after 1 has connected, and so on.")
    private @Nullable Boolean forked;

    @Option(
            names = "--connect-timeout",
            paramLabel = "DURATION",
            converter = Values.Times.class,
            description = "How long a client waits for connect() (as long as the kernel does).")
    private @Nullable Values<Long> connectTimeout;

    @Option(
            names = "--retries",
            paramLabel = "N",
            converter = Values.Ints.class,
            description = "How often it tries again if connect() fails (0).")
    private @Nullable Values<Integer> retries;

    @Option(
            names = "--retry-after",
            paramLabel = "DURATION",
            converter = Values.Times.class,
            description = "How long it waits before it does (0).")
    private @Nullable Values<Long> retryAfter;

    @Option(
            names = "--send",
            paramLabel = "BYTES",
            converter = Values.Ints.class,
            description = "What each client sends once connected (0).")
    private @Nullable Values<Integer> send;

    @Option(
            names = "--send-after",
            paramLabel = "DURATION",
            converter = Values.Times.class,
            description = "When it does, counted from its connection, or never (0).")
    private @Nullable Values<Long> sendAfter;

    @Option(
            names = "--hold",
            paramLabel = "DURATION",
            converter = Values.Times.class,
            description = "When a client closes, counted from its connection; forever; or 0, when the server has (0).")
    private @Nullable Values<Long> hold;

    @Option(names = "--reset", negatable = true, description = "Clients close with an RST: SO_LINGER 0.")
    private @Nullable Boolean reset;

    @Option(
            names = "--client-option",
            paramLabel = "NAME=VALUE",
            converter = ClientOption.Converter.class,
            description = "A socket option of the clients, for example TCP_SYNCNT=2; repeatable.")
    private List<ClientOption> options = List.of();

    @Option(
            names = "--replace",
            negatable = true,
            description = "Replace a client that is done while fewer than --clients have connected, as ab does.")
    private @Nullable Boolean replace;

    @Option(
            names = "--flood",
            paramLabel = "RATE",
            converter = Values.Ints.class,
            description = "SYNs a second from addresses that never answer; --clients are the honest ones (0).")
    private @Nullable Values<Integer> flood;

    @Option(
            names = "--flood-for",
            paramLabel = "DURATION",
            converter = Values.Times.class,
            description = "How long they come, from listen() on (10s).")
    private @Nullable Values<Long> floodFor;

    void addTo(Settings all) {
        all.within(0, MOST_CLIENTS, "", "--clients", clients, (edit, value) -> edit.clients = value);
        all.ending("--start", start, (edit, value) -> edit.start = value);
        all.ending("--every", every, (edit, value) -> edit.every = value);
        all.atLeast(1, "--burst", burst, (edit, value) -> edit.clientPlan = edit.clientPlan.withBurst(value));
        all.set("--poisson", poisson, (edit, value) -> edit.clientPlan = edit.clientPlan.withPoisson(value));
        all.set("--forked", forked, (edit, value) -> edit.forked = value);
        addPatience(all);
        all.atLeast(0, "--send", send, (edit, value) -> edit.send = value);
        all.add("--send-after", sendAfter, (edit, value) -> edit.sendAfter = value);
        all.add("--hold", hold, (edit, value) -> edit.hold = value);
        all.set("--reset", reset, (edit, value) -> edit.clientPlan = edit.clientPlan.withReset(value));
        options.forEach(each -> all.set(
                "--client-option",
                each,
                (edit, value) -> edit.clientPlan = edit.clientPlan.with(value.option(), value.value())));
        all.set("--replace", replace, (edit, value) -> edit.replace = value);
        all.within(0, MOST_FLOOD, " SYNs a second", "--flood", flood, (edit, value) -> edit.flood = value);
        all.ending("--flood-for", floodFor, (edit, value) -> edit.floodFor = value);
    }

    private void addPatience(Settings all) {
        all.add(
                "--connect-timeout",
                connectTimeout,
                (edit, value) -> edit.clientPlan = edit.clientPlan.withConnectTimeout(value));
        all.atLeast(0, "--retries", retries, (edit, value) -> edit.clientPlan = edit.clientPlan.withRetries(value));
        all.ending(
                "--retry-after", retryAfter, (edit, value) -> edit.clientPlan = edit.clientPlan.withRetryAfter(value));
    }
}
