package io.halfopen.app.lab;

import io.halfopen.app.Durations;
import io.halfopen.app.KernelOption;
import io.halfopen.app.SysctlOption;
import io.halfopen.linux.Kernel;
import io.halfopen.tcp.Timers;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that make a scenario, each null when it was not given: the preset's value stands then. */
final class LabOptions {
    private static final int MOST_CLIENTS = 1_000_000;
    /** Each is a descriptor of this process. */
    private static final int MOST_CLIENTS_OF_KERNEL = 5_000;

    private static final int MOST_ANSWER = 1 << 24;
    private static final int MOST_FLOOD = 1_000_000;

    /** A flood comes over a wire: this long, if nothing else is said. */
    private static final long FLOOD_RTT = 20_000_000L;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(names = "--backlog", paramLabel = "N", description = "What listen() is called with (128).")
    private @Nullable Integer backlog;

    @Option(
            names = "--defer",
            paramLabel = "SECONDS",
            description = "TCP_DEFER_ACCEPT: how long accept() waits for a client's data (0: not at all).")
    private @Nullable Integer defer;

    @Option(
            names = "--accept-after",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "When the server begins to accept, counted from listen(), or never (0).")
    private @Nullable Long acceptAfter;

    @Option(
            names = "--service",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "How long a worker keeps a connection after its answer (0).")
    private @Nullable Long service;

    @Option(names = "--workers", paramLabel = "N", description = "Connections handled at a time (1).")
    private @Nullable Integer workers;

    @Option(
            names = "--answer",
            paramLabel = "BYTES",
            split = ",",
            description =
                    "What the server writes before it keeps or closes a connection, one number a write (nothing).")
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

    @Option(names = "--clients", paramLabel = "N", description = "How many connect (6).")
    private @Nullable Integer clients;

