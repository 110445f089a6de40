package io.halfopen.link;

import io.halfopen.linux.Counter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;

/** What a namespace has counted: snmp, netstat and snmp6 of /proc/net. An open file stays that of its namespace. */
final class ProcCounters implements AutoCloseable {
    private static final Path PROC = Path.of("/proc/thread-self/net");
    private static final int NETSTAT = 1;
    private static final int ROOM = 1 << 16;

    private final List<FileChannel> tables = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(ROOM);

    /** To be made on the namespace's thread. */
    ProcCounters() throws LinkException {
        try {
            tables.add(FileChannel.open(PROC.resolve("snmp"), StandardOpenOption.READ));
            tables.add(FileChannel.open(PROC.resolve("netstat"), StandardOpenOption.READ));
        } catch (IOException refused) {
            close();
            throw new LinkException("cannot read " + PROC + ": " + refused.getMessage());
        }
        try {
            tables.add(FileChannel.open(PROC.resolve("snmp6"), StandardOpenOption.READ));
        } catch (IOException noIpv6) {
            // its counters are not there, then
        }
    }

    /** As nstat names a counter: {@code TcpExtListenDrops}. */
    static String nameOf(Counter counter) {
        return counter.fullName();
    }

    /** All of them, by nstat's names. */
    synchronized Map<String, Long> read() {
        Map<String, Long> counters = new LinkedHashMap<>();
        for (FileChannel table : tables) {
            parse(text(table), counters);
        }
        return counters;
    }

    /** Those of netstat, in a tenth of the time: TcpExt and IpExt. */
    synchronized Map<String, Long> readExtended() {
        Map<String, Long> counters = new LinkedHashMap<>();
        parse(text(tables.get(NETSTAT)), counters);
        return counters;
    }

    private String text(FileChannel table) {
        buffer.clear();
        try {
            int count = table.read(buffer, 0);
            while (count > 0) {
                count = table.read(buffer, buffer.position());
            }
        } catch (IOException closed) {
            throw new IllegalStateException("the network namespace is closed", closed);
        }
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
    }

    /** Pairs of lines, names and numbers, both after the group; or, of IPv6, a name and a number a line. */
    static void parse(String text, Map<String, Long> counters) {
        StringTokenizer lines = new StringTokenizer(text, "\n");
        while (lines.hasMoreTokens()) {
            StringTokenizer names = new StringTokenizer(lines.nextToken());
            String first = names.nextToken();
            if (first.endsWith(":")) {
                String group = first.substring(0, first.length() - 1);
                StringTokenizer numbers = new StringTokenizer(lines.nextToken());
                numbers.nextToken();
                while (names.hasMoreTokens()) {
                    counters.put(group + names.nextToken(), Long.parseLong(numbers.nextToken()));
                }
            } else {
                counters.put(first, Long.parseLong(names.nextToken()));
            }
        }
    }

    @Override
    public void close() {
        for (FileChannel table : tables) {
            try {
                table.close();
            } catch (IOException ignored) {
                // nothing was written
            }
        }
    }
}
