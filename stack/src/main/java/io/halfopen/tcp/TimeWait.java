package io.halfopen.tcp;

import io.halfopen.linux.TcpState;

/**
 * What is left of a connection that closed first: just enough to answer what may still come (RFC 9293, section 3.6.1).
 * Like Linux it also stands for FIN_WAIT2 once no process has the socket any more.
 */
final class TimeWait extends Flow {
    /** TIME_WAIT or FIN_WAIT2. */
    TcpState substate = TcpState.TIME_WAIT;

    int rcvNxt;
    int sndNxt;
    int rcvWindow;
    byte rcvWindowScale;
    boolean timestamps;
    int tsRecent;
    int tsOffset;
    int tos;
    int label;
    boolean reuseAddress;
    boolean reusePort;
    PortUse portUse;

    /** When it became a FIN_WAIT2 or TIME_WAIT: a {@link Core#stamp}. */
    int enteredAt;

    /** When an ACK was sent last: a {@link Core#stamp}. */
    int answeredAt = Core.NO_STAMP;

    TimeWait(PortUse portUse) {
        this.portUse = portUse;
    }

    /** Where the next connection on this tuple starts: beyond every window of this one (tcp_timewait_state_process). */
    int nextIsn() {
        int isn = sndNxt + 65535 + 2;
        return isn == ListenInput.ANY_ISN ? 1 : isn;
    }
}
