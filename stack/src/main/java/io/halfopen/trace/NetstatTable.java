package io.halfopen.trace;

import io.halfopen.linux.TcpState;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;
import java.util.List;

/**
 * Sockets as {@code netstat} of net-tools prints them, blanks at the end of a line included. Rows keep their order;
 * every line ends with a newline.
 *
 * <p>Unlike ss it never shows a backlog: a listener's Send-Q is 0. And it cuts an address that does not fit, so that
 * two sockets may look the same.
 */
public final class NetstatTable {
    private static final int COLUMN = 23;
    /** What an address and its port may take together; the colon between them is the 23rd: addr_do_one in netstat.c. */
    private static final int ENDPOINT = COLUMN - 1;

    private NetstatTable() {}

    /** {@code netstat -ant}. */
    public static String all(List<SocketRow> rows) {
        StringBuilder out = new StringBuilder("Active Internet connections (servers and established)\n");
        out.append("Proto Recv-Q Send-Q Local Address           Foreign Address         State      \n");
        rows.forEach(row -> append(out, row));
        return out.toString();
    }

    private static void append(StringBuilder out, SocketRow row) {
        int sendQueue = row.state() == TcpState.LISTEN ? 0 : row.sendQueue();
        out.append(row.localAddress().isIpv4() ? "tcp  " : "tcp6 ");
        appendRight(out, row.receiveQueue(), 7);
        out.append(' ');
        appendRight(out, sendQueue, 6);
        out.append(' ');
        appendLeft(out, endpoint(row.localAddress(), row.localPort()), COLUMN);
        out.append(' ');
        appendLeft(out, endpoint(row.remoteAddress(), row.remotePort()), COLUMN);
        out.append(' ');
        appendLeft(out, row.state().netstat(), 11);
        out.append('\n');
    }

    private static String endpoint(IpAddress address, int port) {
        String host = address.toString();
        String service = port == 0 ? "*" : Integer.toString(port);
        return host.substring(0, Math.min(host.length(), ENDPOINT - service.length())) + ":" + service;
    }

    private static void appendLeft(StringBuilder out, String text, int width) {
        out.append(text).append(" ".repeat(Math.max(0, width - text.length())));
    }

    private static void appendRight(StringBuilder out, int number, int width) {
        String text = Integer.toString(number);
        out.append(" ".repeat(Math.max(0, width - text.length()))).append(text);
    }
}
