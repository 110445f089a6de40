package io.halfopen.linux;

import java.util.List;

/**
 * A sysctl that had another value after boot before some version: what the value is since then, 6.18's, or that of a
 * later row, is not said twice. Those that follow the machine's memory are 6.18's on every kernel.
 *
 * @param before the value of older kernels
 * @param source the commit or document that changed it
 */
public record DefaultChange(Sysctl sysctl, List<Integer> before, int version, String source) {
    private static final List<DefaultChange> ALL = List.of(
            of(Sysctl.tcp_congestion_control, 2, 6, "2.6.19: CUBIC", CongestionAlgorithm.reno.ordinal()),
            of(Sysctl.tcp_syn_retries, 3, 7, "commit 6c9ff979d192: 6, since the first timeout is shorter", 5),
            of(Sysctl.tcp_fastopen, 3, 13, "commit 0d41cca490c2: for clients", 0),
            of(Sysctl.tcp_base_mss, 4, 1, "\"Improvements for TCP PMTU\", as RFC 4821 wants it", 512),
            of(Sysctl.tcp_ecn_fallback, 4, 2, "commit 492135557dc0", 0),
            of(Sysctl.auto_flowlabels, 4, 3, "\"ipv6: Enable auto flow labels by default\"", 0),
            of(Sysctl.tcp_challenge_ack_limit, 4, 7, "commit 75ff39ccc1bd: 1000", 100),
            of(Sysctl.tcp_tw_reuse, 4, 19, "commit 79e9fed46038: on the loopback", 0),
            of(Sysctl.tcp_rmem, 4, 20, "commit a337531b942b: 131072 at first", 4096, 87380, 6291456),
            of(Sysctl.somaxconn, 5, 4, "commit 19f92a030ca6", 128),
            of(Sysctl.tcp_challenge_ack_limit, 6, 1, "commit 79e3602caa6f: no limit", 1000),
            of(Sysctl.tcp_syn_linear_timeouts, 6, 5, "commit ccce324dabfe: there was none", 0),
            of(Sysctl.tcp_rmem, 6, 16, "\"tcp: increase tcp_rmem[2] to 32 MB\"", 4096, 131072, 6291456),
            of(Sysctl.ratelimit, 6, 18, "6.12 has 1000 (measured); the version is not known closer", 1000),
            of(Sysctl.rmem_max, 6, 18, "\"net: set net.core.rmem_max and net.core.wmem_max to 4 MB\"", 212992),
            of(Sysctl.wmem_max, 6, 18, "the same", 212992));

    private static DefaultChange of(Sysctl sysctl, int major, int minor, String source, Integer... before) {
        return new DefaultChange(sysctl, List.of(before), KernelChange.number(major, minor), source);
    }

    /** All rows, from old to new. */
    public static List<DefaultChange> all() {
        return ALL;
    }

    /** The version that has the new value first, such as 5.4. */
    public String since() {
        return KernelChange.text(version);
    }

    /** The value on the kernel of a {@link KernelChange#number}. */
    static int[] defaultOf(Sysctl sysctl, int kernel) {
        for (DefaultChange change : ALL) {
            if (change.sysctl == sysctl && kernel < change.version) {
                return change.before.stream().mapToInt(Integer::intValue).toArray();
            }
        }
        return sysctl.defaults();
    }
}
