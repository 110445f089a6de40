package io.halfopen.app.watch;

import io.halfopen.app.capture.TcpView;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SynJudge;
import io.halfopen.linux.TcpState;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which listener dropped which segment, and why. A SYN that no SYN-ACK follows was dropped; the reason is what the
 * stack's own judge says for the queue lengths of that moment. Those are the kernel's, from the last time it was asked,
 * and what the packets since then have made of them. A final ACK that met a full accept queue is asked about.
 */
final class Attribution {
    /** Answers come in the same softirq; a block of the ring comes some milliseconds later. */
    static final long PATIENCE = 60_000_000L;

    /** The same packet seen on a second interface, such as a bridge, and not a repetition. */
    private static final long SAME_PACKET = 50_000_000L;

    private static final int MOST = 200_000;

    /** How a flow's socket stands now; {@link TcpState#LISTEN} or null where it has none of its own. */
    interface Question {
        @Nullable
        TcpState stateOf(Flow flow);
    }

    /** A SYN that may still be answered; the number tells two of a flow apart. */
    private record Pending(long number, Flow flow, long time, int seq, Watched listener, Rule judged) {}

    /** The SYN-ACK's number is not known where only the kernel has told of it. */
    private record Half(Watched listener, @Nullable Integer isn, long time) {
        boolean isFinishedBy(int ack) {
            return isn == null || ack == isn + 1;
        }
    }

    private final Board board;
    private final Kernel kernel;
    private final Question question;
    private final Map<Flow, Pending> unanswered = new HashMap<>();
    private final Deque<Pending> order = new ArrayDeque<>();
    private final Map<Flow, Half> halfOpen = new HashMap<>();
    private final RecentTimes cookies = new RecentTimes();
    private final RecentTimes waiting = new RecentTimes();
    /** SYNs without an answer that the listener had room for: whoever dropped them was not the listener. */
    private long unexplained;

    private long syns;

    Attribution(Board board, Kernel kernel, Question question) {
        this.board = board;
        this.kernel = kernel;
        this.question = question;
    }

    long unexplained() {
        return unexplained;
    }

    /** What the kernel says itself about half-open connections; what became of others was not seen. */
    void take(Sample sample) {
        Set<Flow> known = sample.halfOpen();
        if (known != null) {
            halfOpen.entrySet()
                    .removeIf(
                            each -> each.getValue().time < sample.time() - PATIENCE && !known.contains(each.getKey()));
            for (Flow flow : known) {
                Watched listener = board.listenerFor(flow.local(), flow.localPort());
                if (listener != null && halfOpen.size() < MOST) {
                    halfOpen.putIfAbsent(flow, new Half(listener, null, sample.time()));
                }
            }
        }
    }

    void packet(long time, TcpView packet) {
        if (packet.isSynAck()) {
            Flow flow = new Flow(packet.source, packet.sourcePort, packet.destination, packet.destinationPort);
            synAck(time, flow, packet);
        } else if (packet.has(TcpHeader.RST)) {
            reset(packet);
        } else {
            Watched listener = board.listenerFor(packet.destination, packet.destinationPort);
            if (listener != null && board.isLocal(packet.destination)) {
                Flow flow = new Flow(packet.destination, packet.destinationPort, packet.source, packet.sourcePort);
                if (packet.isSyn()) {
                    syn(time, flow, packet, listener);
                } else if (packet.has(TcpHeader.ACK)) {
                    finish(flow, packet, listener);
                }
            }
        }
    }

    private void syn(long time, Flow flow, TcpView packet, Watched listener) {
        if (halfOpen.containsKey(flow)) {
            return;
        }
        Pending before = unanswered.get(flow);
        if (before != null && before.seq == packet.seq && time - before.time < SAME_PACKET) {
            return;
        }
        Pending pending = new Pending(syns++, flow, time, packet.seq, listener, judge(listener));
        unanswered.put(flow, pending);
        order.add(pending);
    }

    private Rule judge(Watched listener) {
        Settings settings = board.settings();
        return SynJudge.judge(
                kernel,
                listener.halfOpen,
                listener.halfOpen,
                listener.queued,
                listener.backlog,
                settings.syncookies(),
                settings.maxSynBacklog(),
                false);
    }

