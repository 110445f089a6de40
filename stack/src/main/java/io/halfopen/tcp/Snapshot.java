package io.halfopen.tcp;

import io.halfopen.linux.TcpState;
import io.halfopen.tcp.call.Descriptors;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Dormant;
import io.halfopen.tcp.socket.Flow;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.socket.TimeWait;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Rows for ss and netstat out of the tables. */
final class Snapshot {
    private Snapshot() {}

    static List<SocketRow> of(Core core, Descriptors descriptors) {
        List<SocketRow> rows = new ArrayList<>();
        for (int fd = 0; fd < descriptors.end(); fd++) {
            Socket socket = descriptors.get(fd);
            if (socket != null && socket.listener != null) {
                rows.add(of(socket));
            }
        }
        List<SocketRow> flows = new ArrayList<>();
        core.flows.forEach(flow -> flows.add(of(flow)));
        flows.sort(Comparator.comparingInt(SocketRow::localPort)
                .thenComparingInt(SocketRow::remotePort)
                .thenComparing(row -> row.remoteAddress().toString()));
        rows.addAll(flows);
        return rows;
    }

    static SocketRow of(Socket socket) {
        Flow flow = socket.connection == null ? socket.dormant : socket.connection;
        if (flow != null) {
            return of(flow);
        }
        Listener listener = socket.listener;
        IpAddress any = socket.ipv6 ? IpAddress.ANY_V6 : IpAddress.ANY_V4;
        IpAddress local = socket.portUse == null ? any : socket.local;
        return new SocketRow(
                listener == null ? TcpState.CLOSE : TcpState.LISTEN,
                listener == null ? 0 : listener.acceptQueue.length(),
                listener == null ? 0 : listener.effectiveBacklog(),
                local,
                socket.localPort,
                any,
                0,
                socket.fd);
    }

    private static SocketRow of(Flow flow) {
        return switch (flow) {
            case Connection c -> {
                int unread = c.receiver.readable() + (c.receiver.isFinished() ? 1 : 0);
                int unsent = c.isOpening() ? 1 : c.sender.unacknowledged();
                yield row(c, c.state(), unread, unsent, c.socket == null ? -1 : c.socket.fd);
            }
            case Dormant d ->
                row(d, d.ended ? TcpState.CLOSE : TcpState.ESTABLISHED, 0, 0, d.socket == null ? -1 : d.socket.fd);
            case HalfOpen half -> row(half, TcpState.SYN_RECV, 0, 0, -1);
            case TimeWait rest -> row(rest, rest.substate, 0, 0, -1);
        };
    }

    private static SocketRow row(Flow flow, TcpState state, int receiveQueue, int sendQueue, int fd) {
        return new SocketRow(
                state,
                receiveQueue,
                sendQueue,
                flow.local,
                flow.localPort(),
                new IpAddress(flow.remoteHigh, flow.remoteLow),
                flow.remotePort(),
                fd);
    }
}
