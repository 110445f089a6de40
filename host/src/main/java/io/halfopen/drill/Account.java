package io.halfopen.drill;

import io.halfopen.linux.Rule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a script said and what the machine did, step by step, for whoever wants to see both side by side. */
public final class Account {
    private final List<Step> steps = new ArrayList<>();

    /** What a step is about. */
    public enum Kind {
        /** A call, a check or a command. */
        CALL,
        /** A packet of the script. */
        INJECTED,
        /** A packet of the machine that the script waits for. */
        EXPECTED,
        /** A packet of the machine that it says nothing of. */
        UNEXPECTED
    }

    /** How far a step came. */
    public enum Mark {
        DONE,
        DIFFERS,
        NOT_REACHED
    }

    /**
     * One step.
     *
     * @param line in the script; 0 for what it says nothing of
     * @param time when it was done, seconds since the script began; "" if it was not
     * @param script what stands in the script, of a packet that is expected with when it may come
     * @param machine what the machine did, in the same notation
     * @param rule which decided about an injected packet, or sent one; null where the machine does not tell
     */
    public record Step(
            int line,
            Kind kind,
            String time,
            String script,
            String machine,
            @Nullable Rule rule,
            Mark mark) {
        private Step marked(String text) {
            return new Step(line, kind, time, script, machine.isEmpty() ? text : machine, rule, Mark.DIFFERS);
        }
    }

    /** In the order in which they happened; a packet that nothing expected stands where it was sent. */
    public List<Step> steps() {
        return List.copyOf(steps);
    }

    void did(Event event, String time, String script) {
        Kind kind = event.action() instanceof Action.Packet ? Kind.INJECTED : Kind.CALL;
        steps.add(new Step(event.place().line(), kind, time, script, "", null, Mark.DONE));
    }

    /** The last packet that was injected met this rule. */
    void decided(@Nullable Rule rule) {
        Step last = steps.removeLast();
        steps.add(new Step(last.line, last.kind, last.time, last.script, last.machine, rule, last.mark));
    }

    void expected(Event event, String time, String script, String machine, @Nullable Rule rule) {
        steps.add(new Step(event.place().line(), Kind.EXPECTED, time, script, machine, rule, Mark.DONE));
    }

    /** The script ended at this event, and the one that stands at this line is to blame. */
    void stopped(Event at, String script, int line, String reason) {
        for (int i = steps.size() - 1; i >= 0; i--) {
            if (steps.get(i).line == line) {
                steps.set(i, steps.get(i).marked(reason));
                return;
            }
        }
        notReached(at, script);
        steps.add(steps.removeLast().marked(reason));
    }

    void notReached(Event event, String script) {
        Kind kind = !(event.action() instanceof Action.Packet packet)
                ? Kind.CALL
                : packet.inbound() ? Kind.INJECTED : Kind.EXPECTED;
        steps.add(new Step(event.place().line(), kind, "", script, "", null, Mark.NOT_REACHED));
    }

    /** Nothing in the script is about this one. */
    void unexpected(String time, String machine, @Nullable Rule rule) {
        int place = 0;
        for (int i = 0; i < steps.size(); i++) {
            String before = steps.get(i).time;
            place = !before.isEmpty() && Double.parseDouble(before) <= Double.parseDouble(time) ? i + 1 : place;
        }
        steps.add(place, new Step(0, Kind.UNEXPECTED, time, "", machine, rule, Mark.DONE));
    }
}
