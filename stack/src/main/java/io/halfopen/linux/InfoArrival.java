package io.halfopen.linux;

import static io.halfopen.linux.KernelChange.Evidence.HISTORY;
import static io.halfopen.linux.KernelChange.Evidence.MEASURED;

import io.halfopen.linux.KernelChange.Evidence;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How struct tcp_info, which getsockopt(TCP_INFO) fills, has grown: fields that came with a version, always at its end.
 *
 * @param length of the struct since then, octets
 * @param before how it is known that kernels of before end where they do
 */
public record InfoArrival(List<String> fields, int length, int version, Evidence before, String source) {
    /** Up to tcpi_total_retrans: what every kernel has. */
    public static final int FIRST_LENGTH = 104;

    private static final List<InfoArrival> ALL = List.of(
            of(3, 15, 120, HISTORY, "commit 977cb0ecf82e", "pacing_rate max_pacing_rate"),
            of(4, 1, 136, HISTORY, "commits 0df48c26d841, bdd1f9edacb5", "bytes_acked bytes_received"),
            of(4, 2, 144, HISTORY, "commit 2efd055c53c0", "segs_out segs_in"),
            of(
                    4,
                    6,
                    160,
                    HISTORY,
                    "commits cd9b266095f4, a44d6eacdaf5",
                    "notsent_bytes min_rtt data_segs_in data_segs_out"),
            of(4, 9, 168, HISTORY, "commit eb8329e0a04d", "delivery_rate"),
            of(4, 10, 192, HISTORY, "commit efd901741675", "busy_time rwnd_limited sndbuf_limited"),
            of(4, 18, 200, HISTORY, "commit feb5f2ec6464", "delivered delivered_ce"),
            of(
                    4,
                    19,
                    224,
                    HISTORY,
                    "commits ba113c3aa79a, fb31c9b9f6c8, 7e10b6554ff2, 7ec65372ca53",
                    "bytes_sent bytes_retrans dsack_dups reord_seen"),
            of(5, 4, 232, HISTORY, "commits f9af2dbbfe01, 8f7baad7f035", "rcv_ooopack snd_wnd"),
            of(6, 2, 240, MEASURED, "commit 71fc704768f6", "rcv_wnd rehash"),
            of(6, 7, 248, MEASURED, "commit 3868ab0f1925", "total_rto total_rto_recoveries total_rto_time"),
            of(
                    6,
                    18,
                    280,
                    MEASURED,
                    "Accurate ECN; 6.12 is without it, what lies between was not measured",
                    "received_ce delivered_e1_bytes delivered_e0_bytes delivered_ce_bytes received_e1_bytes"
                            + " received_e0_bytes received_ce_bytes accecn_fail_mode accecn_opt_seen"));

    private static InfoArrival of(int major, int minor, int length, Evidence before, String source, String fields) {
        return new InfoArrival(
                List.of(fields.split(" ", -1)), length, KernelChange.number(major, minor), before, source);
    }

    /** All rows, from old to new. */
    public static List<InfoArrival> all() {
        return ALL;
    }

    /** The version that has them first, such as 6.7. */
    public String since() {
        return KernelChange.text(version);
    }

    /** What the kernel of this {@link KernelChange#number} does not have yet. */
    static Set<String> after(int kernel) {
        return ALL.stream()
                .filter(row -> kernel < row.version)
                .flatMap(row -> row.fields.stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The length of its struct, octets. */
    static int length(int kernel) {
        return ALL.stream()
                .filter(row -> kernel >= row.version)
                .mapToInt(InfoArrival::length)
                .max()
                .orElse(FIRST_LENGTH);
    }
}
