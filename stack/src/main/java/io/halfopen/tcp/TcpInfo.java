package io.halfopen.tcp;

import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.congestion.Bbr;
import io.halfopen.tcp.congestion.Cubic;
import io.halfopen.tcp.handshake.HandshakeOptions;
import io.halfopen.tcp.host.LeastRoundTrip;
import io.halfopen.tcp.receive.DelayedAcks;
import io.halfopen.tcp.receive.Receiver;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.Chrono;
import io.halfopen.tcp.send.CongestionWindow;
import io.halfopen.tcp.send.Flight;
import io.halfopen.tcp.send.LossTimer;
import io.halfopen.tcp.send.Pacing;
import io.halfopen.tcp.send.RoundTrip;
import io.halfopen.tcp.send.SendStatistics;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.transmit.PathMtuDiscovery;
import io.halfopen.wire.TcpOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * struct tcp_info of linux/tcp.h, every field that the kernel has and in its order: getsockopt(TCP_INFO), tcp_get_info(). Times are in
 * microseconds, those since something in milliseconds, windows of congestion in segments, others in octets. Of a listener
 * tcpi_unacked is the length of the accept queue and tcpi_sacked its effective backlog.
 *
 * <p>Always 0: tcpi_fackets and tcpi_last_ack_sent, which Linux does not fill either; and all from tcpi_received_ce on, which is Accurate ECN's (AccECN): this stack
 * negotiates RFC 3168's only, as Linux does unless tcp_ecn says otherwise.
 */
final class TcpInfo {
    private static final int TIMESTAMPS = 1;
    private static final int SACK = 2;
    private static final int WINDOW_SCALE = 4;
    private static final int ECN = 8;
    private static final int ECN_SEEN = 16;
    private static final int SYN_DATA = 32;
    private static final int FAST_OPEN_CHILD = 128;

    /** All bits of 32 that have no sign. */
    private static final long UNKNOWN = 0xffff_ffffL;

    /** TCP_TIMEOUT_INIT, and the deviation that goes with it, microseconds. */
    private static final long FIRST_TIMEOUT = 1_000_000;

    private static final long FIRST_DEVIATION = FIRST_TIMEOUT / 4;

    private static final int NANOS_PER_MICRO = 1000;
    private static final int NANOS_PER_MILLI = 1_000_000;

    /** What a connection has that has sent nothing. */
    private static final SendStatistics NONE = new SendStatistics();

    private final Map<String, Long> info = new LinkedHashMap<>();
    private final Core core;
    private final long now;

    private TcpInfo(Core core) {
        this.core = core;
        now = core.now();
    }

    /** What a descriptor that is none has is nothing. */
    static Map<String, Long> ofNullable(Core core, @Nullable Socket socket) {
        return socket == null ? Map.of() : of(core, socket);
    }

    static Map<String, Long> of(Core core, Socket socket) {
        if (socket.connection != null) {
            return of(core, socket.connection);
        }
        TcpInfo all = new TcpInfo(core);
        if (socket.listener == null) {
            all.fillUnconnected();
        } else {
            all.fillListener(socket.listener);
        }
        return all.info;
    }

    static Map<String, Long> of(Core core, Connection c) {
        TcpInfo all = new TcpInfo(core);
        all.fill(c);
        return all.info;
    }

    private void put(String field, long value) {
        if (!core.kernel.lacksField(field)) {
            info.put("tcpi_" + field, value);
        }
    }

    /** So many fields of 0. */
    private void zeros(String fields) {
        for (String field : fields.split(" ", -1)) {
            put(field, 0);
        }
    }

    private void fillListener(Listener listener) {
        fillUnconnected();
        info.replaceAll((field, value) -> field.endsWith("pacing_rate") ? value : 0L);
        put("state", TcpState.LISTEN.number());
        put("unacked", listener.acceptQueue.length());
        put("sacked", listener.effectiveBacklog());
        put("snd_cwnd", CongestionWindow.INITIAL);
        put("reordering", core.sysctls.get(Sysctl.tcp_reordering));
    }

