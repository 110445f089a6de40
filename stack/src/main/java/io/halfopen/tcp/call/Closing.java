package io.halfopen.tcp.call;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.connection.TimeWaitInput;
import io.halfopen.tcp.handshake.SynRecvInput;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.transmit.Orphans;
import io.halfopen.tcp.transmit.Transmission;

/** close(2) and shutdown(2) of a connection, and what becomes of it without a process: __tcp_close. */
public final class Closing {
    private final Core core;
    private final Transmission transmission;
    private final SynRecvInput synRecvInput;
    private final TimeWaitInput timeWaitInput;

    public Closing(Core core, Transmission transmission, SynRecvInput synRecvInput, TimeWaitInput timeWaitInput) {
        this.core = core;
        this.transmission = transmission;
        this.synRecvInput = synRecvInput;
        this.timeWaitInput = timeWaitInput;
    }

    void close(Connection c, Socket socket) {
        TcpState state = c.state();
        c.socket = null;
        c.linger2 = socket.options.linger2;
        if (state == TcpState.CLOSE) {
            core.recycleIfForgotten(c);
        } else if (state == TcpState.SYN_SENT) {
            if (socket.options.linger == 0) {
                core.count(Counter.TCPAbortOnData); // though there was nothing to reset (tcp_disconnect)
            }
            core.close(c, 0);
        } else {
            Rule rule = judge(c, socket.options.linger);
            switch (rule) {
                case FIN_SENT -> leaveAlone(c);
                case CLOSED_SILENTLY -> {
                    core.count(rule);
                    core.close(c, 0);
                }
                default -> abort(c, rule);
            }
        }
    }

    /**
     * RST if something was not read, or SO_LINGER 0 wants it; else FIN. A SO_LINGER that is not 0 would only make close()
     * wait, and nothing here does.
     */
    private static Rule judge(Connection c, int linger) {
        if (c.receiver.readable() > 0) {
            return Rule.CLOSED_UNREAD;
        }
        if (linger != 0) {
            return Rule.FIN_SENT;
        }
        return deservesReset(c) ? Rule.CLOSED_BY_LINGER : Rule.CLOSED_SILENTLY;
    }

    /** Both ends have said FIN, and all of ours is out: there is nothing to take back (tcp_need_reset, tcp_disconnect). */
    private static boolean deservesReset(Connection c) {
        return switch (c.state()) {
            case CLOSING, LAST_ACK -> c.sender.pending() > 0;
            default -> true;
        };
    }

    /** What was not read is gone before the RST tells of the window. */
    private void abort(Connection c, Rule why) {
        c.receiver.discard(c.receiver.readable());
        transmission.reset(c, why);
        core.close(c, 0);
    }

    /** The wire goes on without a process; an orphan, unless a TIME_WAIT is all that is left. */
    private void leaveAlone(Connection c) {
        c.readShutdown = true;
        if (c.state() == TcpState.SYN_RECV) {
            synRecvInput.close(c);
        } else {
            sendFin(c);
        }
        if (c.state() == TcpState.CLOSE) {
            return;
        }
        core.orphans++;
        c.orphaned = true;
        boolean finWait2 = c.state() == TcpState.FIN_WAIT2;
        if (finWait2 && c.linger2 < 0) {
            abort(c, Rule.CLOSED_BY_LINGER2);
            return;
        }
        if (finWait2) {
            timeWaitInput.enter(c);
            c.arm();
        }
        if (c.orphaned && Orphans.exceed(core, c, 0)) {
            abort(c, Rule.CLOSED_FOR_MEMORY);
        }
    }

    void sendFin(Connection c) {
        switch (c.state()) {
            case ESTABLISHED -> c.enter(TcpState.FIN_WAIT1);
            case CLOSE_WAIT -> c.enter(TcpState.LAST_ACK);
            case SYN_RECV -> {
                c.sender.queueFin(); // it follows when the handshake is done
                return;
            }
            default -> {
                return;
            }
        }
        c.sender.queueFin();
        transmission.push(c, Rule.FIN_SENT);
        c.arm();
    }
}
