package io.halfopen.drill;

import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a packet, after its {@code <} or {@code >}. */
final class PacketParser {
    private static final long U32 = 0xffff_ffffL;
    private static final long U24 = 0xff_ffffL;
    private static final int MOST_OPTIONS = 40;
    private static final List<String> ENCAPSULATIONS = List.of("ipv4", "ipv6", "gre", "GREv0", "mpls", "psp");

    private final ScriptReader reader;
    private final Map<String, String> definitions;

    PacketParser(ScriptReader reader, Map<String, String> definitions) {
        this.reader = reader;
        this.definitions = definitions;
    }

    Action.Packet packet(boolean inbound) throws ScriptException {
        IpInfo ip = ipInfo();
        for (String word : ENCAPSULATIONS) {
            if (reader.acceptWord(word)) {
                throw reader.unsupported("a packet within another (" + word + ")");
            }
        }
        if (reader.acceptWord("udp")) {
            throw reader.unsupported("UDP");
        }
        return reader.acceptWord("icmp") ? icmp(inbound, ip) : tcp(inbound, ip);
    }

    // ---- IP

    private IpInfo ipInfo() throws ScriptException {
        boolean round = reader.accept("(");
        if (!round && (reader.next() != '[' || isAddress())) {
            return IpInfo.NONE;
        }
        if (!round) {
            reader.expect("[");
        }
        IpInfo info = ipFields();
        reader.expect(round ? ")" : "]");
        return info;
    }

    /** {@code [2001:db8::2]:40001}, not {@code [ect0]}. */
    private boolean isAddress() {
        int at = 1;
        while (Character.digit(reader.ahead(at), 16) >= 0) {
            at++;
        }
        return reader.ahead(at) == ':';
    }

    private IpInfo ipFields() throws ScriptException {
        IpInfo info = IpInfo.NONE;
        do {
            if (reader.acceptWord("tos")) {
                info = new IpInfo(-1, (int) reader.integer("tos", 0, 255), info.ttl(), info.badChecksum());
            } else if (reader.acceptWord("ttl")) {
                info = new IpInfo(info.ecn(), info.tos(), (int) reader.integer("ttl", 0, 255), info.badChecksum());
            } else if (reader.acceptWord("badsum")) {
                info = new IpInfo(info.ecn(), info.tos(), info.ttl(), true);
            } else if (reader.acceptWord("flowlabel")) {
                throw reader.unsupported("a flow label");
            } else {
                int ecn = IpInfo.ecnNamed(reader.word("ect0, ect1, ce, noecn, ect01, tos, ttl or badsum"));
                if (ecn < 0) {
                    throw reader.wrong("expected ect0, ect1, ce, noecn, ect01, tos, ttl or badsum");
                }
                info = new IpInfo(ecn, -1, info.ttl(), info.badChecksum());
            }
        } while (reader.accept(","));
        return info;
    }

    // ---- ICMP

    private IcmpPacket icmp(boolean inbound, IpInfo ip) throws ScriptException {
        if (!inbound) {
            throw reader.unsupported("an ICMP message that is expected");
        }
        String name = reader.word("an ICMP type");
        String type = definitions.getOrDefault(name, name);
        if (!IcmpTypes.isType(type)) {
            throw reader.wrong("unknown ICMP type '" + type + "'");
        }
        String code = "";
        long mtu = -1;
        while (ScriptReader.isWordCharacter(reader.next()) && !ScriptReader.isDigit(reader.next())) {
            if (reader.acceptWord("mtu")) {
                mtu = reader.integer("mtu", 0, U32);
            } else if (reader.acceptWord("id")) {
                throw reader.unsupported("an ICMP echo");
            } else if (code.isEmpty()) {
                String word = reader.word("an ICMP code");
                code = definitions.getOrDefault(word, word);
                if (!IcmpTypes.isCode(code)) {
                    throw reader.wrong("unknown ICMP code '" + code + "'");
                }
            } else {
                throw reader.expected("mtu or [");
            }
        }
        int seq = 0;
        int length = 0;
        if (reader.accept("[")) {
            if (!ScriptReader.isDigit(reader.next())) {
                throw reader.unsupported("an ICMP message about anything but TCP");
            }
            seq = (int) reader.integer("a sequence number", 0, U32);
            length = lengthAfter(seq);
            reader.expect("]");
        }
        return new IcmpPacket(true, ip, type, code, mtu, seq, length);
    }