    private void fillUnconnected() {
        put("state", TcpState.CLOSE.number());
        zeros("ca_state retransmits probes backoff options snd_wscale rcv_wscale");
        put("delivery_rate_app_limited", 1);
        put("fastopen_client_fail", 0);
        put("rto", FIRST_TIMEOUT);
        put("ato", 0);
        put("snd_mss", TcpOptions.DEFAULT_MSS);
        zeros("rcv_mss unacked sacked lost retrans fackets");
        since(0, 0, 0);
        zeros("pmtu rcv_ssthresh rtt");
        put("rttvar", FIRST_DEVIATION);
        put("snd_ssthresh", CongestionWindow.INFINITE);
        put("snd_cwnd", CongestionWindow.INITIAL);
        put("advmss", 0);
        put("reordering", core.sysctls.get(Sysctl.tcp_reordering));
        zeros("rcv_rtt rcv_space total_retrans");
        put("pacing_rate", Pacing.UNLIMITED);
        put("max_pacing_rate", Pacing.UNLIMITED);
        zeros("bytes_acked bytes_received segs_out segs_in notsent_bytes");
        put("min_rtt", UNKNOWN);
        zeros("data_segs_in data_segs_out delivery_rate busy_time rwnd_limited sndbuf_limited delivered delivered_ce");
        zeros("bytes_sent bytes_retrans dsack_dups reord_seen rcv_ooopack snd_wnd rcv_wnd rehash");
        zeros("total_rto total_rto_recoveries total_rto_time");
        accurateEcn();
    }

    private void accurateEcn() {
        zeros("received_ce delivered_e1_bytes delivered_e0_bytes delivered_ce_bytes");
        zeros("received_e1_bytes received_e0_bytes received_ce_bytes accecn_fail_mode accecn_opt_seen");
    }

    private void fill(Connection c) {
        fillState(c);
        fillQueues(c);
        since(c.sender.congestion.lastSentAt, c.receiver.acks.lastData(), c.sender.answeredAt);
        fillMetrics(c);
        fillTraffic(c);
        fillWork(c);
        fillDelivery(c);
        accurateEcn();
        if (c.sender.control instanceof Bbr bbr) {
            fillBbr(bbr, c.sender.mss());
        }
    }

    private void fillState(Connection c) {
        Sender sender = c.sender;
        boolean synLost = isOrWasOpening(c) && sender.timer.retransmits > 0;
        put("state", c.state().number());
        put("ca_state", (synLost ? CaState.LOSS : sender.congestion.state).ordinal());
        fillTimer(c);
        boolean scaling = c.receiver.window.scales();
        put("options", options(c));
        put("snd_wscale", scaling ? sender.windowScale() : 0);
        put("rcv_wscale", scaling ? c.receiver.window.scale() : 0);
        put("delivery_rate_app_limited", sender.delivery.rateAppLimited ? 1 : 0);
        put("fastopen_client_fail", c.fastOpenFailure);
        put("rto", timeout(c) / NANOS_PER_MICRO);
        put("ato", c.receiver.acks.patience() / NANOS_PER_MICRO);
    }

    /** Of a connection that ended while a closed window was probed its repetitions are probes, too. */
    private void fillTimer(Connection c) {
        Sender sender = c.sender;
        LossTimer timer = sender.timer;
        boolean inVain = c.state() == TcpState.CLOSE && !sender.hasInFlight() && sender.notSent() > 0;
        boolean probing = timer.purpose == LossTimer.Purpose.WINDOW_PROBE || inVain;
        put("retransmits", probing ? 0 : c.fastOpen == null ? timer.retransmits : c.fastOpen.timeouts);
        put("probes", probing ? timer.retransmits : c.keepAlive == null ? 0 : c.keepAlive.probes);
        put("backoff", c.state() == TcpState.SYN_SENT ? Math.max(0, timer.retransmits - linear()) : timer.backoff);
    }

