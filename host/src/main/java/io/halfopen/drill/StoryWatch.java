package io.halfopen.drill;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Poll;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;

/** What poll(2) and TCP_INFO say of the sockets of a story, written down where it has changed. */
final class StoryWatch {
    /** By how long ago something was, or how fast it went: real time differs from virtual time in them. */
    private static final Set<String> OF_TIME = Set.of(
            "tcpi_last_data_sent",
            "tcpi_last_data_recv",
            "tcpi_last_ack_recv",
            "tcpi_last_ack_sent",
            "tcpi_ato",
            "tcpi_rttvar",
            "tcpi_pacing_rate",
            "tcpi_delivery_rate",
            "tcpi_delivery_rate_app_limited",
            "tcpi_busy_time",
            "tcpi_rwnd_limited",
            "tcpi_sndbuf_limited",
            "tcpi_total_rto_time");

    /** The flags of one octet say the same as fields of their own. */
    private static final Set<String> TWICE = Set.of("tcpi_wscales", "tcpi_flags");

    /** As fields of their own, so that they can be compared with what real time does to them. */
    static final Set<String> ROUGH = Set.of("tcpi_rto", "tcpi_rtt", "tcpi_min_rtt", "tcpi_rcv_rtt");

    private final Machine machine;
    private final StoryScript script;
    private final Set<String> asserted;
    private final Map<Integer, Map<String, Long>> seen = new HashMap<>();
    private final Map<Integer, Integer> polled = new HashMap<>();

    StoryWatch(Machine machine, StoryScript script, Set<String> asserted) {
        this.machine = machine;
        this.script = script;
        this.asserted = asserted;
    }

    /** Counters have changed by so much since the beginning. */
    void counted(Map<Counter, Long> first, Map<Counter, Long> now) {
        now.forEach((counter, value) -> {
            if (asserted.contains(counter.name())) {
                script.check(counter.name() + " == " + (value - first.getOrDefault(counter, 0L)));
            }
        });
    }

    void look(int fd, int name, List<String> lines) {
        int bits = machine.poll(fd);
        Integer before = polled.put(name, bits);
        if (before == null || before != bits) {
            lines.add("poll(" + name + ") = " + names(bits));
        }
        if (asserted.contains("poll")) {
            script.poll(name, names(bits));
        }
        Map<String, Long> last = seen.computeIfAbsent(name, key -> new HashMap<>());
        for (Map.Entry<String, Long> field : new TreeMap<>(machine.info(fd)).entrySet()) {
            look(name, field.getKey(), field.getValue(), last, lines);
        }
    }

    private void look(int name, String field, long value, Map<String, Long> last, List<String> lines) {
        if (OF_TIME.contains(field) || TWICE.contains(field) || !field.startsWith("tcpi_")) {
            return;
        }
        Long before = last.put(field, value);
        if (ROUGH.contains(field) || before == null || before != value) {
            lines.add("fd" + name + "." + field + " = " + value);
        }
        if (asserted.contains(field)) {
            script.check("fd" + name + "." + field + " == " + value);
        }
    }

    private static String names(int bits) {
        if (bits <= 0) {
            return "0";
        }
        StringJoiner names = new StringJoiner("|");
        String[] all = {"POLLIN", "POLLPRI", "POLLOUT", "POLLERR", "POLLHUP"};
        for (int i = 0; i < all.length; i++) {
            if ((bits & 1 << i) != 0) {
                names.add(all[i]);
            }
        }
        return ((bits & Poll.POLLRDHUP) != 0 ? names.add("POLLRDHUP") : names).toString();
    }
}