    // ---- TCP

    private TcpPacket tcp(boolean inbound, IpInfo ip) throws ScriptException {
        Endpoints endpoints = endpoints(inbound);
        int flags = flags();
        int seq = (int) reader.integer("a sequence number", 0, U32);
        int length = lengthAfter(seq);
        int ack = reader.acceptWord("ack") ? (int) reader.integer("ack", 0, U32) : 0;
        int window = reader.acceptWord("win") ? (int) reader.integer("win", 0, 65535) : -1;
        int urgent = reader.acceptWord("urg") ? (int) reader.integer("urg", 0, 65535) : 0;
        List<TcpOption> options = List.of();
        if (reader.accept("<")) {
            options = options();
            if (options == null && inbound) {
                throw reader.wrong("<...> may only stand in a packet that is expected");
            }
        }
        if (reader.isNext("{")) {
            throw reader.unsupported("mutation of packets");
        }
        if (inbound && window < 0) {
            throw reader.wrong("a packet that is injected needs a window: win");
        }
        return new TcpPacket(inbound, ip, endpoints, flags, seq, length, ack, window, urgent, options);
    }

    private @Nullable Endpoints endpoints(boolean inbound) throws ScriptException {
        char next = reader.next();
        if (next != '[' && !ScriptReader.isDigit(next)) {
            return null;
        }
        IpAddress from = address();
        int source = (int) reader.integer("a port", 0, 65535);
        reader.expect(">");
        IpAddress to = address();
        int destination = (int) reader.integer("a port", 0, 65535);
        if ((inbound ? to : from) != null) {
            throw reader.wrong("only the remote end may have an address");
        }
        return inbound ? new Endpoints(from, source, destination) : new Endpoints(to, destination, source);
    }

    /** {@code 192.0.2.7:} or {@code [2001:db8::7]:}, before a port; none is the script's remote address. */
    private @Nullable IpAddress address() throws ScriptException {
        int digits = 0;
        while (ScriptReader.isDigit(reader.ahead(digits))) {
            digits++;
        }
        boolean brackets = reader.accept("[");
        if (!brackets && (digits == 0 || reader.ahead(digits) != '.')) {
            return null;
        }
        String text = brackets ? reader.until("]", "address") : reader.run(c -> c == '.' || ScriptReader.isDigit(c));
        reader.expect(":");
        try {
            return IpAddress.parse(text);
        } catch (IllegalArgumentException bad) {
            throw reader.wrong(String.valueOf(bad.getMessage()));
        }
    }