    @Option(
            names = "--start",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "When the first connects, counted from listen() (0).")
    private @Nullable Long start;

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "The time between two clients (0: all at once).")
    private @Nullable Long every;

    @Option(
            names = "--forked",
            negatable = true,
            description =
                    "Clients start as the articles' program forks them: 2 and 3 after 1 has connected, and so on.")
    private @Nullable Boolean forked;

    @Option(names = "--send", paramLabel = "BYTES", description = "What each client sends once connected (0).")
    private @Nullable Integer send;

    @Option(
            names = "--send-after",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "When it does, counted from its connection, or never (0).")
    private @Nullable Long sendAfter;

    @Option(
            names = "--hold",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "When a client closes, counted from its connection; forever; or 0, when the server has (0).")
    private @Nullable Long hold;

    @Option(
            names = "--replace",
            negatable = true,
            description = "Replace a client that is done while fewer than --clients have connected, as ab does.")
    private @Nullable Boolean replace;

    @Option(
            names = "--rtt",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "Round-trip time between clients and server (0: loopback).")
    private @Nullable Long rtt;

    @Option(names = "--loss", paramLabel = "PERCENT", description = "Packets lost, each direction, 0 to 100 (0).")
    private @Nullable Double loss;

    @Option(
            names = "--cut",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "When the wire breaks for good, counted from listen(); needs --rtt (never).")
    private @Nullable Long cut;

    @Option(
            names = "--flood",
            paramLabel = "RATE",
            description = "SYNs a second from addresses that never answer; --clients are the honest ones (0).")
    private @Nullable Integer flood;

    @Option(
            names = "--flood-for",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "How long they come, from listen() on (10s).")
    private @Nullable Long floodFor;

    @Option(names = "--seed", paramLabel = "N", description = "Decides all that is left to chance (1).")
    private @Nullable Long seed;

    @Option(
            names = "--kernel",
            paramLabel = "VERSION",
            converter = KernelOption.class,
            completionCandidates = KernelOption.Versions.class,
            description = "Whose rules: ${COMPLETION-CANDIDATES} (6.18).")
    private @Nullable Kernel kernel;

    @Option(
            names = "--timers",
            paramLabel = "HOW",
            converter = TimersOption.class,
            description = "exact, or linux: rounded up to the buckets of the kernel's timer wheel (exact).")
    private @Nullable Timers timers;

    @Option(
            names = "--on",
            paramLabel = "WHERE",
            description = {
                "Where it runs: sim, the simulator, in virtual time; or kernel, this machine's own kernel in a network",
                "namespace of its own, in real time (sim). The kernel needs root."
            })
    private On on = On.sim;

    /** What a scenario can run on. */
    enum On {
        sim,
        kernel
    }

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "How long it runs, virtual time (until nothing more can happen).")
    private @Nullable Long duration;

    /** Whether nothing was asked for that makes an experiment: a kernel, a seed, timers and an end do not. */
    boolean isEmpty() {
        boolean server =
                Stream.of(backlog, defer, acceptAfter, service, workers, answer).allMatch(Objects::isNull);
        boolean who = Stream.of(clients, start, every, forked, send, sendAfter, hold, replace)
                .allMatch(Objects::isNull);
        boolean wire = Stream.of(rtt, loss, cut, flood).allMatch(Objects::isNull);
        return server && who && wire && sysctls.isEmpty();
    }

    Scenario applyTo(Scenario base) {
        check();
        Scenario.Edit edit = base.edit();
        set(backlog, value -> edit.backlog = value);
        set(defer, value -> edit.defer = value);
        set(acceptAfter, value -> edit.acceptAfter = value);
        set(service, value -> edit.service = value);
        set(workers, value -> edit.workers = value);
        set(answer, value -> edit.answer = List.copyOf(value));
        sysctls.forEach(option -> edit.sysctls.put(option.sysctl(), option.values()));
        set(clients, value -> edit.clients = value);
        set(start, value -> edit.start = value);
        set(every, value -> edit.every = value);
        set(forked, value -> edit.forked = value);
        set(send, value -> edit.send = value);
        set(sendAfter, value -> edit.sendAfter = value);
        set(hold, value -> edit.hold = value);
        set(replace, value -> edit.replace = value);
        set(rtt, value -> edit.rtt = value);
        set(loss, value -> edit.loss = value / 100);
        set(cut, value -> edit.cut = value);
        set(flood, value -> edit.flood = value);
        set(floodFor, value -> edit.floodFor = value);
        edit.rtt = edit.flood > 0 && edit.rtt == 0 ? FLOOD_RTT : edit.rtt;
        set(seed, value -> edit.seed = value);
        set(kernel, value -> edit.kernel = value);
        set(timers, value -> edit.timers = value);
        set(duration, value -> edit.duration = value);
        return edit.done();
    }

    private static <T> void set(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    private void check() {
        atLeast("--workers", workers, 1);
        atLeast("--defer", defer, 0);
        atLeast("--clients", clients, 0);
        atLeast("--send", send, 0);
        atLeast("--flood", flood, 0);
        checkFlood();
        notNever(Map.of("--start", or0(start), "--every", or0(every), "--service", or0(service), "--rtt", or0(rtt)));
        notNever(Map.of("--flood-for", or0(floodFor)));
        if (clients != null && clients > MOST_CLIENTS) {
            throw bad("--clients takes at most " + MOST_CLIENTS + ", not " + clients);
        }
        if (answer != null && answer.stream().anyMatch(bytes -> bytes < 1)) {
            throw bad("--answer takes numbers above 0");
        }
        if (answer != null && answer.stream().anyMatch(bytes -> bytes > MOST_ANSWER)) {
            throw bad("--answer takes at most " + MOST_ANSWER + " octets a write");
        }
        if (loss != null && !(loss >= 0 && loss <= 100)) {
            String percent = BigDecimal.valueOf(loss).stripTrailingZeros().toPlainString();
            throw bad("--loss takes 0 to 100 percent, not " + percent);
        }
        if (on == On.kernel) {
            checkKernel();
        }
    }

    private void checkKernel() {
        if (clients != null && clients > MOST_CLIENTS_OF_KERNEL) {
            throw bad("--on kernel takes at most " + MOST_CLIENTS_OF_KERNEL + " --clients, not " + clients);
        }
        if (loss != null && loss > 0 && or0(rtt) == 0) {
            throw bad("--on kernel loses no packets on the loopback: --loss needs --rtt");
        }
    }

    /** Whose rules are asked for; 6.18's if none are, whatever the preset says. */
    Kernel rules() {
        return kernel == null ? Kernel.LINUX_6_18 : kernel;
    }

    boolean isOnKernel() {
        return on == On.kernel;
    }

    private void checkFlood() {
        if (flood != null && flood > MOST_FLOOD) {
            throw bad("--flood takes at most " + MOST_FLOOD + " SYNs a second, not " + flood);
        }
        if (flood != null && flood > 0 && rtt != null && rtt == 0) {
            throw bad("--flood comes over a wire: --rtt must not be 0");
        }
    }

    private static long or0(@Nullable Long value) {
        return value == null ? 0 : value;
    }

    private void atLeast(String option, @Nullable Integer value, int least) {
        if (value != null && value < least) {
            throw bad(option + " takes " + least + " or more, not " + value);
        }
    }

    private void notNever(Map<String, Long> durations) {
        durations.forEach((option, value) -> {
            if (value == Durations.NEVER) {
                throw bad(option + " takes a time that ends");
            }
        });
    }

    private ParameterException bad(String message) {
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the spec");
        }
        return new ParameterException(spec.commandLine(), message);
    }
}
