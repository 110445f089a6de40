package io.halfopen.lab;

import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Packets as rows that an article's listing and the simulator's trace can be compared by. */
record ArticlePackets(List<Row> rows) {
    /** {@code seq} and {@code ack} are relative, or "-" where tcpdump prints none. */
    record Row(double seconds, int connection, String what) {}

    List<Row> of(int connection) {
        return rows.stream().filter(row -> row.connection() == connection).toList();
    }

    static ArticlePackets read(String resource) {
        List<Row> rows = new ArrayList<>();
        try (InputStream in = ArticlePackets.class.getResourceAsStream("/articles/" + resource)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + resource);
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.startsWith("#")) {
                    String[] cells = line.split("\t", -1);
                    String what = String.join(" ", List.of(cells).subList(2, 8));
                    rows.add(new Row(Double.parseDouble(cells[0]), Integer.parseInt(cells[1]), what));
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return new ArticlePackets(rows);
    }

    static ArticlePackets of(List<Recorder.Packet> packets, int serverPort) {
        return new Normalizer(serverPort).normalize(packets);
    }

    /** Numbers connections in the order of their SYNs, and sequence numbers from each side's first. */
    private static final class Normalizer {
        private final int serverPort;
        private final Map<Integer, Integer> connections = new HashMap<>();
        private final Map<String, Integer> initial = new HashMap<>();
        private final Segment segment = new Segment();

        Normalizer(int serverPort) {
            this.serverPort = serverPort;
        }

        ArticlePackets normalize(List<Recorder.Packet> packets) {
            List<Row> rows = new ArrayList<>();
            for (Recorder.Packet packet : packets) {
                segment.parse(packet.bytes(), 0, packet.bytes().length);
                rows.add(row(packet.time()));
            }
            return new ArticlePackets(rows);
        }

        private Row row(long time) {
            boolean toServer = segment.destinationPort() == serverPort;
            int port = toServer ? segment.sourcePort() : segment.destinationPort();
            int connection = connections.computeIfAbsent(port, unseen -> connections.size() + 1);
            String direction = toServer ? ">" : "<";
            if (segment.has(TcpHeader.SYN)) {
                initial.put(connection + direction, segment.seq());
            }
            boolean bareAck = segment.flags() == TcpHeader.ACK && segment.payloadLength() == 0;
            String seq = bareAck ? "-" : relative(initial.get(connection + direction), segment.seq());
            String ack = segment.has(TcpHeader.ACK)
                    ? relative(initial.get(connection + (toServer ? "<" : ">")), segment.ack())
                    : "-";
            String what =
                    String.join(" ", direction, flags(), seq, ack, String.valueOf(segment.payloadLength()), options());
            return new Row(time / 1e9, connection, what);
        }

        private static String relative(@Nullable Integer initial, int number) {
            return initial == null ? "?" : String.valueOf(number - initial);
        }

        private String flags() {
            String text = (segment.has(TcpHeader.FIN) ? "F" : "")
                    + (segment.has(TcpHeader.SYN) ? "S" : "")
                    + (segment.has(TcpHeader.RST) ? "R" : "")
                    + (segment.has(TcpHeader.PSH) ? "P" : "");
            return text + (segment.has(TcpHeader.ACK) ? "." : "");
        }

        private String options() {
            List<String> names = new ArrayList<>();
            byte[] bytes = segment.bytes();
            int at = segment.optionsOffset();
            int end = at + segment.optionsLength();
            while (at < end) {
                names.add(
                        switch (bytes[at]) {
                            case 1 -> "nop";
                            case 2 -> "mss";
                            case 3 -> "wscale";
                            case 4 -> "sackOK";
                            case 8 -> "TS";
                            default -> "unknown-" + bytes[at];
                        });
                at += bytes[at] == 1 ? 1 : bytes[at + 1];
            }
            return names.isEmpty() ? "-" : String.join(",", names);
        }
    }
}
