package io.halfopen.tcp.congestion;

import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.send.CongestionControl;
import io.halfopen.tcp.send.Sender;
import org.jspecify.annotations.Nullable;

/** The objects of the congestion control algorithms, those that no connection uses now, and who gets which. */
public final class ControlPool {
    private final Host host;
    private @Nullable Cubic cubics;
    private @Nullable Bbr bbrs;
    private int lent;

    public ControlPool(Host host) {
        this.host = host;
    }

    /** What a new socket has, and a connection whose listener was not given another. */
    public CongestionAlgorithm usual() {
        return CongestionAlgorithm.of(host.sysctls.get(Sysctl.tcp_congestion_control));
    }

    public CongestionControl take(CongestionAlgorithm algorithm) {
        lent += algorithm == CongestionAlgorithm.reno ? 0 : 1; // which has no state, and so one object
        return switch (algorithm) {
            case reno -> Reno.INSTANCE;
            case cubic -> {
                Cubic pooled = cubics;
                if (pooled == null) {
                    yield new Cubic(host);
                }
                cubics = pooled.pooled;
                pooled.pooled = null;
                yield pooled;
            }
            case bbr -> {
                Bbr pooled = bbrs;
                if (pooled == null) {
                    yield new Bbr(host);
                }
                bbrs = pooled.pooled;
                pooled.pooled = null;
                yield pooled;
            }
        };
    }

    public void give(CongestionControl control) {
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
    public int lent() {
        return lent;
    }

    /** Another algorithm than before, which starts anew once the handshake is done; the window stays. */
    public void change(Sender sender, CongestionAlgorithm algorithm, boolean established) {
        give(sender.control);
        sender.control = take(algorithm);
        if (established) {
            init(sender);
        }
    }

    /** tcp_init_congestion_control. */
    void init(Sender sender) {
        sender.congestion.priorSsthresh = 0;
        sender.control.init(sender, host.now());
    }

    /** The handshake is done (tcp_init_transfer). */
    public void start(Sender sender) {
        sender.congestion.lastSentAt = host.now();
        sender.congestion.stampedAt = host.now();
        init(sender);
        pace(sender);
    }

    /** Whether the pace lets a packet leave now. */
    public boolean letsGo(Sender sender) {
        return sender.pacing.allows(host.now());
    }

    /** How many segments leave together at most. */
    public int burst(Sender sender) {
        return sender.pacing.burst(
                sender, host.sysctls.get(Sysctl.tcp_min_tso_segs), host.sysctls.get(Sysctl.tcp_tso_rtt_log));
    }

    /** Where the algorithm does not say how fast, the window does. */
    public void pace(Sender sender) {
        if (!sender.control.controls()) {
            sender.pacing.update(
                    sender, host.sysctls.get(Sysctl.tcp_pacing_ss_ratio), host.sysctls.get(Sysctl.tcp_pacing_ca_ratio));
        }
    }
}
