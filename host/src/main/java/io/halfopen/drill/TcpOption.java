package io.halfopen.drill;

import io.halfopen.wire.Bytes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A TCP option, as a script writes it; sequence numbers and timestamps are the script's. */
sealed interface TcpOption {
    record Eol() implements TcpOption {
        @Override
        public String toString() {
            return "eol";
        }
    }

    record Nop() implements TcpOption {
        @Override
        public String toString() {
            return "nop";
        }
    }

    record Mss(int octets) implements TcpOption {
        @Override
        public String toString() {
            return "mss " + octets;
        }
    }

    record WindowScale(int shift) implements TcpOption {
        @Override
        public String toString() {
            return "wscale " + shift;
        }
    }

    record SackPermitted() implements TcpOption {
        @Override
        public String toString() {
            return "sackOK";
        }
    }

    /** The edges of the blocks, left and right by turns. */
    record Sack(List<Integer> edges) implements TcpOption {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("sack");
            for (int i = 0; i < edges.size(); i += 2) {
                text.append(' ').append(Integer.toUnsignedString(edges.get(i)));
                text.append(':').append(Integer.toUnsignedString(edges.get(i + 1)));
            }
            return text.toString();
        }
    }

    record Timestamps(int value, int echo) implements TcpOption {
        @Override
        public String toString() {
            return "TS val " + Integer.toUnsignedString(value) + " ecr " + Integer.toUnsignedString(echo);
        }
    }

    /** Any other one: a Fast Open cookie, an MD5 digest, one that nobody knows. */
    record Other(int kind, String hex) implements TcpOption {
        @Override
        public String toString() {
            String word = switch (kind) {
                case FAST_OPEN -> "FO";
                case MD5 -> "md5";
                case EXPERIMENT -> hex.startsWith(FAST_OPEN_MAGIC) ? "FOEXP" : "kind 254";
                default -> "kind " + kind;
            };
            String value = word.equals("FOEXP") ? hex.substring(FAST_OPEN_MAGIC.length()) : hex;
            return value.isEmpty() ? word : word + " " + value;
        }
    }

    /** Octets as they are: what no other one can say, an option with a wrong length for one. */
    record Raw(String hex) implements TcpOption {
        @Override
        public String toString() {
            return "raw " + hex;
        }
    }

    /** The counters of Accurate ECN, octets by their marks, in one of two orders (RFC 9768, section 3.2.3). */
    record AccurateEcn(boolean ect1First, List<Integer> octets) implements TcpOption {
        private static final List<String> ORDER = List.of("e0b", "ceb", "e1b");

        /** The names of the counters: {@code e0b}, {@code ceb}, {@code e1b}, or the other way round. */
        static String name(boolean ect1First, int index) {
            return ORDER.get(ect1First ? ORDER.size() - 1 - index : index);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("ECN");
            for (int i = 0; i < octets.size(); i++) {
                text.append(' ').append(name(ect1First, i)).append(' ').append(octets.get(i));
            }
            return text.toString();
        }

        private byte[] bytes() {
            byte[] bytes = new byte[2 + COUNTER * octets.size()];
            bytes[0] = (byte) (ect1First ? ACCURATE_ECN_1 : ACCURATE_ECN_0);
            bytes[1] = (byte) bytes.length;
            for (int i = 0; i < octets.size(); i++) {
                int at = 2 + COUNTER * i;
                bytes[at] = (byte) (octets.get(i) >> 16);
                Bytes.putShort(bytes, at + 1, octets.get(i));
            }
            return bytes;
        }

        private static AccurateEcn of(byte[] bytes, int kind, int at, int length) {
            List<Integer> octets = new ArrayList<>();
            for (int i = at + 2; i < at + length; i += COUNTER) {
                octets.add((bytes[i] & 0xff) << 16 | Bytes.getShort(bytes, i + 1));
            }
            return new AccurateEcn(kind == ACCURATE_ECN_1, octets);
        }
    }

    int ACCURATE_ECN_0 = 172;
    int ACCURATE_ECN_1 = 174;

    /** The octets of a counter of Accurate ECN, of which there are up to three. */
    int COUNTER = 3;

    int MD5 = 19;
    int FAST_OPEN = 34;
    int EXPERIMENT = 254;

    /** What RFC 6994 has the experimental Fast Open option begin with. */
    String FAST_OPEN_MAGIC = "f989";

    /** Its octets, where edges and timestamps are those of the wire already. */
    default byte[] toBytes() {
        return switch (this) {
            case Eol eol -> new byte[] {0};
            case Nop nop -> new byte[] {1};
            case Mss mss -> new byte[] {2, 4, (byte) (mss.octets >> 8), (byte) mss.octets};
            case WindowScale scale -> new byte[] {3, 3, (byte) scale.shift};
            case SackPermitted permitted -> new byte[] {4, 2};
            case Sack sack -> ints(5, sack.edges);
            case Timestamps ts -> ints(8, List.of(ts.value, ts.echo));
            case AccurateEcn ecn -> ecn.bytes();
            case Raw raw -> HexFormat.of().parseHex(raw.hex);
            case Other other -> {
                byte[] value = HexFormat.of().parseHex(other.hex);
                byte[] bytes = new byte[value.length + 2];
                bytes[0] = (byte) other.kind;
                bytes[1] = (byte) bytes.length;
                System.arraycopy(value, 0, bytes, 2, value.length);
                yield bytes;
            }
        };
    }

    private static byte[] ints(int kind, List<Integer> values) {
        byte[] bytes = new byte[2 + 4 * values.size()];
        bytes[0] = (byte) kind;
        bytes[1] = (byte) bytes.length;
        for (int i = 0; i < values.size(); i++) {
            Bytes.putInt(bytes, 2 + 4 * i, values.get(i));
        }
        return bytes;
    }

    /** Reads the options of a segment; what is damaged ends the list. */
    static List<TcpOption> parse(byte[] bytes, int from, int end) {
        List<TcpOption> list = new ArrayList<>();
        int at = from;
        while (at < end) {
            int kind = bytes[at] & 0xff;
            int length = kind < 2 ? 1 : at + 1 < end ? bytes[at + 1] & 0xff : 0;
            if (length == 0 || length > end - at || (kind > 1 && length < 2)) {
                break;
            }
            list.add(one(bytes, kind, at, length));
            at += length;
        }
        return list;
    }

    private static TcpOption one(byte[] bytes, int kind, int at, int length) {
        if (kind == 0) {
            return new Eol();
        }
        if (kind == 1) {
            return new Nop();
        }
        if (kind == 2 && length == 4) {
            return new Mss(Bytes.getShort(bytes, at + 2));
        }
        if (kind == 3 && length == 3) {
            return new WindowScale(bytes[at + 2] & 0xff);
        }
        if (kind == 4 && length == 2) {
            return new SackPermitted();
        }
        if (kind == 5 && length % 8 == 2) {
            List<Integer> edges = new ArrayList<>();
            for (int i = at + 2; i < at + length; i += 4) {
                edges.add(Bytes.getInt(bytes, i));
            }
            return new Sack(edges);
        }
        if (kind == 8 && length == 10) {
            return new Timestamps(Bytes.getInt(bytes, at + 2), Bytes.getInt(bytes, at + 6));
        }
        boolean counters = length % COUNTER == 2 && length <= 2 + 3 * COUNTER;
        if ((kind == ACCURATE_ECN_0 || kind == ACCURATE_ECN_1) && counters) {
            return AccurateEcn.of(bytes, kind, at, length);
        }
        return new Other(kind, HexFormat.of().formatHex(bytes, at + 2, at + length));
    }
}
