/**
 * Who holds whom: sockets, listeners and their two queues, half-opens, connections, TIME_WAITs, ports, and the table of all that
 * has a 4-tuple. {@link io.halfopen.tcp.socket.Listener} decides about SYNs and final ACKs;
 * {@link io.halfopen.tcp.socket.Core} has the tables.
 */
@NullMarked
package io.halfopen.tcp.socket;

import org.jspecify.annotations.NullMarked;
