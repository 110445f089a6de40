package io.halfopen.app.watch;

import io.halfopen.linux.Sysctl;
import java.util.Map;

/** The kernel's settings that decide about a handshake. */
record Settings(int somaxconn, int maxSynBacklog, int syncookies, int abortOnOverflow, int synackRetries) {
    static final Sysctl[] WANTED = {
        Sysctl.somaxconn,
        Sysctl.tcp_max_syn_backlog,
        Sysctl.tcp_syncookies,
        Sysctl.tcp_abort_on_overflow,
        Sysctl.tcp_synack_retries
    };

    static Settings of(Map<Sysctl, Integer> values) {
        return new Settings(
                values.getOrDefault(Sysctl.somaxconn, 128),
                values.getOrDefault(Sysctl.tcp_max_syn_backlog, 128),
                values.getOrDefault(Sysctl.tcp_syncookies, 0),
                values.getOrDefault(Sysctl.tcp_abort_on_overflow, 0),
                values.getOrDefault(Sysctl.tcp_synack_retries, 5));
    }

    /** In one line. */
    String line() {
        return "somaxconn " + somaxconn + ", tcp_max_syn_backlog " + maxSynBacklog + ", tcp_syncookies " + syncookies
                + ", tcp_abort_on_overflow " + abortOnOverflow;
    }
}
