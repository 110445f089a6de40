package io.halfopen.linux;

import static io.halfopen.linux.KernelChange.Evidence.HISTORY;
import static io.halfopen.linux.KernelChange.Evidence.MEASURED;

import io.halfopen.linux.KernelChange.Evidence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sysctl that is not on every kernel, and the version that has it first. What is in no row is on all of them.
 *
 * @param before how it is known that kernels of before have none
 * @param source the commit or document that brought it
 */
public record SysctlArrival(Sysctl sysctl, int version, Evidence before, String source) {
    private static final List<SysctlArrival> ALL = List.of(
            of(Sysctl.tcp_early_retrans, 3, 5, HISTORY, "commit eed530b6c676"),
            of(Sysctl.tcp_limit_output_bytes, 3, 6, HISTORY, "commit 46d3ceabd8d9"),
            of(Sysctl.tcp_challenge_ack_limit, 3, 6, HISTORY, "commit 282f23c6ee34"),
            of(Sysctl.tcp_fastopen, 3, 6, HISTORY, "commit 2100c8d2d9db"),
            of(Sysctl.tcp_fastopen_key, 3, 7, HISTORY, "commit 1046716368979"),
            of(Sysctl.tcp_min_tso_segs, 3, 12, HISTORY, "commit 95bd09eb2750"),
            of(Sysctl.tcp_notsent_lowat, 3, 12, HISTORY, "commit c9bee3b7fdec"),
            of(Sysctl.tcp_autocorking, 3, 14, HISTORY, "commit f54b311142a9"),
            of(Sysctl.auto_flowlabels, 3, 17, HISTORY, "commit cb1ce2ef387b"),
            of(Sysctl.icmp_msgs_burst, 3, 18, HISTORY, "commit 4cdf507d5452"),
            of(Sysctl.icmp_msgs_per_sec, 3, 18, HISTORY, "commit 4cdf507d5452"),
            of(Sysctl.tcp_max_reordering, 3, 19, HISTORY, "commit dca145ffaa8d"),
            of(Sysctl.tcp_invalid_ratelimit, 4, 0, HISTORY, "commit 032ee4236954"),
            of(Sysctl.tcp_probe_interval, 4, 1, HISTORY, "\"Improvements for TCP PMTU\", four patches"),
            of(Sysctl.tcp_probe_threshold, 4, 1, HISTORY, "the same"),
            of(Sysctl.tcp_ecn_fallback, 4, 2, HISTORY, "commit 492135557dc0"),
            of(Sysctl.tcp_pacing_ca_ratio, 4, 3, HISTORY, "commit 43e122b014c9"),
            of(Sysctl.tcp_pacing_ss_ratio, 4, 3, HISTORY, "commit 43e122b014c9"),
            of(Sysctl.tcp_min_rtt_wlen, 4, 4, HISTORY, "commit f672258391b4"),
            of(Sysctl.tcp_recovery, 4, 4, HISTORY, "commit 4f41b1c58a32"),
            of(Sysctl.tcp_fastopen_blackhole_timeout_sec, 4, 12, HISTORY, "commit cf1ef3f0719b"),
            of(Sysctl.tcp_comp_sack_delay_ns, 4, 18, HISTORY, "commit 6d82aa242092"),
            of(Sysctl.tcp_comp_sack_nr, 4, 18, HISTORY, "commit 9c21d2fc41c0"),
            of(Sysctl.echo_ignore_all, 5, 0, HISTORY, "commit e6f86b0f7ae2"),
            of(Sysctl.tcp_min_snd_mss, 5, 2, HISTORY, "commit 5f3e2bf008c2"),
            of(Sysctl.tcp_mtu_probe_floor, 5, 4, HISTORY, "commit c04b79b6cfd7"),
            of(Sysctl.tcp_comp_sack_slack_ns, 5, 8, HISTORY, "commit a70437cc09a1"),
            of(Sysctl.tcp_reflect_tos, 5, 10, HISTORY, "commit ac8f1710c12b"),
            of(Sysctl.tcp_migrate_req, 5, 14, HISTORY, "commit f9ac779f881c"),
            of(Sysctl.tcp_tso_rtt_log, 5, 18, HISTORY, "commit 65466904b015"),
            of(Sysctl.tcp_shrink_window, 6, 1, HISTORY, "commit b650d953cd39, of 6.5; 6.1.176 has it, too"),
            of(Sysctl.tcp_syn_linear_timeouts, 6, 5, MEASURED, "commit ccce324dabfe"),
            of(Sysctl.tcp_pingpong_thresh, 6, 7, MEASURED, "commit 562b1fdf061b"),
            of(Sysctl.tcp_rto_min_us, 6, 11, MEASURED, "commit f086edef71be"),
            of(Sysctl.tcp_tw_reuse_delay, 6, 14, MEASURED, "commit ca6a6f93867a"),
            of(Sysctl.tcp_rto_max_ms, 6, 15, MEASURED, "commit 1280c26228bd"));

    private static SysctlArrival of(Sysctl sysctl, int major, int minor, Evidence before, String source) {
        return new SysctlArrival(sysctl, KernelChange.number(major, minor), before, source);
    }

    /** All rows, from old to new. */
    public static List<SysctlArrival> all() {
        return ALL;
    }

    /** The version that has it first, such as 6.15. */
    public String since() {
        return KernelChange.text(version);
    }

    /** The row of a sysctl that the kernel of this {@link KernelChange#number} does not have yet; null if it has it. */
    static @Nullable SysctlArrival after(Sysctl sysctl, int kernel) {
        for (SysctlArrival arrival : ALL) {
            if (arrival.sysctl == sysctl && kernel < arrival.version) {
                return arrival;
            }
        }
        return null;
    }
}
