package io.halfopen.drill;

import io.halfopen.linux.Counter;
import io.halfopen.linux.TcpState;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Evaluates what stands in <code>%{ }%</code>. */
final class Checks {
    private static final Pattern OF_FD = Pattern.compile("fd(\\d+)\\.(tcpi_\\w+)");

    /** linux/tcp.h, TCPI_OPT_. */
    private static final Map<String, Integer> CONSTANTS = Map.of(
            "TCPI_OPT_TIMESTAMPS", 1,
            "TCPI_OPT_SACK", 2,
            "TCPI_OPT_WSCALE", 4,
            "TCPI_OPT_ECN", 8,
            "TCPI_OPT_SYN_DATA", 32);

    private final Machine machine;
    private final Subjects subjects;
    private final SystemCalls calls;
    private final Traffic traffic;
    private final StringBuilder notes;
    private final Map<String, Double> variables = new HashMap<>();
    private final Map<Counter, Long> before;

    /** Thrown out of a formula: there is no checked way. */
    private static final class Unknown extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Stop stop;

        Unknown(Stop stop) {
            super(stop);
            this.stop = stop;
        }
    }

    Checks(Machine machine, Subjects subjects, SystemCalls calls, Traffic traffic, StringBuilder notes) {
        this.machine = machine;
        this.subjects = subjects;
        this.calls = calls;
        this.traffic = traffic;
        this.notes = notes;
        before = machine.counters();
    }

    void run(Action.Check check) throws Stop {
        try {
            for (Statement statement : check.statements()) {
                run(statement);
            }
        } catch (Unknown unknown) {
            throw unknown.stop;
        }
    }

    private void run(Statement statement) throws Stop {
        switch (statement) {
            case Statement.Assign assign ->
                variables.put(assign.name(), assign.formula().value(this::valueOf));
            case Statement.Print print ->
                notes.append(print.text())
                        .append(": ")
                        .append(print.formulas().stream()
                                .map(formula -> number(formula.value(this::valueOf)))
                                .collect(Collectors.joining(" ")))
                        .append('\n');
            case Statement.Assert that -> {
                if (!that.formula().isTrue(this::valueOf)) {
                    throw Stop.failed(that.text() + ": " + values(that));
                }
            }
        }
    }

    private String values(Statement.Assert that) {
        Set<String> names = new LinkedHashSet<>(that.names());
        return names.isEmpty()
                ? "is false"
                : names.stream()
                        .map(name -> name + " is " + number(valueOf(name)))
                        .collect(Collectors.joining(", "));
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.6g", value);
    }

    private double valueOf(String name) {
        try {
            Double value = find(name);
            if (value == null) {
                throw Stop.failed("unknown name '" + name + "'");
            }
            return value;
        } catch (Stop stop) {
            throw new Unknown(stop);
        }
    }

    private @Nullable Double find(String name) throws Stop {
        Double variable = variables.get(name);
        if (variable != null) {
            return variable;
        }
        if (name.equals("unexpected_packets")) {
            return (double) traffic.unexpected();
        }
        Matcher ofFd = OF_FD.matcher(name);
        if (ofFd.matches()) {
            return info(calls.liveFd(Integer.parseInt(ofFd.group(1))), ofFd.group(2));
        }
        if (name.startsWith("tcpi_")) {
            return info(currentFd(), name);
        }
        Double counted = counted(name);
        return counted != null ? counted : constant(name);
    }

    private int currentFd() throws Stop {
        Subject subject = subjects.current();
        if (subject == null || subject.scriptFd < 0) {
            throw Stop.failed("there is no socket under test to ask: write fd3.tcpi_...");
        }
        return calls.liveFd(subject.scriptFd);
    }

    private double info(int fd, String field) throws Stop {
        Long value = machine.info(fd).get(field);
        if (value == null) {
            throw Stop.unsupported(field);
        }
        return value;
    }

    /** {@code ListenDrops} or {@code TcpExtListenDrops}: by how much it has grown since the script began. */
    private @Nullable Double counted(String name) {
        for (Map.Entry<Counter, Long> entry : before.entrySet()) {
            Counter counter = entry.getKey();
            if (name.equals(counter.name()) || name.equals(counter.fullName())) {
                return (double) (machine.counters().getOrDefault(counter, 0L) - entry.getValue());
            }
        }
        return null;
    }

    private static @Nullable Double constant(String name) {
        for (TcpState state : TcpState.values()) {
            if (name.equals("TCP_" + state.name())) {
                return (double) state.number();
            }
        }
        Integer constant = CONSTANTS.get(name);
        Long symbol = Symbols.value(name.startsWith("TCP_CA_") ? name.toUpperCase(Locale.ROOT) : name);
        return constant != null ? Double.valueOf(constant) : symbol != null ? Double.valueOf(symbol) : null;
    }
}
