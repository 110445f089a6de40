package io.halfopen.tcp;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Segments in the notation of packetdrill: {@code FLAGS first:end(length) ack A win W <options> "data"}. The flags are
 * S F R P . U E W, or - for none; the SYN and the FIN are not counted in the length. Data that is not written out is
 * the alphabet, over and over, from the sequence number 1 on.
 */
final class Notation {
    private static final String FLAGS = "FSRP.UEW";
    private static final Pattern TEXT = Pattern.compile("([A-Z.]+|-) (-?\\d+):(-?\\d+)\\((\\d+)\\)"
            + "(?: ack (-?\\d+))?(?: win (\\d+))?(?: <(.*?)>)?(?: \"(.*)\")?");

    private Notation() {}

    /** A packet from the peer to the host. */
    static byte[] write(Peer peer, String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a segment: " + text);
        }
        int seq = Integer.parseInt(matcher.group(2));
        int length = Integer.parseInt(matcher.group(4));
        if (Integer.parseInt(matcher.group(3)) != seq + length) {
            throw new IllegalArgumentException("wrong end: " + text);
        }
        int flags = flags(matcher.group(1));
        int ack = matcher.group(5) == null ? 0 : peer.hostIsn() + Integer.parseInt(matcher.group(5));
        int window = matcher.group(6) == null ? 65535 : Integer.parseInt(matcher.group(6));
        int echo = (flags & TcpHeader.ACK) == 0 ? 0 : peer.hostClock();
        byte[] options = options(peer, matcher.group(7) == null ? "" : matcher.group(7), echo);
        byte[] data = matcher.group(8) == null
                ? alphabet(seq + ((flags & TcpHeader.SYN) == 0 ? 0 : 1), length)
                : matcher.group(8).getBytes(StandardCharsets.US_ASCII);

