package io.halfopen.tcp;

import io.halfopen.linux.TcpState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * struct tcp_info, as far as the stack knows its fields: getsockopt(TCP_INFO), tcp_get_info(). Times are in
 * microseconds, windows in segments; of a listener tcpi_unacked is the length of the accept queue and tcpi_sacked its
 * effective backlog.
 */
final class TcpInfo {
    private static final int TIMESTAMPS = 1;
    private static final int SACK = 2;
    private static final int WINDOW_SCALE = 4;
    private static final int SYN_DATA = 32;

    /** All bits of 32 that have no sign. */
    private static final long UNKNOWN = 0xffff_ffffL;

    /** Those that are 0 where there is no connection. */
    private static final List<String> FIELDS = List.of(
            "options",
            "snd_wscale",
            "rcv_wscale",
            "snd_mss",
            "advmss",
            "rto",
            "rtt",
            "snd_cwnd",
            "snd_ssthresh",
            "unacked",
            "sacked",
            "notsent_bytes",
            "retransmits",
            "backoff",
            "probes",
            "snd_wnd",
            "bytes_acked",
            "delivered_ce",
            "pmtu",
            "ca_state",
            "lost",
            "retrans",
            "rttvar",
            "min_rtt",
            "reordering",
            "total_retrans",
            "bytes_retrans",
            "delivered",
            "dsack_dups",
            "reord_seen",
            "rcv_mss",
            "rcv_rtt",
            "rcv_space",
            "rcv_ssthresh",
            "rcv_wnd",
            "rcv_ooopack",
            "ato",
            "bytes_received",
            "segs_in",
            "data_segs_in",
            "last_data_recv",
            "last_ack_recv",
            "delivered_ce",
            "delivery_rate",
            "delivery_rate_app_limited");

    private static final int NANOS_PER_MICRO = 1000;
    private static final int NANOS_PER_MILLI = 1_000_000;

    private TcpInfo() {}

    static Map<String, Long> of(Socket socket, long now) {
        Map<String, Long> info = new HashMap<>();
        for (String field : FIELDS) {
            put(info, field, 0);
        }
        put(info, "pacing_rate", Pacing.UNLIMITED);
        put(info, "max_pacing_rate", Pacing.UNLIMITED);
        Connection c = socket.connection;
        Listener listener = socket.listener;
        TcpState state = c != null ? c.state() : listener != null ? TcpState.LISTEN : TcpState.CLOSE;
        put(info, "state", state.ordinal() + 1L);
        if (listener != null) {
            put(info, "unacked", listener.acceptQueue.length());
            put(info, "sacked", listener.effectiveBacklog());
        }
        if (c != null) {
            fill(info, c, now);
        }
        return info;
    }

    private static void fill(Map<String, Long> info, Connection c, long now) {
        Sender sender = c.sender;
        boolean scaled = sender.windowScale() > 0 || c.receiver.window.scale() > 0;
        long options = (c.timestamps ? TIMESTAMPS : 0)
                | (c.sack ? SACK : 0)
                | (scaled ? WINDOW_SCALE : 0)
                | (c.synDataTaken ? SYN_DATA : 0);
        put(info, "options", options);
        put(info, "snd_wscale", sender.windowScale());
        put(info, "rcv_wscale", Math.max(0, c.receiver.window.scale()));
        put(info, "snd_mss", sender.mss());
        put(info, "pmtu", c.path.mtu());
        put(info, "advmss", c.announcedMss);
        put(info, "rto", sender.timeout() / 1000);
        put(info, "rtt", sender.roundTrip.smoothed() / 1000);
        put(info, "snd_cwnd", sender.congestion.cwnd);
        put(info, "snd_ssthresh", sender.congestion.ssthresh);
        put(info, "notsent_bytes", sender.unsent());
        boolean probing = sender.timer.purpose == LossTimer.Purpose.WINDOW_PROBE;
        KeepAlive keepAlive = c.keepAlive;
        put(info, "retransmits", probing ? 0 : sender.timer.retransmits);
        put(info, "probes", probing ? sender.timer.retransmits : keepAlive == null ? 0 : keepAlive.probes);
        put(info, "snd_wnd", sender.window());
        put(info, "bytes_acked", sender.acknowledged());
        put(info, "delivered_ce", sender.deliveredCe);
        put(info, "backoff", sender.timer.backoff);
        fillLoss(info, sender);
        fillRates(info, sender);
        fillReceiver(info, c, now);
    }

    private static void fillReceiver(Map<String, Long> info, Connection c, long now) {
        Receiver receiver = c.receiver;
        put(info, "rcv_mss", receiver.acks.segmentSize());
        put(info, "rcv_rtt", receiver.tuning.roundTrip());
        put(info, "rcv_space", receiver.tuning.perRound());
        put(info, "rcv_ssthresh", receiver.window.threshold());
        put(info, "rcv_wnd", receiver.window.size());
        put(info, "rcv_ooopack", receiver.outOfOrder);
        put(info, "ato", receiver.acks.patience() / NANOS_PER_MICRO);
        put(info, "bytes_received", receiver.received);
        put(info, "segs_in", receiver.segments);
        put(info, "data_segs_in", receiver.dataSegments);
        put(info, "last_data_recv", (now - receiver.acks.lastData()) / NANOS_PER_MILLI);
        put(info, "last_ack_recv", (now - c.sender.answeredAt) / NANOS_PER_MILLI);
    }

    private static void fillLoss(Map<String, Long> info, Sender sender) {
        Flight flight = sender.flight;
        Recovery recovery = sender.recovery;
        put(info, "ca_state", sender.congestion.state.ordinal());
        put(info, "unacked", flight.packets());
        put(info, "sacked", flight.sackedOut());
        put(info, "lost", flight.lostOut());
        put(info, "retrans", flight.retransOut());
        put(info, "rttvar", sender.roundTrip.deviation() / 1000);
        long least = sender.roundTrip.least();
        put(info, "min_rtt", least == LeastRoundTrip.UNKNOWN ? UNKNOWN : least / 1000);
        put(info, "reordering", recovery.reordering);
        put(info, "total_retrans", recovery.retransmits);
        put(info, "bytes_retrans", recovery.retransmittedOctets);
        put(info, "delivered", sender.delivered);
        put(info, "dsack_dups", recovery.duplicates);
        put(info, "reord_seen", recovery.reorderingSeen);
    }

    private static void fillRates(Map<String, Long> info, Sender sender) {
        put(info, "pacing_rate", sender.pacing.rate);
        put(info, "max_pacing_rate", sender.pacing.maxRate);
        put(info, "delivered_ce", sender.deliveredCe);
        put(info, "delivery_rate", sender.rate.octetsPerSecond(sender.mss()));
        put(info, "delivery_rate_app_limited", sender.rate.appLimited ? 1 : 0);
    }

    private static void put(Map<String, Long> info, String field, long value) {
        info.put("tcpi_" + field, value);
    }

    /** What a descriptor that is none has. */
    static Map<String, Long> ofNullable(@Nullable Socket socket, long now) {
        return socket == null ? Map.of() : of(socket, now);
    }
}
