package io.halfopen.app.simulate;

import io.halfopen.linux.Counter;
import io.halfopen.tcp.Stack;
import java.util.Map;
import java.util.TreeMap;

/** What was exercised: packets, drops, retransmissions by kind, connections by how their caller's side ended. */
final class Tally {
    private static final Counter[] COUNTERS = Counter.values();

    long seeds;
    long packets;
    long octets;
    long lost;
    long restarts;
    long ghosts;
    private final long[] counters = new long[COUNTERS.length];
    private final Map<String, Long> endings = new TreeMap<>();

    void addCounters(Stack stack) {
        for (int i = 0; i < COUNTERS.length; i++) {
            counters[i] += stack.counter(COUNTERS[i]);
        }
    }

    void add(WireCheck wire) {
        packets += wire.sent;
        octets += wire.octets;
        lost += wire.lost;
    }

    void addEnding(Conversation conversation) {
        End answerer = conversation.answerer();
        String answered = answerer == null ? End.NEVER_ACCEPTED : answerer.result();
        String caller = conversation.caller.result();
        endings.merge(worse(caller, answered), 1L, Long::sum);
    }

    /** One word for both sides. */
    private static String worse(String caller, String answerer) {
        if (caller.equals(End.CLEAN) && answerer.equals(End.CLEAN)) {
            return "closed in order";
        }
        if (caller.equals(End.POWER_LOST) || answerer.equals(End.POWER_LOST)) {
            return "lost power";
        }
        if (caller.equals("ETIMEDOUT") || answerer.equals("ETIMEDOUT")) {
            return "timed out";
        }
        if (answerer.equals(End.NEVER_ACCEPTED)) {
            return "never accepted";
        }
        return caller.startsWith("E") || answerer.startsWith("E") ? "reset" : "left early";
    }

    void add(Tally other) {
        seeds += other.seeds;
        packets += other.packets;
        octets += other.octets;
        lost += other.lost;
        restarts += other.restarts;
        ghosts += other.ghosts;
        for (int i = 0; i < counters.length; i++) {
            counters[i] += other.counters[i];
        }
        other.endings.forEach((ending, count) -> endings.merge(ending, count, Long::sum));
    }

    long counter(Counter counter) {
        return counters[counter.ordinal()];
    }

    Map<String, Long> endings() {
        return endings;
    }
}
