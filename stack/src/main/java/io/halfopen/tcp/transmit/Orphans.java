package io.halfopen.tcp.transmit;

import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;

/** Connections without a process may not take more than their share: tcp_check_oom, tcp_out_of_resources. */
public final class Orphans {
    /** TCP_TIMEWAIT_LEN: who was sent something so lately is told. */
    private static final long LATELY = 60_000_000_000L;

    private final Core core;
    private final Transmission transmission;

    public Orphans(Core core, Transmission transmission) {
        this.core = core;
        this.transmission = transmission;
    }

    /** There are more than tcp_max_orphans, or this one holds octets while memory is out; doubt makes it count more. */
    public static boolean exceed(Core core, Connection c, int doubts) {
        boolean many = (long) core.orphans << doubts > core.sysctls.get(Sysctl.tcp_max_orphans);
        return many || core.memory.isExhausted() && c.sender.queued() > SendBuffers.LEAST;
    }

    /** A timer of one has fired: whether it ended here, since there are too many. */
    public boolean end(Connection c, boolean hopeful) {
        Sender sender = c.sender;
        long silence = core.now() - sender.congestion.lastSentAt;
        int doubts = (silence > 2 * sender.longestTimeout() || !hopeful ? 1 : 0) + (c.softError == 0 ? 0 : 1);
        if (!exceed(core, c, doubts)) {
            return false;
        }
        boolean shut = sender.window() == 0 && sender.flight.isEmpty();
        if (hopeful || silence <= LATELY || shut) {
            transmission.reset(c, Rule.ORPHAN_ENDED);
        } else {
            core.count(Rule.ORPHAN_ENDED);
        }
        core.close(c, 0);
        return true;
    }
}
