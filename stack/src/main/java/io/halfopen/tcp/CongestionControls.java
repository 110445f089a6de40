package io.halfopen.tcp;

import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import org.jspecify.annotations.Nullable;

/** The objects of the congestion control algorithms, those that no connection uses now, and who gets which. */
final class CongestionControls {
    private final Core core;
    private @Nullable Cubic cubics;
    private @Nullable Bbr bbrs;
    private int lent;

    CongestionControls(Core core) {
        this.core = core;
    }

    /** What a new socket has, and a connection whose listener was not given another. */
    CongestionAlgorithm usual() {
        return CongestionAlgorithm.of(core.sysctls.get(Sysctl.tcp_congestion_control));
    }

    CongestionAlgorithm inheritedFrom(Socket listener) {
        return listener.congestionChosen ? listener.congestion : usual();
    }

    CongestionControl take(CongestionAlgorithm algorithm) {
        lent += algorithm == CongestionAlgorithm.reno ? 0 : 1; // which has no state, and so one object
        return switch (algorithm) {
            case reno -> Reno.INSTANCE;
            case cubic -> {
                Cubic pooled = cubics;
                if (pooled == null) {
                    yield new Cubic(core);
                }
                cubics = pooled.pooled;
                pooled.pooled = null;
                yield pooled;
            }
            case bbr -> {
                Bbr pooled = bbrs;
                if (pooled == null) {
                    yield new Bbr(core);
                }
                bbrs = pooled.pooled;
                pooled.pooled = null;
                yield pooled;
            }
        };
    }

    void give(CongestionControl control) {
        lent -= control == Reno.INSTANCE ? 0 : 1;
        if (control instanceof Cubic cubic) {
            cubic.pooled = cubics;
            cubics = cubic;
        } else if (control instanceof Bbr bbr) {
            bbr.pooled = bbrs;
            bbrs = bbr;
        }
    }

    /** How many were handed out and have not come back. */
    int lent() {
        return lent;
    }

    /** setsockopt(TCP_CONGESTION): a connection starts anew with another algorithm, and keeps its window. */
    int choose(Socket socket, String name) {
        if (name.isEmpty()) {
            return -Errno.EINVAL;
        }
        CongestionAlgorithm named = CongestionAlgorithm.named(name);
        if (named == null) {
            return -Errno.ENOENT;
        }
        socket.congestion = named;
        socket.congestionChosen = true;
        Connection c = socket.connection;
        if (c != null && c.sender.control.algorithm() != named) {
            give(c.sender.control);
            c.sender.control = take(named);
            if (!c.isOpening() && c.state() != TcpState.CLOSE) {
                init(c.sender);
            }
        }
        return 0;
    }

    /** tcp_init_congestion_control. */
    void init(Sender sender) {
        sender.congestion.priorSsthresh = 0;
        sender.control.init(sender, core.now());
    }

    /** The handshake is done (tcp_init_transfer). */
    void start(Sender sender) {
        sender.congestion.lastSentAt = core.now();
        sender.congestion.stampedAt = core.now();
        init(sender);
        pace(sender);
    }

    /** Whether the pace lets a packet leave now. */
    boolean letsGo(Sender sender) {
        return sender.pacing.allows(core.now());
    }

    /** How many segments leave together at most. */
    int burst(Sender sender) {
        return sender.pacing.burst(
                sender, core.sysctls.get(Sysctl.tcp_min_tso_segs), core.sysctls.get(Sysctl.tcp_tso_rtt_log));
    }

    /** Where the algorithm does not say how fast, the window does. */
    void pace(Sender sender) {
        if (!sender.control.controls()) {
            sender.pacing.update(
                    sender, core.sysctls.get(Sysctl.tcp_pacing_ss_ratio), core.sysctls.get(Sysctl.tcp_pacing_ca_ratio));
        }
    }
}
