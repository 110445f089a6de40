package io.halfopen.tcp;

import io.halfopen.linux.TcpState;
import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.receive.Receiver;
import io.halfopen.tcp.send.Flight;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Dormant;
import io.halfopen.tcp.socket.Flow;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.TimeWait;
import io.halfopen.wire.SeqNumber;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of a stack between any two calls, as seen from inside: for simulations and fuzzing. Above all, no
 * timer is forgotten: whoever is owed something by the network has a timer, or else waits for its own process or for
 * its peer to speak first.
 */
final class SelfCheck {
    private @Nullable String fault;

    private SelfCheck() {}

    /** The first thing that is wrong, as a sentence; null if nothing is. */
    static @Nullable String run(Core core) {
        SelfCheck check = new SelfCheck();
        core.flows.forEach(check::look);
        return check.fault;
    }

    private void look(Flow flow) {
        String found = switch (flow) {
            case Connection c -> lookAt(c);
            case Dormant d -> d.isScheduled() ? "a connection that nobody uses has a timer" : null;
            case HalfOpen half -> half.isScheduled() ? null : "a half-open has no timer";
            case TimeWait rest -> rest.isScheduled() ? null : "a TIME_WAIT has no timer";
        };
        if (found != null && fault == null) {
            fault = found + " (port " + flow.localPort() + ", peer's port " + flow.remotePort() + ")";
        }
    }

    private static @Nullable String lookAt(Connection c) {
        if (c.state() == TcpState.CLOSE || c.state() == TcpState.LISTEN || c.state() == TcpState.TIME_WAIT) {
            return "a connection in " + c.state() + " is in the flow table";
        }
        String timers = lookAtTimers(c);
        String buffers = timers == null ? lookAtBuffers(c) : timers;
        return buffers == null && !c.isOpening() && c.fastOpen == null ? lookAtFlight(c) : buffers;
    }

    private static @Nullable String lookAtTimers(Connection c) {
        Sender sender = c.sender;
        long sending = Math.min(sender.timer.due, sender.pacing.due);
        long staying = c.keepAlive == null ? Timer.NEVER : c.keepAlive.due;
        long receiving = Math.min(c.receiver.acks.due, c.receiver.acks.sacks.due);
        long due = Math.min(staying, Math.min(sending, receiving));
        if (due != Timer.NEVER && !(c.isScheduled() && c.deadline <= due)) {
            return "a timer is due that the wheel does not know of";
        }
        if (c.deferred || sending != Timer.NEVER) {
            return null;
        }
        if (c.isOpening() || c.fastOpen != null) {
            return "a handshake has no timer";
        }
        if (sender.hasInFlight()) {
            return "something is in flight and no timer runs for it";
        }
        if (sender.pending() > 0) {
            return "something waits to be sent, nothing is in flight, and no timer runs for it";
        }
        return c.isOrphan() && staying == Timer.NEVER ? "a closed connection waits for its peer without a timer" : null;
    }

    private static @Nullable String lookAtBuffers(Connection c) {
        Receiver receiver = c.receiver;
        if (receiver.readable() < 0 || c.sender.queued() < 0) {
            return "a queue has a negative length";
        }
        if (c.sender.inFlight() < 0) {
            return "less than nothing is in flight";
        }
        if (c.sender.congestion.cwnd < 1 && c.state() != TcpState.SYN_SENT && c.state() != TcpState.SYN_RECV) {
            return "the congestion window is " + c.sender.congestion.cwnd;
        }
        if (c.receiver.window.scale() > 14 || c.sender.windowScale() > 14) {
            return "the window scale is above 14 (RFC 7323, section 2.3)";
        }
        return null;
    }

    /** The scoreboard: packet after packet from una to nxt, and counts that are those of the tags. */
    private static @Nullable String lookAtFlight(Connection c) {
        Flight flight = c.sender.flight;
        int una = c.sender.una();
        int reached = flight.isEmpty() ? una : SeqNumber.min(una, flight.seq(flight.at(0)));
        int sacked = 0;
        int lost = 0;
        int again = 0;
        for (int i = 0; i < flight.packets(); i++) {
            int slot = flight.at(i);
            if (flight.seq(slot) != reached) {
                return "between two packets in flight something is missing, or twice there";
            }
            reached = flight.end(slot);
            sacked += flight.is(slot, Flight.SACKED) ? 1 : 0;
            lost += flight.is(slot, Flight.LOST) ? 1 : 0;
            again += flight.is(slot, Flight.RETRANS) ? 1 : 0;
        }
        if (reached != c.sender.nxt()) {
            return "the packets in flight do not reach what is sent next";
        }
        boolean tagged = (!c.sack || sacked == flight.sackedOut()) && lost == flight.lostOut();
        return tagged && again == flight.retransOut()
                ? null
                : "the tags of packets in flight are not as many as counted";
    }
}
