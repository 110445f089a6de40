package io.halfopen.tcp.connection;

import io.halfopen.linux.Rule;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.KeepAlive;
import io.halfopen.tcp.transmit.Transmission;
import org.jspecify.annotations.Nullable;

/** What is done when a connection was silent for long: tcp_keepalive_timer. */
public final class KeepAliveProbes {
    private final Core core;
    private final Transmission transmission;
    private final TimeWaitInput timeWaitInput;

    public KeepAliveProbes(Core core, Transmission transmission, TimeWaitInput timeWaitInput) {
        this.core = core;
        this.transmission = transmission;
        this.timeWaitInput = timeWaitInput;
    }

    /** Does nothing if it is not due. */
    public void onTimer(Connection c) {
        KeepAlive keepAlive = c.keepAlive;
        if (keepAlive == null || keepAlive.due > core.now()) {
            return;
        }
        keepAlive.due = Timer.NEVER;
        if (c.state() == TcpState.FIN_WAIT2 && c.isOrphan()) {
            if (!timeWaitInput.enterLate(c)) {
                transmission.reset(c, Rule.FIN_WAIT2_RESET);
                core.close(c, 0);
            }
            return;
        }
        Rule rule = judge(c, keepAlive);
        switch (rule) {
            case KEEPALIVE_PROBED -> {
                transmission.probe(c, rule);
                keepAlive.probes++;
                keepAlive.due = core.due(core.now() + keepAlive.interval(core));
            }
            case KEEPALIVE_TIMED_OUT -> {
                transmission.reset(c, rule);
                core.timeOut(c);
            }
            case null, default -> keepAlive.due = core.due(again(c, keepAlive));
        }
    }

    /** Null if the peer was heard of, or is about to be. */
    private @Nullable Rule judge(Connection c, KeepAlive keepAlive) {
        long silence = core.now() - c.sender.answeredAt;
        if (c.sender.hasInFlight() || c.sender.pending() > 0 || silence < keepAlive.idle(core)) {
            return null;
        }
        boolean over = c.userTimeout == 0
                ? keepAlive.probes >= keepAlive.count(core)
                : keepAlive.probes > 0 && core.now() >= c.patienceEnd(c.sender.answeredAt);
        return over ? Rule.KEEPALIVE_TIMED_OUT : Rule.KEEPALIVE_PROBED;
    }

    /** What is unacknowledged is as good as a probe, and then the silence is not looked at. */
    private long again(Connection c, KeepAlive keepAlive) {
        boolean busy = c.sender.hasInFlight() || c.sender.pending() > 0;
        return (busy ? core.now() : c.sender.answeredAt) + keepAlive.idle(core);
    }
}
