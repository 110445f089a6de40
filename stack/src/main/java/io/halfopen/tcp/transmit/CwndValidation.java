package io.halfopen.tcp.transmit;

import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.Chrono;
import io.halfopen.tcp.send.CongestionWindow;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;

/** A window that was not used for long says little about the path, and becomes smaller: RFC 2861. */
final class CwndValidation {
    private final Core core;

    CwndValidation(Core core) {
        this.core = core;
    }

    /** Something was sent, or could not be for want of window (tcp_cwnd_validate). */
    void used(Connection c, boolean cwndLimited) {
        Sender sender = c.sender;
        CongestionWindow window = sender.congestion;
        window.used(sender.una(), sender.nxt(), sender.flight.packets(), cwndLimited);
        if (window.mayGrow()) {
            window.cwndUsed = 0;
            window.stampedAt = core.now();
            return;
        }
        window.cwndUsed = Math.max(window.cwndUsed, sender.flight.packets());
        if (isOn(sender) && core.now() - window.stampedAt >= sender.timeout()) {
            limitedByProgram(c);
        }
        boolean writes = c.state() == TcpState.ESTABLISHED || c.state() == TcpState.CLOSE_WAIT;
        if (sender.pending() == 0 && c.socket != null && c.writerWaits && writes) {
            core.statistics.limited(sender, Chrono.Limit.BUFFER);
        }
    }

    private boolean isOn(Sender sender) {
        return core.sysctls.isOn(Sysctl.tcp_slow_start_after_idle) && !sender.control.controls();
    }

    /** Half of the way down to what was used (tcp_cwnd_application_limited). */
    private void limitedByProgram(Connection c) {
        CongestionWindow window = c.sender.congestion;
        if (window.state == CaState.OPEN && c.socket != null && !c.writerWaits) {
            int used = Math.max(window.cwndUsed, core.initialCwnd(c));
            if (used < window.cwnd) {
                window.ssthresh = window.currentSsthresh();
                window.cwnd = window.cwnd + used >> 1;
            }
            window.cwndUsed = 0;
        }
        window.stampedAt = core.now();
    }

    /** The program is about to write: after each timeout of silence half the window (tcp_slow_start_after_idle_check). */
    void restart(Connection c) {
        Sender sender = c.sender;
        long timeout = sender.timeout();
        CongestionWindow window = sender.congestion;
        long idle = core.now() - window.lastSentAt;
        if (!sender.flight.isEmpty() || idle <= timeout || !isOn(sender)) {
            return;
        }
        window.ssthresh = window.currentSsthresh();
        int least = Math.min(core.initialCwnd(c), window.cwnd);
        for (long left = idle - timeout; left > 0 && window.cwnd > least; left -= timeout) {
            window.cwnd >>= 1;
        }
        window.cwnd = Math.max(window.cwnd, least);
        window.stampedAt = core.now();
        window.cwndUsed = 0;
    }
}