    /** {@code S}, {@code P.}, {@code SEW}, {@code -} for none; Accurate ECN's {@code .5}. */
    private int flags() throws ScriptException {
        if (reader.accept("-")) {
            return 0;
        }
        String letters = reader.run(c -> c == '.' || ScriptReader.isWordCharacter(c));
        if (letters.isEmpty()) {
            throw reader.expected("TCP flags");
        }
        int flags = 0;
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            int bit = TcpPacket.LETTERS.indexOf(letter);
            if (bit < 0 && (letter < '0' || letter > '7')) {
                throw reader.wrong("'" + letter + "' is not a TCP flag");
            }
            flags |= bit >= 0 ? 1 << bit : letter - '0' << 6;
        }
        return flags;
    }

    /** After a first sequence number: {@code :end(length)}. */
    private int lengthAfter(int seq) throws ScriptException {
        reader.expect(":");
        int end = (int) reader.integer("a sequence number", 0, U32);
        reader.expect("(");
        int length = (int) reader.integer("a length", 0, 65535);
        if (seq + length != end) {
            throw reader.wrong("the length is not the difference of the sequence numbers");
        }
        reader.expect(")");
        return length;
    }

    // ---- options

    private @Nullable List<TcpOption> options() throws ScriptException {
        if (reader.accept("...")) {
            reader.expect(">");
            return null;
        }
        List<TcpOption> options = new ArrayList<>();
        do {
            options.add(option());
        } while (reader.accept(","));
        if (!reader.accept(">")) {
            throw reader.expected("',' or '>'");
        }
        int octets = options.stream().mapToInt(each -> each.toBytes().length).sum();
        if (octets % 4 != 0) {
            throw reader.wrong("the options take " + octets + " octets, which is no multiple of 4: add nop or eol");
        }
        if (octets > MOST_OPTIONS) {
            throw reader.wrong("the options take " + octets + " octets, more than " + MOST_OPTIONS);
        }
        return options;
    }

    private TcpOption option() throws ScriptException {
        String word = reader.word("a TCP option");
        return switch (word) {
            case "nop" -> new TcpOption.Nop();
            case "eol" -> new TcpOption.Eol();
            case "mss" -> new TcpOption.Mss((int) reader.integer("mss", 0, 65535));
            case "wscale" -> new TcpOption.WindowScale((int) reader.integer("wscale", 0, 255));
            case "sackOK" -> new TcpOption.SackPermitted();
            case "sack" -> sack();
            case "TS" -> {
                reader.expectWord("val");
                int value = (int) reader.integer("TS val", 0, U32);
                reader.expectWord("ecr");
                yield new TcpOption.Timestamps(value, (int) reader.integer("TS ecr", 0, U32));
            }
            case "FO" -> new TcpOption.Other(TcpOption.FAST_OPEN, hex());
            case "FOEXP" -> new TcpOption.Other(TcpOption.EXPERIMENT, TcpOption.FAST_OPEN_MAGIC + hex());
            case "ECN" -> accurateEcn();
            case "raw" -> new TcpOption.Raw(hex());
            case "md5" -> new TcpOption.Other(TcpOption.MD5, hex());
            case "mp_capable", "mp_join", "dss", "add_address", "mp_fail", "mp_fastclose", "mp_prio" ->
                throw reader.unsupported("the TCP option " + word);
            default -> throw reader.wrong("unknown TCP option '" + word + "'");
        };
    }

    /** {@code ECN e0b 1 ceb 0 e1b 1}, or with the first and the last exchanged; what is at the end may be left out. */
    private TcpOption accurateEcn() throws ScriptException {
        boolean ect1First = reader.isNext("e1b");
        List<Integer> octets = new ArrayList<>();
        while (octets.size() < TcpOption.COUNTER
                && reader.acceptWord(TcpOption.AccurateEcn.name(ect1First, octets.size()))) {
            octets.add((int) reader.integer("a counter", 0, U24));
        }
        if (octets.isEmpty()) {
            throw reader.expected("e0b or e1b");
        }
        return new TcpOption.AccurateEcn(ect1First, octets);
    }

    private TcpOption sack() throws ScriptException {
        List<Integer> edges = new ArrayList<>();
        do {
            edges.add((int) reader.integer("a SACK edge", 0, U32));
            reader.expect(":");
            edges.add((int) reader.integer("a SACK edge", 0, U32));
        } while (ScriptReader.isDigit(reader.next()));
        return new TcpOption.Sack(edges);
    }

    private String hex() throws ScriptException {
        String word = reader.run(ScriptReader::isWordCharacter);
        String digits = definitions.getOrDefault(word, word).toLowerCase(Locale.ROOT);
        try {
            HexFormat.of().parseHex(digits);
            return digits;
        } catch (IllegalArgumentException bad) {
            throw reader.wrong("expected octets in hexadecimal, two digits each");
        }
    }
}
