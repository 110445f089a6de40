package io.halfopen.tcp.socket;

import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.host.Host;
import io.halfopen.wire.IpAddress;

/**
 * What is left of a connection that closed first: just enough to answer what may still come (RFC 9293, section 3.6.1).
 * Like Linux it also stands for FIN_WAIT2 once no process has the socket any more.
 */
public final class TimeWait extends Flow {
    /** TIME_WAIT or FIN_WAIT2. */
    public TcpState substate = TcpState.TIME_WAIT;

    public int rcvNxt;
    public int sndNxt;
    public int rcvWindow;
    public byte rcvWindowScale;
    public boolean timestamps;
    public int tsRecent;
    public int tsOffset;
    public int tos;
    public int label;
    public boolean reuseAddress;
    public boolean reusePort;
    PortUse portUse;

    /** When it became a FIN_WAIT2 or TIME_WAIT: a {@link Host#stamp}. */
    public int enteredAt;

    /** When an ACK was sent last: a {@link Host#stamp}. */
    public int answeredAt = Host.NO_STAMP;

    TimeWait(PortUse portUse) {
        this.portUse = portUse;
    }

    /** Where the next connection on this tuple starts: beyond every window of this one (tcp_timewait_state_process). */
    public int nextIsn() {
        int isn = sndNxt + 65535 + 2;
        return isn == Host.ANY_ISN ? 1 : isn;
    }

    /**
     * Whether connect() may have the tuple (tcp_twsk_unique): with timestamps nothing old can be taken for new. A port
     * that bind() chose is the program's own business; one that is to be found is not worth the risk without
     * tcp_tw_reuse.
     */
    public boolean isReusable(Host host, boolean bound) {
        boolean waited = host.stamp() - enteredAt > host.sysctls.get(Sysctl.tcp_tw_reuse_delay);
        return timestamps && (bound || waited && mayReuse(host));
    }

    private boolean mayReuse(Host host) {
        return switch (host.sysctls.get(Sysctl.tcp_tw_reuse)) {
            case 0 -> false;
            case 1 -> true;
            default -> local.isLoopback() || IpAddress.isLoopback(remoteHigh, remoteLow);
        };
    }
}
