package io.halfopen.app.lab;

import io.halfopen.app.SysctlOption;
import io.halfopen.app.Values;
import io.halfopen.lab.ServerPlan;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about the server. */
final class ServerOptions {
    private static final int MOST_ANSWER = 1 << 24;

    @Option(
            names = "--backlog",
            paramLabel = "N",
            converter = Values.Ints.class,
            description = "What listen() is called with (128).")
    private @Nullable Values<Integer> backlog;

    @Option(
            names = "--defer",
            paramLabel = "SECONDS",
            converter = Values.Ints.class,
            description = "TCP_DEFER_ACCEPT: how long accept() waits for a client's data (0: not at all).")
    private @Nullable Values<Integer> defer;

    @Option(
            names = "--accept-after",
            paramLabel = "DURATION",
            converter = Values.Times.class,
            description = "When the server begins to accept, counted from listen(), or never (0).")
    private @Nullable Values<Long> acceptAfter;

    @Option(
            names = "--accept-rate",
            paramLabel = "RATE",
            converter = Values.Decimals.class,
            description = "accept() calls a second, at most (as many as can be).")
    private @Nullable Values<Double> acceptRate;

    @Option(
            names = "--service",
            paramLabel = "DURATION",
            converter = Values.Times.class,
            description =
                    "How long a worker keeps a connection after its answer; with --acceptor, how long it works before it (0).")
    private @Nullable Values<Long> service;

    @Option(
            names = "--workers",
            paramLabel = "N",
            converter = Values.Ints.class,
            description = "Connections handled at a time (1).")
    private @Nullable Values<Integer> workers;

    @Option(
            names = "--acceptor",
            negatable = true,
            description = "accept() is a thread of its own, which hands connections to the workers.")
    private @Nullable Boolean acceptor;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            converter = Values.Ints.class,
            description = "The acceptor lets so many be open at a time (any number).")
    private @Nullable Values<Integer> maxConnections;

    @Option(
            names = "--pause",
            paramLabel = "AT,FOR",
            converter = PauseOption.class,
            description = "The server stands still, as in a garbage collection: 1s,200ms; repeatable.")
    private List<ServerPlan.Pause> pauses = List.of();

    @Option(
            names = "--answer",
            paramLabel = "BYTES",
            split = ",",
            description = "What a worker writes, one number a write (nothing).")
    private @Nullable List<Integer> answer;

    @Option(
            names = "--sysctl",
            paramLabel = "NAME=VALUE",
            converter = SysctlOption.Converter.class,
            description = {
                "A kernel setting by its full name, for example",
                "net.ipv4.tcp_abort_on_overflow=1; repeatable."
            })
    private List<SysctlOption> sysctls = List.of();

    void addTo(Settings all) {
        all.add("--backlog", backlog, (edit, value) -> edit.backlog = value);
        all.atLeast(0, "--defer", defer, (edit, value) -> edit.defer = value);
        all.add("--accept-after", acceptAfter, (edit, value) -> edit.acceptAfter = value);
        addRate(all);
        all.add("--service", service, (edit, value) -> edit.service = value);
        all.atLeast(1, "--workers", workers, (edit, value) -> edit.workers = value);
        all.set("--acceptor", acceptor, (edit, value) -> edit.serverPlan = edit.serverPlan.withAcceptor(value));
        all.atLeast(
                1,
                "--max-connections",
                maxConnections,
                (edit, value) -> edit.serverPlan = edit.serverPlan.withMaxConnections(value));
        if (!pauses.isEmpty()) {
            all.set("--pause", pauses, (edit, value) -> edit.serverPlan = edit.serverPlan.withPauses(value));
        }
        addAnswer(all);
        sysctls.forEach(each ->
                all.set("--sysctl", each, (edit, option) -> edit.sysctls.put(option.sysctl(), option.values())));
    }

    private void addRate(Settings all) {
        if (acceptRate != null && acceptRate.values().stream().anyMatch(rate -> !(rate > 0 && rate <= 1e9))) {
            throw all.bad("--accept-rate takes a number above 0, a second");
        }
        all.add("--accept-rate", acceptRate, (edit, value) -> edit.serverPlan = edit.serverPlan.withAcceptRate(value));
    }

    private void addAnswer(Settings all) {
        if (answer != null && answer.stream().anyMatch(bytes -> bytes < 1)) {
            throw all.bad("--answer takes numbers above 0");
        }
        if (answer != null && answer.stream().anyMatch(bytes -> bytes > MOST_ANSWER)) {
            throw all.bad("--answer takes at most " + MOST_ANSWER + " octets a write");
        }
        all.set("--answer", answer, (edit, value) -> edit.answer = List.copyOf(value));
    }
}
