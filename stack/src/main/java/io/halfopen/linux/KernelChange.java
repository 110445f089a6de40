package io.halfopen.linux;

import static io.halfopen.linux.KernelChange.Evidence.HISTORY;
import static io.halfopen.linux.KernelChange.Evidence.MEASURED;
import static io.halfopen.linux.KernelChange.Evidence.TRACE;

/**
 * What Linux did otherwise before some version: a row a change, from old to new. The behaviour since then was measured on
 * 6.18 in every row; {@link Evidence} says how the one before is known, and the text where the version is from.
 */
public enum KernelChange {
    ONE_SECOND_TIMEOUTS(3, 1, TRACE, "commit 9ad7c049f0f7, RFC 6298: SYNs and SYN-ACKs waited 3 s at first"),
    COOKIES_ON_DEMAND(3, 12, HISTORY, "ip-sysctl: tcp_syncookies may be 2"),
    FLOOD_WARNING_NAMES_POOL(3, 17, HISTORY, "tcp_conn_request logs the name of its slab"),
    LIMITED_INVALID_ACKS(4, 0, HISTORY, "ip-sysctl: tcp_invalid_ratelimit"),
    TIMER_PER_HALF_OPEN(4, 1, TRACE, "one scan of all half-opens each 200 ms before"),
    MTU_SEARCH_BY_HALVES(4, 1, HISTORY, "\"Improvements for TCP PMTU\": probes had twice a segment's data"),
    SYN_QUEUE_BY_BACKLOG(4, 4, HISTORY, "commits ef547f2ac16b, 079096f103fa: max_qlen_log is gone"),
    CHALLENGE_ACKS_BY_CHANCE(4, 7, HISTORY, "ip-sysctl: tcp_challenge_ack_limit"),
    RECORDS(4, 7, HISTORY, "commit c134ecb87817: tcp_sendmsg_locked looks at MSG_EOR"),
    RESET_AT_SACK_EDGE(4, 8, HISTORY, "tcp_reset_check and the right-most SACK block"),
    SYN_NEEDS_ACCEPT_QUEUE(4, 10, TRACE, "commit 5ea8ea2cb7f1"),
    RANDOM_TIMESTAMPS(4, 10, HISTORY, "commit 95a22caee396"),
    RESET_AT_FIN(4, 11, HISTORY, "tcp_reset_check and the FIN's own number"),
    TIME_WAIT_ISN_LOST(4, 15, MEASURED, "tcp_v4_fill_cb forgets it until 6.10; 6.1 draws a new number"),
    SACK_BLOCKS_SEARCHED(4, 15, HISTORY, "commit 75c119afe14f: tcp_sacktag_bsearch; before, the queue was walked"),
    COMPRESSED_SACKS(4, 18, HISTORY, "ip-sysctl: tcp_comp_sack_delay_ns"),
    EXACT_USER_TIMEOUT(4, 20, HISTORY, "tcp_clamp_rto_to_user_timeout"),
    BUFFER_KEPT_BY_HANDSHAKE(4, 20, TRACE, "tcp_fixup_rcvbuf is gone"),
    WRITER_TOLD_BY_SENDING(5, 4, HISTORY, "tcp_event_new_data_sent, tcp_check_space; 5.18, stable ones of 2022"),
    HURRIED_SYN(5, 6, HISTORY, "tcp_rcv_synsent_state_process and TCP_TIMEOUT_MIN"),
    ACK_OF_WHAT_WAS_SENT(6, 1, HISTORY, "commit 3d501dd326fb, of 6.7; 6.1.176 has it, too"),
    TIMESTAMP_OF_ACCEPTED_ACK(6, 1, TRACE, "commit 8d52da23b6c6, of 6.15; 6.1.176 has it, too"),
    OLD_ACKS_EXCLUDED(
            6,
            1,
            HISTORY,
            "\"tcp: exclude old ACKs from tcp fast path\" and \"refresh TS.Recent for accepted old ACKs\", of 2026;"
                    + " 6.1.192 and 6.12.117 have them"),
    FLOOD_WARNING_NAMES_ADDRESS(6, 2, HISTORY, "tcp_syn_flood_action logs the listener's address"),
    SMALL_HEADS(6, 3, MEASURED, "commit bf9f1baa279f: skb_small_head_cache; 6.1 is without it"),
    OLD_SYN_CHALLENGED(6, 4, MEASURED, "commit ee05d90d0ac7; 6.1 is without, 6.12 with it"),
    LINEAR_SYN_TIMEOUTS(6, 5, MEASURED, "commit ccce324dabfe; 6.1 is without, 6.12 with it"),
    MEASURED_OVERHEAD(6, 6, MEASURED, "tcp_measure_rcv_mss and scaling_ratio; 6.1 is without, 6.12 with it"),
    ZERO_WINDOW_TAKEN(6, 6, MEASURED, "tcp_may_update_window; 6.1 is without, 6.12 with it"),
    SIGNATURES(6, 7, HISTORY, "TCP-AO; 6.1 has none of its counters, 6.12 all"),
    TIME_WAIT_ISN_KEPT(6, 10, MEASURED, "commit 41eecbd712b7; 6.1 is without, 6.12 with it"),
    FIN_WAITS_FOR_WINDOW(6, 10, MEASURED, "tcp_cwnd_test without its exception; 6.1 is without, 6.12 with it"),
    GROWING_BURSTS(6, 10, MEASURED, "tcp_grow_skb; 6.1 is without it"),
    LARGE_FIRST_WINDOW(6, 11, HISTORY, "commit 378979e94e95: tcp_select_initial_window"),
    GAPS_TELL_SEGMENT_SIZE(
            6,
            12,
            MEASURED,
            "\"call tcp_measure_rcv_mss() for ooo packets\", of 6.17, 6.12.43 has it; 6.1 is without it"),
    SMALL_HEADS_FOR_GRO(6, 12, MEASURED, "commit 14ad6ed30a10, of 6.14: GRO_MAX_HEAD; 6.12.117 has it"),
    INTERFACE_ANNOUNCED(
            6, 12, MEASURED, "\"advertise TCP MSS from the configured MTU\", of 2026, 6.12.111; 6.1.192 is without it"),
    SILENT_OLD_ACKS(6, 14, MEASURED, "commit 124c4c32e9f3; 6.12 is without it"),
    CHECKED_ECHO_OF_HANDSHAKE(6, 15, MEASURED, "tcp_check_req and TSEcrRejected; 6.12 is without it"),
    ROOM_BEYOND_GAPS(6, 16, MEASURED, "\"tcp: adjust rcvbuf in presence of reorders\"; 6.1 and 6.12 are without it"),
    REFUSED_OVERSHOOT(6, 17, MEASURED, "TCPBeyondWindow; 6.12 is without it"),
    ALWAYS_RACK(6, 17, MEASURED, "RFC 6675 is gone, whatever tcp_recovery says; 6.1 and 6.12 have it"),
    THRESHOLD_FOLLOWS_OVERHEAD(
            6,
            18,
            MEASURED,
            "tcp_measure_rcv_mss; 6.12.117 is without: \"do not change rcv_ssthresh\" came in 6.12.105"),
    OLD_ACKS_PREDICTED(6, 18, MEASURED, "6.18.44 is older than OLD_ACKS_EXCLUDED's fixes; 6.12.117 has them"),
    PATH_ANNOUNCED(6, 18, MEASURED, "6.18.44 is older than INTERFACE_ANNOUNCED's fix; 6.12.117 has it"),
    ACK_OF_UNSENT_ANSWERED(6, 18, MEASURED, "tcp_ack; 6.12 is without it, what lies between was not measured");

    /** How it is known what a kernel before the change does. */
    public enum Evidence {
        /** Measured on a kernel of before. */
        MEASURED,
        /** Seen in the packets that an article lists. */
        TRACE,
        /** Known from the kernel's public history only. */
        HISTORY
    }

    private final int version;
    private final Evidence before;
    private final String source;

    KernelChange(int major, int minor, Evidence before, String source) {
        version = number(major, minor);
        this.before = before;
        this.source = source;
    }

    /** Versions in their order. */
    static int number(int major, int minor) {
        return major << 8 | minor;
    }

    /** Whether the kernel of this {@link #number} has it. */
    boolean isIn(int kernel) {
        return kernel >= version;
    }

    /** The version that has it first, such as 4.10. */
    public String since() {
        return text(version);
    }

    /** 4.10, of its {@link #number}. */
    static String text(int number) {
        return (number >> 8) + "." + (number & 0xff);
    }

    /** How the behaviour before it is known. */
    public Evidence before() {
        return before;
    }

    /** The commit, document, function or counter that tells of it. */
    public String source() {
        return source;
    }
}
