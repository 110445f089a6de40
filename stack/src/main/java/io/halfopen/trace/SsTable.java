package io.halfopen.trace;

import io.halfopen.linux.TcpState;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sockets as {@code ss} prints them when its output is not a terminal: a column is as wide as its widest cell,
 * "Process" stands there though nothing is below it, and blanks at the end of a line stay. Rows keep their order; every
 * line ends with a newline.
 *
 * <p>The wildcard of IPv6 is printed {@code [::]}, as ss does for a socket with IPV6_V6ONLY.
 */
public final class SsTable {
    /** Addresses are flush right and their ports flush left, so that the colons are below each other. */
    private record Column(String title, String before, boolean flushRight) {}

    private static final List<Column> COLUMNS = List.of(
            new Column("State", "", false),
            new Column("Recv-Q", " ", false),
            new Column("Send-Q", " ", false),
            new Column("Local Address:", " ", true),
            new Column("Port", "", false),
            new Column("Peer Address:", " ", true),
            new Column("Port", "", false),
            new Column("Process", "", false));

    private SsTable() {}

    /** {@code ss -tan}. */
    public static String all(List<SocketRow> rows) {
        return table(rows.stream());
    }

    /** {@code ss -ltn}: listeners only. */
    public static String listening(List<SocketRow> rows) {
        return table(rows.stream().filter(row -> row.state() == TcpState.LISTEN));
    }

    private static String table(Stream<SocketRow> rows) {
        List<String> titles = COLUMNS.stream().map(Column::title).toList();
        List<List<String>> lines =
                Stream.concat(Stream.of(titles), rows.map(SsTable::cells)).toList();
        StringBuilder out = new StringBuilder();
        int[] widths = new int[COLUMNS.size()];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            widths[i] = Collections.max(
                    lines.stream().map(line -> line.get(column).length()).toList());
        }
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                append(out, COLUMNS.get(i), widths[i], line.get(i));
            }
            out.append('\n');
        }
        return out.toString();
    }

    private static List<String> cells(SocketRow row) {
        return List.of(
                row.state().ss(),
                Integer.toString(row.receiveQueue()),
                Integer.toString(row.sendQueue()),
                address(row.localAddress()),
                port(row.localPort()),
                address(row.remoteAddress()),
                port(row.remotePort()),
                "");
    }

    private static String address(IpAddress address) {
        return address.toHostString() + ":";
    }

    private static String port(int port) {
        return port == 0 ? "*" : Integer.toString(port);
    }

    private static void append(StringBuilder out, Column column, int width, String cell) {
        String blanks = " ".repeat(width - cell.length());
        out.append(column.before());
        out.append(column.flushRight() ? blanks : cell).append(column.flushRight() ? cell : blanks);
    }
}
