package io.halfopen.app.simulate;

import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The sysctls and socket options that a simulation turns, and how far. */
final class Knobs {
    private static final Map<Sysctl, List<List<Integer>>> SYSCTLS = new EnumMap<>(Map.ofEntries(
            one(Sysctl.tcp_sack, 0),
            one(Sysctl.tcp_dsack, 0),
            one(Sysctl.tcp_timestamps, 0, 2),
            one(Sysctl.tcp_window_scaling, 0),
            one(Sysctl.tcp_ecn, 0, 1, 1, 1),
            one(Sysctl.tcp_early_retrans, 0),
            one(Sysctl.tcp_syncookies, 0, 2),
            one(Sysctl.tcp_max_syn_backlog, 1, 4, 16),
            one(Sysctl.tcp_abort_on_overflow, 1),
            one(Sysctl.tcp_retries2, 3, 8),
            one(Sysctl.tcp_syn_retries, 1, 3),
            one(Sysctl.tcp_synack_retries, 1, 2),
            one(Sysctl.tcp_orphan_retries, 1, 3),
            one(Sysctl.tcp_fin_timeout, 1, 5, 120),
            one(Sysctl.tcp_max_tw_buckets, 0, 2),
            one(Sysctl.tcp_tw_reuse, 0, 1),
            one(Sysctl.tcp_fastopen, 3, 0x607, 7),
            one(Sysctl.tcp_invalid_ratelimit, 0),
            one(Sysctl.tcp_challenge_ack_limit, 2),
            one(Sysctl.tcp_no_metrics_save, 1),
            one(Sysctl.auto_flowlabels, 0),
            one(Sysctl.tcp_congestion_control, 0, 0, 1),
            one(Sysctl.tcp_recovery, 0, 2, 4),
            one(Sysctl.tcp_frto, 0),
            one(Sysctl.tcp_reordering, 1, 10, 300),
            one(Sysctl.tcp_mtu_probing, 1, 2),
            one(Sysctl.tcp_slow_start_after_idle, 0),
            one(Sysctl.tcp_moderate_rcvbuf, 0),
            one(Sysctl.tcp_notsent_lowat, 1, 5000),
            one(Sysctl.tcp_max_orphans, 0, 1),
            one(Sysctl.ip_no_pmtu_disc, 1),
            one(Sysctl.tcp_keepalive_time, 1, 20),
            one(Sysctl.tcp_keepalive_intvl, 1, 10),
            one(Sysctl.tcp_keepalive_probes, 1, 3),
            Map.entry(
                    Sysctl.tcp_rmem,
                    List.of(List.of(4096, 8192, 16384), List.of(4096, 65536, 200_000), List.of(4096, 4096, 4096))),
            Map.entry(Sysctl.tcp_mem, List.of(List.of(0, 0, 4), List.of(4, 16, 64), List.of(2, 4, 1000))),
            Map.entry(
                    Sysctl.tcp_wmem,
                    List.of(List.of(4096, 4096, 8192), List.of(4096, 65536, 200_000), List.of(4096, 8192, 4194304)))));

    private Knobs() {}

    private static Map.Entry<Sysctl, List<List<Integer>>> one(Sysctl sysctl, Integer... values) {
        return Map.entry(sysctl, List.of(values).stream().map(List::of).toList());
    }

    /** One to four of them. */
    static Map<Sysctl, List<Integer>> sysctls(SplittableRandom random) {
        Map<Sysctl, List<Integer>> chosen = new EnumMap<>(Sysctl.class);
        List<Sysctl> all = List.copyOf(SYSCTLS.keySet());
        for (int i = random.nextInt(4); i >= 0; i--) {
            Sysctl sysctl = all.get(random.nextInt(all.size()));
            List<List<Integer>> values = SYSCTLS.getOrDefault(sysctl, List.of());
            chosen.put(sysctl, values.get(random.nextInt(values.size())));
        }
        return chosen;
    }

    /** Of a listener, handed on to what it accepts. */
    static Map<SocketOption, Integer> listenerOptions(SplittableRandom random) {
        Map<SocketOption, Integer> chosen = new EnumMap<>(SocketOption.class);
        if (random.nextInt(10) == 0) {
            chosen.put(SocketOption.TCP_DEFER_ACCEPT, 1 + random.nextInt(10));
        }
        if (random.nextInt(5) == 0) {
            chosen.put(SocketOption.TCP_FASTOPEN, 1 + random.nextInt(10));
        }
        if (random.nextInt(10) == 0) {
            chosen.put(SocketOption.SO_RCVBUF, 2000 + random.nextInt(20_000));
        }
        return chosen;
    }

    /** Of either side. */
    static Map<SocketOption, Integer> options(SplittableRandom random) {
        Map<SocketOption, Integer> chosen = new EnumMap<>(SocketOption.class);
        for (int i = random.nextInt(6); i > 2; i--) {
            switch (random.nextInt(17)) {
                case 0 -> chosen.put(SocketOption.SO_RCVBUF, 1000 + random.nextInt(50_000));
                case 1 -> chosen.put(SocketOption.SO_SNDBUF, 1000 + random.nextInt(50_000));
                case 2 -> chosen.put(SocketOption.TCP_MAXSEG, 88 + random.nextInt(1400));
                case 3 -> chosen.put(SocketOption.TCP_USER_TIMEOUT, 1 + random.nextInt(60_000));
                case 4 -> chosen.put(SocketOption.TCP_WINDOW_CLAMP, 1152 + random.nextInt(100_000));
                case 5 -> chosen.put(SocketOption.TCP_FASTOPEN_CONNECT, 1);
                case 6 -> {
                    chosen.put(SocketOption.SO_KEEPALIVE, 1);
                    chosen.put(SocketOption.TCP_KEEPIDLE, 1 + random.nextInt(60));
                    chosen.put(SocketOption.TCP_KEEPINTVL, 1 + random.nextInt(20));
                    chosen.put(SocketOption.TCP_KEEPCNT, 1 + random.nextInt(5));
                }
                case 7 -> chosen.put(SocketOption.TCP_CORK, 1);
                case 8 -> chosen.put(SocketOption.TCP_NOTSENT_LOWAT, 1 + random.nextInt(20_000));
                case 9 -> chosen.put(SocketOption.TCP_QUICKACK, random.nextInt(2));
                case 10 -> chosen.put(SocketOption.SO_MAX_PACING_RATE, 10_000 + random.nextInt(10_000_000));
                case 11 -> chosen.put(SocketOption.TCP_THIN_LINEAR_TIMEOUTS, 1);
                case 12 -> chosen.put(SocketOption.SO_LINGER, 1 + random.nextInt(100));
                case 13 -> chosen.put(SocketOption.TCP_LINGER2, random.nextInt(4) * 20 - 1);
                case 14 -> chosen.put(SocketOption.SO_RCVLOWAT, 1 + random.nextInt(20_000));
                case 15 -> chosen.put(SocketOption.IP_MTU_DISCOVER, random.nextInt(4));
                default -> chosen.put(SocketOption.TCP_NODELAY, 1);
            }
        }
        return chosen;
    }
}
