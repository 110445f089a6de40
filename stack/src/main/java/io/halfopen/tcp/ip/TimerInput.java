package io.halfopen.tcp.ip;

import io.halfopen.linux.TcpState;
import io.halfopen.tcp.connection.ConnectionInput;
import io.halfopen.tcp.connection.KeepAliveProbes;
import io.halfopen.tcp.connection.TimeWaitInput;
import io.halfopen.tcp.handshake.FastOpenInput;
import io.halfopen.tcp.handshake.HalfOpenInput;
import io.halfopen.tcp.handshake.SynRecvInput;
import io.halfopen.tcp.handshake.SynSentInput;
import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.recovery.Timeouts;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.TimeWait;

/** What happens when the one timer of a flow fires. */
public final class TimerInput {
    private final Core core;
    private final HalfOpenInput halfOpenInput;
    private final FastOpenInput fastOpenInput;
    private final SynSentInput synSentInput;
    private final SynRecvInput synRecvInput;
    private final ConnectionInput connectionInput;
    private final Timeouts timeouts;
    private final KeepAliveProbes keepAliveProbes;
    private final TimeWaitInput timeWaitInput;
    private final IpInput ipInput;

    TimerInput(
            Core core,
            HalfOpenInput halfOpenInput,
            FastOpenInput fastOpenInput,
            SynSentInput synSentInput,
            SynRecvInput synRecvInput,
            ConnectionInput connectionInput,
            Timeouts timeouts,
            KeepAliveProbes keepAliveProbes,
            TimeWaitInput timeWaitInput,
            IpInput ipInput) {
        this.core = core;
        this.halfOpenInput = halfOpenInput;
        this.fastOpenInput = fastOpenInput;
        this.synSentInput = synSentInput;
        this.synRecvInput = synRecvInput;
        this.connectionInput = connectionInput;
        this.timeouts = timeouts;
        this.keepAliveProbes = keepAliveProbes;
        this.timeWaitInput = timeWaitInput;
        this.ipInput = ipInput;
    }

    /** Fires the first timer that is due, if any is. */
    public void fire() {
        switch (core.wheel.pollDue(core.now())) {
            case HalfOpen half -> halfOpenInput.onTimer(half);
            case TimeWait rest -> timeWaitInput.expire(rest);
            case Connection c -> fire(c);
            case FragmentQueue queue -> ipInput.expire(queue);
            case null -> {}
            case Timer other -> throw new IllegalStateException("has no timer: " + other);
        }
    }

    /** Fires what is due of a connection: its one timer is set for the earliest of several things. */
    private void fire(Connection c) {
        c.refreshedAt = core.now();
        connectionInput.onAckTimer(c);
        if (c.sender.pacing.due <= core.now()) {
            timeouts.onPace(c);
        }
        if (c.sender.timer.due <= core.now()) {
            HalfOpen fastOpen = c.fastOpen;
            switch (c.state()) {
                case TcpState state when fastOpen != null -> fastOpenInput.onTimer(c, fastOpen);
                case SYN_SENT -> synSentInput.onTimer(c);
                case SYN_RECV -> synRecvInput.onTimer(c);
                default -> timeouts.onTimer(c);
            }
        }
        keepAliveProbes.onTimer(c);
        c.arm();
    }
}
