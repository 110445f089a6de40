package io.halfopen.trace;

import io.halfopen.trace.Conversations.Numbers;
import io.halfopen.wire.TcpHeader;

/** The TCP part of a line, in the order of tcp_print in tcpdump's print-tcp.c. */
final class SegmentText {
    private static final String FLAGS = "FSRP.UEW";

    private final Conversations conversations = new Conversations();

    void print(StringBuilder out, Datagram ip) {
        Captured tcp = ip.payload();
        if (!tcp.has(0, 4)) {
            out.append(ip.sourceText())
                    .append(" > ")
                    .append(ip.destinationText())
                    .append(": [|tcp]");
            return;
        }
        int sourcePort = tcp.getShort(0);
        int destinationPort = tcp.getShort(2);
        out.append(ip.sourceText()).append('.').append(sourcePort).append(" > ");
        out.append(ip.destinationText()).append('.').append(destinationPort).append(": ");
        if (!tcp.has(0, TcpHeader.LENGTH)) {
            out.append(" [|tcp]");
            return;
        }
        int header = (tcp.getByte(12) >>> 4) * 4;
        if (header < TcpHeader.LENGTH) {
            out.append(" tcp ").append(ip.length() - header);
            out.append(" [bad hdr length ").append(header).append(" - too short, < 20]");
            return;
        }
        int flags = tcp.getByte(13);
        printFlags(out, flags);
        Numbers numbers = conversations.numbers(ip, sourcePort, destinationPort, flags, tcp.getInt(4), tcp.getInt(8));
        if (header > ip.length()) {
            out.append(" [bad hdr length ").append(header).append(" - too long, > ");
            out.append(ip.length()).append(']');
            return;
        }
        printRest(out, tcp, header, flags, numbers, ip.length() - header);
    }

    private static void printRest(StringBuilder out, Captured tcp, int header, int flags, Numbers numbers, int length) {
        if (length > 0 || (flags & (TcpHeader.SYN | TcpHeader.FIN | TcpHeader.RST)) != 0) {
            out.append(", seq ").append(Integer.toUnsignedString(numbers.seq()));
        }
        if (length > 0) {
            out.append(':').append(Integer.toUnsignedString(numbers.seq() + length));
        }
        if ((flags & TcpHeader.ACK) != 0) {
            out.append(", ack ").append(Integer.toUnsignedString(numbers.ack()));
        }
        out.append(", win ").append(tcp.getShort(14));
        if ((flags & TcpHeader.URG) != 0) {
            out.append(", urg ").append(tcp.getShort(18));
        }
        if (header > TcpHeader.LENGTH && !new OptionsText(out, tcp, header, numbers.sackBase()).print()) {
            return;
        }
        out.append(", length ").append(length);
        if (length > 0 && !tcp.has(0, header)) {
            out.append(" [remaining caplen(").append(tcp.size());
            out.append(") < header length(").append(header).append(")] [|tcp]");
        }
    }

    private static void printFlags(StringBuilder out, int flags) {
        out.append("Flags [");
        for (int bit = 0; bit < 8; bit++) {
            if ((flags >>> bit & 1) != 0) {
                out.append(FLAGS.charAt(bit));
            }
        }
        out.append(flags == 0 ? "none]" : "]");
    }
}
