package io.halfopen.tcp;

import io.halfopen.linux.TcpState;

/** What happens when the one timer of a flow fires. */
final class TimerInput {
    private final Core core;
    private final HalfOpenInput halfOpenInput;
    private final FastOpenInput fastOpenInput;
    private final SynSentInput synSentInput;
    private final SynRecvInput synRecvInput;
    private final ConnectionInput connectionInput;
    private final Timeouts timeouts;
    private final KeepAlives keepAlives;
    private final TimeWaits timeWaits;
    private final IpInput ipInput;

    TimerInput(
            Core core,
            HalfOpenInput halfOpenInput,
            FastOpenInput fastOpenInput,
            SynSentInput synSentInput,
            SynRecvInput synRecvInput,
            ConnectionInput connectionInput,
            Timeouts timeouts,
            KeepAlives keepAlives,
            TimeWaits timeWaits,
            IpInput ipInput) {
        this.core = core;
        this.halfOpenInput = halfOpenInput;
        this.fastOpenInput = fastOpenInput;
        this.synSentInput = synSentInput;
        this.synRecvInput = synRecvInput;
        this.connectionInput = connectionInput;
        this.timeouts = timeouts;
        this.keepAlives = keepAlives;
        this.timeWaits = timeWaits;
        this.ipInput = ipInput;
    }

    /** Of what is due, the first; nothing if nothing is. */
    void fire() {
        switch (core.wheel.pollDue(core.now())) {
            case HalfOpen half -> halfOpenInput.onTimer(half);
            case TimeWait rest -> timeWaits.expire(rest);
            case Connection c -> fire(c);
            case FragmentQueue queue -> ipInput.expire(queue);
            case null -> {}
            case Timer other -> throw new IllegalStateException("has no timer: " + other);
        }
    }

    /** It is set for the earliest of several things. */
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
        keepAlives.onTimer(c);
        c.arm();
    }
}
