package io.halfopen.drill;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The fields of the kernel's struct tcp_info, linux/tcp.h: a kernel that is older fills fewer of them. */
final class TcpInfoFields {
    private static final List<String> BYTES =
            List.of("state", "ca_state", "retransmits", "probes", "backoff", "options", "wscales", "flags");

    /** From octet 8 on, each of 4; those with a star of 8. */
    private static final List<String> NUMBERS = List.of(
            ("rto ato snd_mss rcv_mss unacked sacked lost retrans fackets last_data_sent last_ack_sent last_data_recv"
                            + " last_ack_recv pmtu rcv_ssthresh rtt rttvar snd_ssthresh snd_cwnd advmss reordering"
                            + " rcv_rtt rcv_space total_retrans pacing_rate* max_pacing_rate* bytes_acked*"
                            + " bytes_received* segs_out segs_in notsent_bytes min_rtt data_segs_in data_segs_out"
                            + " delivery_rate* busy_time* rwnd_limited* sndbuf_limited* delivered delivered_ce"
                            + " bytes_sent* bytes_retrans* dsack_dups reord_seen rcv_ooopack snd_wnd")
                    .split(" "));

    private TcpInfoFields() {}

    static Map<String, Long> parse(byte[] info) {
        Map<String, Long> fields = new HashMap<>();
        if (info.length < BYTES.size()) {
            return fields;
        }
        for (int i = 0; i < BYTES.size(); i++) {
            fields.put("tcpi_" + BYTES.get(i), info[i] & 0xffL);
        }
        fields.put("tcpi_snd_wscale", info[6] & 0xfL);
        fields.put("tcpi_rcv_wscale", info[6] >> 4 & 0xfL);
        fields.put("tcpi_delivery_rate_app_limited", info[7] & 1L);
        ByteBuffer buffer = ByteBuffer.wrap(info).order(ByteOrder.nativeOrder());
        int at = BYTES.size();
        for (String name : NUMBERS) {
            boolean wide = name.endsWith("*");
            int size = wide ? 8 : 4;
            if (at + size <= info.length) {
                long value = wide ? buffer.getLong(at) : buffer.getInt(at) & 0xffff_ffffL;
                fields.put("tcpi_" + name.replace("*", ""), value);
            }
            at += size;
        }
        return fields;
    }
}
