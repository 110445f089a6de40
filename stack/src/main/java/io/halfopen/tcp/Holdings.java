package io.halfopen.tcp;

import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Pools;

/**
 * What a stack holds right now. Once every descriptor is closed and the last timer has fired it is all 0: whatever is
 * not is a leak. What is pooled for later does not count.
 *
 * @param sockets open descriptors
 * @param connections also those without a descriptor: orphans, and those that wait for accept()
 * @param halfOpens handshakes under way
 * @param timeWaits TIME_WAITs, and closed connections in FIN_WAIT2
 * @param flows entries of the flow table: all of the above that have a 4-tuple
 * @param timers that run
 * @param buffers arrays for octets that somebody will still read, or acknowledge
 * @param octets the sizes of all these arrays
 * @param helpers what only some connections need, and give back: keep-alive timers, congestion controls, places for what
 *     is in flight
 * @param orphans connections that live on without a process, as tcp_max_orphans counts them
 */
public record Holdings(
        int sockets,
        int connections,
        int halfOpens,
        int timeWaits,
        int flows,
        int timers,
        int buffers,
        long octets,
        int helpers,
        int orphans) {

    /** Nothing at all. */
    public static final Holdings NOTHING = new Holdings(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    static Holdings of(Core core) {
        Pools pools = core.pools;
        return new Holdings(
                pools.sockets(),
                pools.connections(),
                pools.halfOpens(),
                pools.timeWaits(),
                core.flows.size(),
                core.wheel.size(),
                core.buffers.lent(),
                core.buffers.lentOctets(),
                pools.keepAlives() + core.controls.lent() + core.flights.lent(),
                core.orphans);
    }
}
