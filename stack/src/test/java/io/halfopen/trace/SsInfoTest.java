package io.halfopen.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The text of {@code ss -tin}; what it prints of a kernel's connections is compared in SsInfoComparisonTest. */
class SsInfoTest {
    /** As printf(1) of coreutils prints them with %g. */
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "208, 208",
        "6.016, 6.016",
        "0.03, 0.03",
        "1234.5678, 1234.57",
        "123456.7, 123457",
        "1234567, 1.23457e+06",
        "0.00001, 1e-05",
        "2.88671875, 2.88672"
    })
    void numbersAreThoseOfC(double value, String text) {
        assertThat(SsInfo.general(value)).isEqualTo(text);
    }

    private static Map<String, Long> info(Object... fields) {
        Map<String, Long> info = new LinkedHashMap<>();
        info.put("tcpi_reordering", 3L);
        for (int i = 0; i < fields.length; i += 2) {
            info.put("tcpi_" + fields[i], ((Number) fields[i + 1]).longValue());
        }
        return info;
    }

    @Test
    void whatSaysNothingIsNotThere() {
        assertThat(SsInfo.text("reno", info())).isEqualTo("reno");
        assertThat(SsInfo.text("reno", info("state", 10, "sacked", 5, "snd_cwnd", 10, "pacing_rate", -1)))
                .isEqualTo("reno cwnd:10");
        assertThat(SsInfo.text("cubic", info("rto", 3_000_000, "min_rtt", 0xffff_ffffL, "snd_ssthresh", 7)))
                .isEqualTo("cubic ssthresh:7");
    }

    /** Printed by ss of iproute2 6.1 for a connection of Linux 6.18 over the loopback; times by hand. */
    @Test
    void aConnectionOfBbr() {
        Map<String, Long> info = info(
                "state",
                1,
                "options",
                7,
                "snd_wscale",
                10,
                "rcv_wscale",
                10,
                "rto",
                208_000,
                "rtt",
                6016,
                "rttvar",
                12_001,
                "snd_mss",
                47_616,
                "pmtu",
                65_535,
                "rcv_mss",
                536,
                "advmss",
                65_483,
                "snd_cwnd",
                14,
                "snd_ssthresh",
                Integer.MAX_VALUE,
                "bytes_sent",
                134_464,
                "bytes_retrans",
                34_464,
                "bytes_acked",
                100_000,
                "segs_out",
                4,
                "segs_in",
                5,
                "data_segs_out",
                4,
                "last_data_sent",
                92,
                "last_data_recv",
                108,
                "last_ack_recv",
                4,
                "pacing_rate",
                52_025_596_899L,
                "max_pacing_rate",
                -1,
                "delivery_rate",
                2_976_186,
                "delivered",
                5,
                "busy_time",
                48_000,
                "total_retrans",
                1,
                "dsack_dups",
                1,
                "rcv_space",
                65_483,
                "rcv_ssthresh",
                65_483,
                "min_rtt",
                18,
                "snd_wnd",
                60_416);
        info.putAll(Map.of("bbr_bw_lo", 2_267_428_435L, "bbr_bw_hi", 0L, "bbr_min_rtt", 18L));
        info.putAll(Map.of("bbr_pacing_gain", 739L, "bbr_cwnd_gain", 739L));
        assertThat(SsInfo.text("bbr", info))
                .isEqualTo("bbr wscale:10,10 rto:208 rtt:6.016/12.001 mss:47616 pmtu:65535 rcvmss:536 "
                        + "advmss:65483 cwnd:14 bytes_sent:134464 bytes_retrans:34464 bytes_acked:100000 segs_out:4 "
                        + "segs_in:5 data_segs_out:4 bbr:(bw:18139427480bps,mrtt:0.018,pacing_gain:2.88672,"
                        + "cwnd_gain:2.88672) send 886468085bps lastsnd:92 lastrcv:108 lastack:4 "
                        + "pacing_rate 416204775192bps delivery_rate 23809488bps delivered:5 busy:48ms retrans:0/1 "
                        + "dsack_dups:1 rcv_space:65483 rcv_ssthresh:65483 minrtt:0.018 snd_wnd:60416");
    }

    @Test
    void whatLimitedIsToldInPercent() {
        Map<String, Long> info = info("busy_time", 300_000, "rwnd_limited", 100_000, "sndbuf_limited", 25_000);
        assertThat(SsInfo.text("cubic", info))
                .isEqualTo("cubic busy:300ms rwnd_limited:100ms(33.3%) sndbuf_limited:25ms(8.3%)");
    }
}
