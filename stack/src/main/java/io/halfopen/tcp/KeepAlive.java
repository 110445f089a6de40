package io.halfopen.tcp;

import io.halfopen.linux.Sysctl;
import org.jspecify.annotations.Nullable;

/**
 * SO_KEEPALIVE of one connection, whose options it has while there is a process and before accept(); and what a closed one
 * waits for that stays long in FIN_WAIT2. Both are what Linux has sk_timer for. Connections without either have none.
 */
final class KeepAlive {
    private static final long SECOND = 1_000_000_000L;

    /** When the timer fires, ns, or {@link Timer#NEVER}. */
    long due = Timer.NEVER;

    /** Probes since something was heard last. */
    int probes;

    private boolean on;

    /** TCP_KEEPIDLE and TCP_KEEPINTVL, seconds, and TCP_KEEPCNT; 0: the sysctl's. */
    private int idle;

    private int interval;
    private int count;

    @Nullable
    KeepAlive pooled;

    void reset() {
        due = Timer.NEVER;
        probes = 0;
        on = false;
    }

    boolean isOn() {
        return on;
    }

    /** The handshake is done: the silence begins. */
    static void start(Core core, Connection c, Socket socket) {
        c.sender.answeredAt = core.now();
        if (socket.keepAlive) {
            of(core, c).set(core, c, socket);
        }
    }

    /** SO_KEEPALIVE is set now: the time begins now (tcp_set_keepalive). */
    static void begin(Core core, Connection c, Socket socket) {
        KeepAlive keepAlive = of(core, c);
        keepAlive.set(core, c, socket);
        keepAlive.due = core.due(core.now() + keepAlive.idle(core));
    }

    /** The options as they are now. */
    void set(Core core, Connection c, Socket socket) {
        idle = socket.keepIdle;
        interval = socket.keepInterval;
        count = socket.keepCount;
        on = socket.keepAlive;
        due = on ? core.due(Math.max(core.now(), c.sender.answeredAt + idle(core))) : Timer.NEVER;
    }

    /** A closed connection in FIN_WAIT2: when this is over it is a TIME_WAIT. */
    static void waitForFin(Core core, Connection c, long time) {
        KeepAlive timer = of(core, c);
        timer.on = false;
        timer.due = core.due(core.now() + time);
    }

    private static KeepAlive of(Core core, Connection c) {
        KeepAlive there = c.keepAlive;
        if (there == null) {
            there = core.pools.keepAlive();
            c.keepAlive = there;
        }
        return there;
    }

    /** keepalive_time_when, ns. */
    long idle(Core core) {
        return (idle == 0 ? core.sysctls.get(Sysctl.tcp_keepalive_time) : idle) * SECOND;
    }

    long interval(Core core) {
        return (interval == 0 ? core.sysctls.get(Sysctl.tcp_keepalive_intvl) : interval) * SECOND;
    }

    int count(Core core) {
        return count == 0 ? core.sysctls.get(Sysctl.tcp_keepalive_probes) : count;
    }
}
