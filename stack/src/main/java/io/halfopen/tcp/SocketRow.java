package io.halfopen.tcp;

import io.halfopen.linux.TcpState;
import io.halfopen.wire.IpAddress;

/**
 * One line of what ss and netstat print about a socket.
 *
 * @param receiveQueue LISTEN: connections in the accept queue; else octets received and not read, a FIN counting one
 * @param sendQueue LISTEN: the effective backlog; else octets written and not acknowledged, a SYN or FIN counting one
 * @param remotePort 0 for a listener
 * @param fd the descriptor, or -1 where no process holds one: half-open, not accepted yet, closed
 */
public record SocketRow(
        TcpState state,
        int receiveQueue,
        int sendQueue,
        IpAddress localAddress,
        int localPort,
        IpAddress remoteAddress,
        int remotePort,
        int fd) {}
