/**
 * What a segment does to a connection: checks, ACK, data, FIN ({@link io.halfopen.tcp.connection.ConnectionInput}), and what is
 * left of it in TIME_WAIT ({@link io.halfopen.tcp.connection.TimeWaitInput}).
 */
@NullMarked
package io.halfopen.tcp.connection;

import org.jspecify.annotations.NullMarked;
