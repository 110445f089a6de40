package io.halfopen.tcp;

import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.wire.IpAddress;

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

    /** When it became a FIN_WAIT2 or TIME_WAIT: a {@link Host#stamp}. */
    int enteredAt;

    /** When an ACK was sent last: a {@link Host#stamp}. */
    int answeredAt = Host.NO_STAMP;

    TimeWait(PortUse portUse) {
        this.portUse = portUse;
    }

    /** Where the next connection on this tuple starts: beyond every window of this one (tcp_timewait_state_process). */
    int nextIsn() {
        int isn = sndNxt + 65535 + 2;
        return isn == Host.ANY_ISN ? 1 : isn;
    }

    /**
     * Whether connect() may have the tuple (tcp_twsk_unique): with timestamps nothing old can be taken for new. A port
     * that bind() chose is the program's own business; one that is to be found is not worth the risk without
     * tcp_tw_reuse.
     */
    boolean isReusable(Host host, boolean bound) {
        boolean waited = host.stamp() - enteredAt > host.sysctls.get(Sysctl.tcp_tw_reuse_delay);
        return timestamps && (bound || waited && mayReuse(host));
    }

    private boolean mayReuse(Host host) {
        return switch (host.sysctls.get(Sysctl.tcp_tw_reuse)) {
            case 0 -> false;
            case 1 -> true;
            default -> IpAddress.isLoopback(localHigh, localLow) || IpAddress.isLoopback(remoteHigh, remoteLow);
        };
    }
}
