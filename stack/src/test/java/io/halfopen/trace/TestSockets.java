package io.halfopen.trace;

import io.halfopen.linux.TcpState;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;
import java.util.List;

/** The sockets that the real ss and netstat were shown for the golden tables. */
final class TestSockets {
    private static final String LONG = "2001:db8:1:2:3:4:5:6";

    static final List<SocketRow> V4 = List.of(
            row(TcpState.LISTEN, 0, 128, "127.0.0.1", 22, "0.0.0.0", 0),
            row(TcpState.LISTEN, 2, 1, "0.0.0.0", 8080, "0.0.0.0", 0),
            row(TcpState.SYN_RECV, 0, 0, "192.0.2.1", 8080, "198.51.100.200", 54321),
            row(TcpState.ESTABLISHED, 90, 3877888, "127.0.0.1", 47162, "127.0.0.1", 8080),
            row(TcpState.SYN_SENT, 0, 1, "192.0.2.1", 40001, "203.0.113.9", 443),
            row(TcpState.FIN_WAIT1, 0, 1, "192.0.2.1", 40002, "203.0.113.9", 443),
            row(TcpState.FIN_WAIT2, 0, 0, "192.0.2.1", 40003, "203.0.113.9", 443),
            row(TcpState.TIME_WAIT, 0, 0, "192.0.2.1", 40004, "203.0.113.9", 443),
            row(TcpState.CLOSE_WAIT, 1, 0, "192.0.2.1", 40005, "203.0.113.9", 443),
            row(TcpState.LAST_ACK, 0, 1, "192.0.2.1", 40006, "203.0.113.9", 443),
            row(TcpState.CLOSING, 0, 1, "192.0.2.1", 40007, "203.0.113.9", 443));

    static final List<SocketRow> V6 = List.of(
            row(TcpState.LISTEN, 0, 1, "0.0.0.0", 8080, "0.0.0.0", 0),
            row(TcpState.LISTEN, 1, 128, LONG, 8082, "::", 0),
            row(TcpState.LISTEN, 1, 128, "::", 8081, "::", 0),
            row(TcpState.ESTABLISHED, 0, 0, LONG, 8082, LONG, 48198),
            row(TcpState.ESTABLISHED, 0, 0, LONG, 48198, LONG, 8082),
            row(TcpState.ESTABLISHED, 0, 0, "::1", 57190, "::1", 8081),
            row(TcpState.ESTABLISHED, 0, 0, "::1", 8081, "::1", 57190));

    private TestSockets() {}

    /** What {@code cat -A} shows, so that blanks at the end of a line are seen. */
    static String catA(String text) {
        return text.replace("\n", "$\n");
    }

    private static SocketRow row(
            TcpState state, int received, int sent, String local, int localPort, String remote, int remotePort) {
        return new SocketRow(
                state, received, sent, IpAddress.parse(local), localPort, IpAddress.parse(remote), remotePort, -1);
    }
}