    /** That of a SYN is not measured, and doubled by its own rule. */
    private long timeout(Connection c) {
        return c.state() == TcpState.SYN_SENT
                ? Math.min(core.kernel.synInterval(c.sender.timer.retransmits, linear()), c.sender.longestTimeout())
                : c.sender.timeout();
    }

    private int linear() {
        return core.sysctls.get(Sysctl.tcp_syn_linear_timeouts);
    }

    /** What is agreed on; of what is only offered Linux tells ECN alone. */
    private static int options(Connection c) {
        int ecn = (c.ecn ? ECN : 0) | (c.ecnSeen ? ECN_SEEN : 0);
        if (c.lastState() == TcpState.SYN_SENT) {
            return c.deferred ? 0 : ecn;
        }
        return ecn
                | (c.timestamps ? TIMESTAMPS : 0)
                | (c.sack ? SACK : 0)
                | (c.receiver.window.scales() ? WINDOW_SCALE : 0)
                | (c.synDataTaken ? SYN_DATA : 0)
                | (c.fastOpenChild ? FAST_OPEN_CHILD : 0);
    }

    /** While the SYN is on its way it, and data that went with it, is all that is in flight. */
    private void fillQueues(Connection c) {
        Flight flight = c.sender.flight;
        boolean opening = c.isOpening();
        boolean syns = isOrWasOpening(c);
        int again = syns && c.sender.timer.retransmits > 0 ? 1 : 0;
        int syn = c.deferred ? 0 : 1 + flight.packets();
        put("snd_mss", sndMss(c));
        put("rcv_mss", rcvMss(c));
        put("unacked", opening ? syn : flight.packets());
        put("sacked", flight.sackedOut());
        put("lost", syns ? again * syn : flight.lostOut());
        put("retrans", syns ? again : flight.retransOut());
        put("fackets", 0);
    }

    /** The peer's SYN tells it; before that only Fast Open thinks that it knows. */
    private long sndMss(Connection c) {
        boolean known = c.lastState() != TcpState.SYN_SENT || c.dataInSyn > 0;
        return known ? c.sender.mss() : HandshakeOptions.firstMss(core, c);
    }

    /** Nothing is known of the peer's segments before its SYN. */
    private static long rcvMss(Connection c) {
        if (c.lastState() != TcpState.SYN_SENT) {
            return c.receiver.acks.segmentSize();
        }
        return c.deferred ? 0 : DelayedAcks.LEAST_SEGMENT;
    }

    private void since(long dataSent, long dataReceived, long ackReceived) {
        put("last_data_sent", (now - dataSent) / NANOS_PER_MILLI);
        put("last_ack_sent", 0);
        put("last_data_recv", (now - dataReceived) / NANOS_PER_MILLI);
        put("last_ack_recv", (now - ackReceived) / NANOS_PER_MILLI);
    }

    private void fillMetrics(Connection c) {
        Sender sender = c.sender;
        Receiver receiver = c.receiver;
        RoundTrip roundTrip = sender.roundTrip;
        boolean opening = isOrWasOpening(c);
        put("pmtu", opening ? PathMtuDiscovery.of(core, c) : c.path.mtu);
        put("rcv_ssthresh", c.deferred ? 0 : receiver.window.threshold());
        put("rtt", roundTrip.smoothed() / NANOS_PER_MICRO);
        put("rttvar", roundTrip.isMeasured() ? roundTrip.deviation() / NANOS_PER_MICRO : FIRST_DEVIATION);
        put("snd_ssthresh", opening ? firstSsthresh(sender) : sender.congestion.ssthresh);
        int first = sender.timer.retransmits > 0 ? 1 : CongestionWindow.INITIAL;
        put("snd_cwnd", opening ? first : sender.congestion.cwnd);
        put("advmss", c.deferred ? 0 : c.announcedMss);
        put("reordering", opening ? core.sysctls.get(Sysctl.tcp_reordering) : sender.recovery.reordering);
        put("rcv_rtt", receiver.tuning.roundTrip());
        put("rcv_space", opening ? 0 : receiver.tuning.perRound());
        put("total_retrans", sender.recovery.retransmits);
        put("pacing_rate", opening ? Pacing.UNLIMITED : sender.pacing.rate);
        put("max_pacing_rate", sender.pacing.maxRate);
    }

