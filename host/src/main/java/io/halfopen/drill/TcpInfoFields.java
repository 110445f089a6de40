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

    /** From octet 8 on, each of 4; those with a star of 8, those with a line of 2. */
    private static final List<String> NUMBERS = List.of(
            ("rto ato snd_mss rcv_mss unacked sacked lost retrans fackets last_data_sent last_ack_sent last_data_recv"
                            + " last_ack_recv pmtu rcv_ssthresh rtt rttvar snd_ssthresh snd_cwnd advmss reordering"
                            + " rcv_rtt rcv_space total_retrans pacing_rate* max_pacing_rate* bytes_acked*"
                            + " bytes_received* segs_out segs_in notsent_bytes min_rtt data_segs_in data_segs_out"
                            + " delivery_rate* busy_time* rwnd_limited* sndbuf_limited* delivered delivered_ce"
                            + " bytes_sent* bytes_retrans* dsack_dups reord_seen rcv_ooopack snd_wnd rcv_wnd rehash"
                            + " total_rto- total_rto_recoveries- total_rto_time received_ce delivered_e1_bytes"
                            + " delivered_e0_bytes delivered_ce_bytes received_e1_bytes received_e0_bytes"
                            + " received_ce_bytes accecn_fail_mode- accecn_opt_seen-")
                    .split(" "));

    private TcpInfoFields() {}

    private static long number(ByteBuffer buffer, int at, int size) {
        return switch (size) {
            case 2 -> buffer.getShort(at) & 0xffffL;
            case 4 -> buffer.getInt(at) & 0xffff_ffffL;
            default -> buffer.getLong(at);
        };
    }

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
        fields.put("tcpi_fastopen_client_fail", info[7] >> 1 & 3L);
        ByteBuffer buffer = ByteBuffer.wrap(info).order(ByteOrder.nativeOrder());
        int at = BYTES.size();
        for (String name : NUMBERS) {
            int size = name.endsWith("*") ? 8 : name.endsWith("-") ? 2 : 4;
            if (at + size <= info.length) {
                fields.put("tcpi_" + name.replaceAll("[*-]", ""), number(buffer, at, size));
            }
            at += size;
        }
        return fields;
    }
}