        IpAddress source = peer.address();
        IpAddress usual = source.isIpv4() ? Scene.HOST : Scene.HOST_V6;
        IpAddress host = peer.host() == null ? usual : peer.host();
        int ip = IpHeader.lengthFor(host.high(), host.low());
        int header = TcpHeader.LENGTH + options.length;
        byte[] packet = new byte[ip + header + data.length];
        int tcp = header + data.length;
        IpHeader.write(packet, 0, source.high(), source.low(), host.high(), host.low(), tcp, peer.tos(), 64, 0);
        TcpHeader.write(packet, ip, peer.port(), peer.hostPort(), peer.isn() + seq, ack, header, flags, window);
        System.arraycopy(options, 0, packet, ip + TcpHeader.LENGTH, options.length);
        System.arraycopy(data, 0, packet, ip + header, data.length);
        TcpHeader.seal(packet, ip, tcp, source.high(), source.low(), host.high(), host.low());
        return packet;
    }

    /** A packet from the host to the peer, with those of the parts behind the numbers that {@code like} has, too. */
    static String read(Peer peer, Segment segment, String like) {
        int length = segment.payloadLength();
        boolean absolute = segment.has(TcpHeader.RST) && segment.seq() == 0;
        int seq = absolute ? 0 : segment.seq() - peer.hostIsn();
        StringBuilder text = new StringBuilder(flags(segment));
        text.append(" ").append(seq).append(":").append(seq + length);
        text.append("(").append(length).append(")");
        if (like.contains("ack ") && segment.has(TcpHeader.ACK)) {
            text.append(" ack ").append(segment.ack() - peer.isn());
        }
        if (like.contains("win ")) {
            text.append(" win ").append(segment.window());
        }
        if (like.contains("<")) {
            text.append(" <")
                    .append(options(peer, segment, like.contains("TS val")))
                    .append(">");
        }
        if (like.contains("\"")) {
            String data = new String(segment.bytes(), segment.payloadOffset(), length, StandardCharsets.US_ASCII);
            text.append(" \"").append(data).append("\"");
        }
        return text.toString();
    }

    private static int flags(String text) {
        int flags = 0;
        for (char letter : text.replace("-", "").toCharArray()) {
            flags |= 1 << FLAGS.indexOf(letter);
        }
        return flags;
    }

    static String flags(Segment segment) {
        StringBuilder text = new StringBuilder();
        for (char letter : "SFRP.UEW".toCharArray()) {
            text.append(segment.has(1 << FLAGS.indexOf(letter)) ? String.valueOf(letter) : "");
        }
        return text.isEmpty() ? "-" : text.toString();
    }

    private static byte[] alphabet(int seq, int length) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) ('a' + Math.floorMod(seq - 1 + i, 26));
        }
        return data;
    }

    /** The octets of an option list, with End-of-list up to a multiple of four. */
    private static byte[] options(Peer peer, String list, int hostClock) {
        ByteBuffer buffer = ByteBuffer.allocate(40);
        for (String option : list.isEmpty() ? new String[0] : list.split(",", -1)) {
            String[] word = option.split(" ", -1);
            switch (word[0]) {
                case "nop" -> buffer.put((byte) 1);
                case "mss" -> buffer.put((byte) 2).put((byte) 4).putShort((short) Integer.parseInt(word[1]));
                case "wscale" -> buffer.put((byte) 3).put((byte) 3).put(Byte.parseByte(word[1]));
                case "sackOK" -> buffer.put((byte) 4).put((byte) 2);
                case "TS" ->
                    buffer.put((byte) 8)
                            .put((byte) 10)
                            .putInt(Integer.parseInt(word[2]))
                            .putInt(hostClock + Integer.parseInt(word[4]));
                case "sack" -> {
                    buffer.put((byte) 5).put((byte) (2 + 8 * (word.length - 1)));
                    for (int i = 1; i < word.length; i++) {
                        int colon = word[i].indexOf(':');
                        buffer.putInt(peer.hostIsn() + Integer.parseInt(word[i].substring(0, colon)));
                        buffer.putInt(peer.hostIsn() + Integer.parseInt(word[i].substring(colon + 1)));
                    }
                }
                case "FO" -> {
                    byte[] cookie = HexFormat.of().parseHex(word.length > 1 ? word[1] : "");
                    buffer.put((byte) 34).put((byte) (2 + cookie.length)).put(cookie);
                }
                case "FOEXP" -> {
                    byte[] cookie = HexFormat.of().parseHex(word.length > 1 ? word[1] : "");
                    buffer.put((byte) 254).put((byte) (4 + cookie.length)).putShort((short) 0xf989);
                    buffer.put(cookie);
                }
                default -> throw new IllegalArgumentException("not an option: " + option);
            }
        }
        byte[] octets = new byte[buffer.position() + 3 & ~3];
        buffer.flip().get(octets, 0, buffer.limit());
        return octets;
    }

    private static String options(Peer peer, Segment segment, boolean withValues) {
        byte[] bytes = segment.bytes();
        List<String> list = new ArrayList<>();
        int at = segment.optionsOffset();
        int end = at + segment.optionsLength();
        while (at < end && bytes[at] != 0) {
            int kind = bytes[at] & 0xff;
            list.add(
                    switch (kind) {
                        case 1 -> "nop";
                        case 2 -> "mss " + Bytes.getShort(bytes, at + 2);
                        case 3 -> "wscale " + bytes[at + 2];
                        case 4 -> "sackOK";
                        case 5 -> "sack " + sack(peer, segment);
                        case 8 -> withValues ? timestamps(peer, segment) : "TS";
                        case 34, 254 -> fastOpen(bytes, at);
                        default -> "kind " + kind;
                    });
            at += kind == 1 ? 1 : Math.max(1, bytes[at + 1]);
        }
        return String.join(",", list);
    }

    private static String fastOpen(byte[] bytes, int at) {
        boolean experimental = bytes[at] != 34;
        String cookie = HexFormat.of().formatHex(bytes, at + (experimental ? 4 : 2), at + bytes[at + 1]);
        return (experimental ? "FOEXP" : "FO") + (cookie.isEmpty() ? "" : " " + cookie);
    }

    private static String sack(Peer peer, Segment segment) {
        StringBuilder blocks = new StringBuilder();
        for (int i = 0; i < segment.sackBlocks(); i++) {
            blocks.append(i == 0 ? "" : " ").append(segment.sackLeft(i) - peer.isn());
            blocks.append(':').append(segment.sackRight(i) - peer.isn());
        }
        return blocks.toString();
    }

    private static String timestamps(Peer peer, Segment segment) {
        return "TS val " + (segment.tsValue() - peer.hostClock()) + " ecr " + segment.tsEcho();
    }
}
