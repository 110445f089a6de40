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

/** What a namespace has counted: snmp, netstat and snmp6 of /proc/net. An open file stays that of its namespace. */
final class ProcCounters implements AutoCloseable {
    private static final Path PROC = Path.of("/proc/thread-self/net");
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
        return counter.group().name() + counter.name();
    }

    /** All of them, by nstat's names. */
    synchronized Map<String, Long> read() {
        Map<String, Long> counters = new LinkedHashMap<>();
        for (FileChannel table : tables) {
            parse(text(table).split("\n", -1), counters);
        }
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
    static void parse(String[] lines, Map<String, Long> counters) {
        for (int i = 0; i < lines.length; i++) {
            String[] names = lines[i].split("\\s+", -1);
            if (names[0].endsWith(":") && i + 1 < lines.length) {
                String group = names[0].substring(0, names[0].length() - 1);
                String[] numbers = lines[++i].split("\\s+", -1);
                for (int j = 1; j < names.length; j++) {
                    counters.put(group + names[j], Long.parseLong(numbers[j]));
                }
            } else if (names.length == 2 && !names[1].isEmpty()) {
                counters.put(names[0], Long.parseLong(names[1]));
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
