package io.halfopen.tcp.socket;

import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.Timer;

/**
 * The timer for silence (sk_timer): keep-alive while a connection is open, the end of FIN_WAIT2 once it is closed. Most
 * connections wait for neither, and have none.
 */
public final class KeepAlive {
    private static final long SECOND = 1_000_000_000L;

    /** When the timer fires, ns, or {@link Timer#NEVER}. */
    public long due = Timer.NEVER;

    /** Probes since something was heard last. */
    public int probes;

    private boolean on;

    /** TCP_KEEPIDLE and TCP_KEEPINTVL, seconds, and TCP_KEEPCNT; 0: the sysctl's. */
    private int idle;

    private int interval;
    private int count;

    void reset() {
        due = Timer.NEVER;
        probes = 0;
        on = false;
    }

    public boolean isOn() {
        return on;
    }

    /** The options as they are now; something was heard of the peer last at that time. */
    public void set(Host host, SocketOptions options, long answeredAt) {
        idle = options.keepIdle;
        interval = options.keepInterval;
        count = options.keepCount;
        on = options.keepAlive;
        due = on ? host.due(Math.max(host.now(), answeredAt + idle(host))) : Timer.NEVER;
    }

    /** A closed connection in FIN_WAIT2: for so long it keeps its socket. */
    public void waitForFin(Host host, long time) {
        on = false;
        due = host.due(host.now() + time);
    }

    public boolean isWaitingForFin() {
        return !on && due != Timer.NEVER;
    }

    /** keepalive_time_when, ns. */
    public long idle(Host host) {
        return (idle == 0 ? host.sysctls.get(Sysctl.tcp_keepalive_time) : idle) * SECOND;
    }

    public long interval(Host host) {
        return (interval == 0 ? host.sysctls.get(Sysctl.tcp_keepalive_intvl) : interval) * SECOND;
    }

    public int count(Host host) {
        return count == 0 ? host.sysctls.get(Sysctl.tcp_keepalive_probes) : count;
    }
}
