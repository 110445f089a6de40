package io.halfopen.drill;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The segments that the machine has sent and that no event has taken yet, oldest first. */
final class Traffic {
    /** How long to look for a packet that is missing, so that the message can say when it came. */
    private static final long LATE_IN_VIRTUAL_TIME = 300_000_000_000L;

    private static final long LATE = 1_000_000_000L;

    /** How long {@code *} is. */
    private static final long ANY_TIME = 180_000_000_000L;

    private final Machine machine;
    private final Timeline timeline;
    private final Deque<Sent> waiting = new ArrayDeque<>();

    Traffic(Machine machine, Timeline timeline) {
        this.machine = machine;
        this.timeline = timeline;
    }

    /** How many segments were sent that nothing has expected so far. */
    int unexpected() throws Stop {
        collect();
        return waiting.size();
    }

    /** What no event has expected. */
    Iterable<Sent> rest() throws Stop {
        collect();
        return waiting;
    }

    private void collect() throws Stop {
        Machine.Captured captured = machine.poll();
        while (captured != null) {
            Sent sent = PacketBytes.parse(captured);
            if (sent != null) {
                waiting.add(sent);
            }
            captured = machine.poll();
        }
    }

    /** The next one of this subject, sent until then; null if there is none. */
    @Nullable
    Sent await(Subject subject, long until) throws Stop {
        long deadline = until == Long.MAX_VALUE ? machine.now() + ANY_TIME : until;
        Sent sent = take(subject);
        while (sent == null && machine.now() < deadline) {
            timeline.step(deadline);
            sent = take(subject);
        }
        return sent;
    }

    /** The one that was missing, for the message. */
    @Nullable
    Sent awaitLate(Subject subject) throws Stop {
        boolean virtual = machine.name().equals("stack");
        return await(subject, machine.now() + (virtual ? LATE_IN_VIRTUAL_TIME : LATE));
    }

    private @Nullable Sent take(Subject subject) throws Stop {
        collect();
        for (Iterator<Sent> each = waiting.iterator(); each.hasNext(); ) {
            Sent sent = each.next();
            if (subject.has(sent)) {
                each.remove();
                return sent;
            }
        }
        return null;
    }

    /** Segments that follow each other are one up to this length, as if the network card had split it. */
    Sent joined(Sent first, int length, Subject subject) throws Stop {
        Sent whole = first;
        collect();
        boolean more = whole.packet().length() > 0 && whole.packet().length() < length;
        while (more) {
            Sent next = following(whole, subject);
            more = next != null && whole.packet().length() + next.packet().length() <= length;
            if (more && next != null) {
                waiting.remove(next);
                whole = join(whole, next);
                more = whole.packet().length() < length;
            }
        }
        return whole;
    }

    private @Nullable Sent following(Sent whole, Subject subject) {
        TcpPacket before = whole.packet();
        for (Sent each : waiting) {
            if (subject.has(each)) {
                TcpPacket packet = each.packet();
                boolean follows = packet.seq() == before.seq() + before.length()
                        && packet.ack() == before.ack()
                        && packet.length() > 0;
                return follows ? each : null;
            }
        }
        return null;
    }

    private static Sent join(Sent a, Sent b) {
        TcpPacket whole = b.packet()
                .withLength(a.packet().length() + b.packet().length())
                .withSeq(a.packet().seq());
        return new Sent(b.time(), b.remote(), b.remotePort(), b.localPort(), a.zeroes() && b.zeroes(), whole, b.rule());
    }
}