    private void synAck(long time, Flow flow, TcpView packet) {
        Pending asked = unanswered.remove(flow);
        if (asked == null) {
            return;
        }
        Watched listener = asked.listener;
        if (kernel.refusesSyn(listener.queued, listener.backlog, listener.halfOpen)) {
            // accept() has been called since the queue was last looked at, or this would be no answer
            listener.queued = listener.backlog;
        }
        if (judge(listener) == Rule.SYN_COOKIE_SENT) {
            listener.cookies++;
            cookies.putIfAbsent(flow, time);
        } else {
            listener.seeHalfOpen(Math.min(listener.halfOpen + 1, listener.backlog + 1));
            if (halfOpen.size() < MOST) {
                halfOpen.put(flow, new Half(listener, packet.seq, time));
            }
        }
        long since = waiting.remove(flow);
        if (since != RecentTimes.NONE) {
            listener.waitedFor((time - since) / 1e9);
        }
    }

    /** The end of a handshake, or a segment of a connection that there is. */
    private void finish(Flow flow, TcpView packet, Watched listener) {
        Half half = halfOpen.get(flow);
        if (half == null) {
            finishCookie(flow, listener);
            return;
        }
        if (!half.isFinishedBy(packet.ack)) {
            return;
        }
        boolean bare = packet.payload == 0 && !packet.has(TcpHeader.FIN);
        if (listener.isFull()) {
            decide(flow, listener);
        } else if (bare && isDeferred(flow, listener)) {
            listener.defers = true;
        } else {
            accepted(flow, listener);
        }
    }

    private void decide(Flow flow, Watched listener) {
        TcpState state = question.stateOf(flow);
        boolean none = state == null || state == TcpState.LISTEN;
        if (state == TcpState.SYN_RECV) {
            listener.drop(Rule.FINAL_ACK_IGNORED, false);
        } else if (none && board.settings().abortOnOverflow() != 0) {
            listener.drop(Rule.FINAL_ACK_RESET, false);
            forget(flow);
        } else {
            accepted(flow, listener);
        }
    }

    /** A listener's first handshakes tell: it has room, and yet keeps one half-open. */
    private boolean isDeferred(Flow flow, Watched listener) {
        if (listener.asked < 3 && !listener.defers) {
            listener.asked++;
            return question.stateOf(flow) == TcpState.SYN_RECV;
        }
        return listener.defers;
    }

    private void accepted(Flow flow, Watched listener) {
        forget(flow);
        listener.handshakes++;
        listener.queued++;
        listener.queuedPeak = Math.max(listener.queuedPeak, Math.min(listener.queued, listener.backlog + 1));
    }

    private void forget(Flow flow) {
        Half half = halfOpen.remove(flow);
        if (half != null) {
            half.listener.seeHalfOpen(half.listener.halfOpen - 1);
        }
    }

    private void finishCookie(Flow flow, Watched listener) {
        if (!cookies.contains(flow)) {
            return;
        }
        if (listener.isFull()) {
            TcpState state = question.stateOf(flow);
            if (state == null || state == TcpState.LISTEN) {
                listener.drop(Rule.COOKIE_ACK_IGNORED, false);
                return;
            }
        }
        cookies.remove(flow);
        listener.handshakes++;
        listener.queued++;
    }

    private void reset(TcpView packet) {
        forget(new Flow(packet.source, packet.sourcePort, packet.destination, packet.destinationPort));
        forget(new Flow(packet.destination, packet.destinationPort, packet.source, packet.sourcePort));
    }

    /** SYNs from before {@code until} will not be answered any more. */
    void settle(long until) {
        while (!order.isEmpty() && order.peek().time <= until) {
            Pending pending = order.remove();
            Pending latest = unanswered.get(pending.flow);
            if (latest == null) {
                continue; // it was answered
            }
            if (latest.number == pending.number) {
                unanswered.remove(pending.flow);
            }
            if (pending.judged.verdict() == Rule.Verdict.DROP) {
                pending.listener.drop(pending.judged, false);
                waiting.putIfAbsent(pending.flow, pending.time);
            } else {
                unexplained++;
            }
        }
    }
}