    /** Before the handshake is done, and if it never is: nothing more has been set then. */
    private static boolean isOrWasOpening(Connection c) {
        boolean syn = c.lastState() == TcpState.SYN_SENT || c.lastState() == TcpState.SYN_RECV;
        return c.isOpening() || c.state() == TcpState.CLOSE && syn && !c.fastOpenChild;
    }

    /** A lost SYN lowers the threshold until the handshake is done. */
    private static long firstSsthresh(Sender sender) {
        if (sender.timer.retransmits == 0) {
            return CongestionWindow.INFINITE;
        }
        return switch (sender.control.algorithm()) {
            case cubic -> Cubic.reduced(CongestionWindow.INITIAL);
            case reno -> CongestionWindow.INITIAL / 2;
            case bbr -> CongestionWindow.INFINITE;
        };
    }

    private void fillTraffic(Connection c) {
        Sender sender = c.sender;
        Receiver receiver = c.receiver;
        long least = sender.roundTrip.least();
        put("bytes_acked", sender.acknowledged());
        put("bytes_received", receiver.received);
        put("segs_out", sender.segments);
        put("segs_in", receiver.segments);
        put("notsent_bytes", isOrWasOpening(c) ? 0 : sender.notSent());
        put("min_rtt", least == LeastRoundTrip.UNKNOWN ? UNKNOWN : least / NANOS_PER_MICRO);
        put("data_segs_in", receiver.dataSegments);
        put("data_segs_out", statistics(c).dataSegments);
    }

    private static SendStatistics statistics(Connection c) {
        return c.sender.statistics == null ? NONE : c.sender.statistics;
    }

    private void fillWork(Connection c) {
        Sender sender = c.sender;
        SendStatistics statistics = statistics(c);
        Chrono chrono = statistics.chrono;
        put("delivery_rate", sender.delivery.octetsPerSecond(sender.mss()));
        put("busy_time", chrono.total(now) / NANOS_PER_MICRO);
        put("rwnd_limited", chrono.lasted(Chrono.Limit.WINDOW, now) / NANOS_PER_MICRO);
        put("sndbuf_limited", chrono.lasted(Chrono.Limit.BUFFER, now) / NANOS_PER_MICRO);
        put("delivered", sender.delivery.delivered);
        put("delivered_ce", sender.delivery.deliveredCe);
        put("bytes_sent", statistics.octets);
        put("bytes_retrans", sender.recovery.retransmittedOctets);
    }

    /** struct tcp_bbr_info, which TCP_CC_INFO has: octets per second, microseconds, gains times 256 (bbr_get_info). */
    private void fillBbr(Bbr bbr, int mss) {
        long rate = bbr.bandwidth() * mss * 1_000_000 >> Bbr.BW_SCALE;
        info.put("bbr_bw_lo", rate & UNKNOWN);
        info.put("bbr_bw_hi", rate >>> 32);
        info.put("bbr_min_rtt", bbr.minRtt & UNKNOWN);
        info.put("bbr_pacing_gain", (long) bbr.pacingGain);
        info.put("bbr_cwnd_gain", (long) bbr.cwndGain);
    }

    private void fillDelivery(Connection c) {
        SendStatistics statistics = statistics(c);
        put("dsack_dups", c.sender.recovery.duplicates);
        put("reord_seen", c.sender.recovery.reorderingSeen);
        put("rcv_ooopack", c.receiver.outOfOrder);
        put("snd_wnd", c.sender.window());
        put("rcv_wnd", c.deferred ? 0 : c.receiver.window.size());
        put("rehash", statistics.rehashes);
        put("total_rto", statistics.timeouts);
        put("total_rto_recoveries", statistics.timeoutEpisodes);
        put("total_rto_time", statistics.timeoutTime(now) / NANOS_PER_MILLI);
    }
}
