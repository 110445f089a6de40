package io.halfopen.trace;

import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;

/**
 * The line that {@code tcpdump -nt} prints for a packet that begins with its IP header, without the newline:
 * {@code IP 127.0.0.1.59830 > 127.0.0.1.8088: Flags [S], seq 3925820849, win 43690, options [mss 65495], length 0}.
 * {@link TcpdumpTime} prints what stands before it.
 *
 * <p>Sequence numbers are relative as tcpdump's are, so one printer must see the packets of a conversation in order
 * from both sides; it remembers every conversation and is for one thread. Whatever the bytes are, a line comes out and
 * nothing is thrown.
 *
 * <p>Unlike tcpdump this never guesses what is in a payload from its port ({@code length 90: HTTP: GET /}), and
 * prints all protocols other than TCP the way tcpdump prints those it does not know; of an option that the packet is
 * too short for it prints the name only, and the octets of an MPTCP option as they are.
 */
public final class TcpdumpText {
    private static final int VERSION_4 = 4;
    private static final int VERSION_6 = 6;

    private final SegmentText segments = new SegmentText();

    /** Has seen no connection yet, whose numbers later lines are relative to. */
    public TcpdumpText() {}

    /** The line for the packet at {@code packet[offset .. offset+length)}. */
    public String line(byte[] packet, int offset, int length) {
        if (length < 1) {
            return "[Invalid header: caplen==0, len==0]";
        }
        Captured captured = new Captured(packet, offset, length);
        StringBuilder out = new StringBuilder(160);
        switch (IpHeader.version(packet, offset)) {
            case VERSION_4 -> printV4(out, captured);
            case VERSION_6 -> printV6(out, captured);
            default -> out.append("unknown ip ").append(IpHeader.version(packet, offset));
        }
        return out.toString();
    }

    private void printV4(StringBuilder out, Captured packet) {
        out.append("IP ");
        if (!packet.has(0, IpHeader.V4_LENGTH)) {
            out.append(" [|ip]");
            return;
        }
        int header = (packet.getByte(0) & 0xf) * 4;
        if (header < IpHeader.V4_LENGTH) {
            out.append("bad-hlen ").append(header);
            return;
        }
        int total = packet.getShort(2);
        if (packet.size() < total) {
            out.append("truncated-ip - ").append(total - packet.size()).append(" bytes missing! ");
        }
        if (total < header) {
            out.append("bad-len ").append(total);
            return;
        }
        boolean laterFragment = (packet.getShort(6) & 0x1fff) != 0;
        int protocol = packet.getByte(9);
        IpAddress source = IpAddress.ofIpv4(packet.getInt(12));
        IpAddress destination = IpAddress.ofIpv4(packet.getInt(16));
        if (laterFragment) {
            out.append(source)
                    .append(" > ")
                    .append(destination)
                    .append(": ip-proto-")
                    .append(protocol);
        } else if (!packet.has(0, header)) {
            out.append(" [remaining caplen(").append(packet.size());
            out.append(") < header length(").append(header).append(")] [|ip]");
        } else {
            int length = total - header;
            print(out, protocol, new Datagram(4, source, destination, packet.slice(header, length), length));
        }
    }

    private void printV6(StringBuilder out, Captured packet) {
        if (!packet.has(0, IpHeader.V6_LENGTH)) {
            out.append(" [|ip6]");
            return;
        }
        out.append("IP6 ");
        int length = packet.getShort(4);
        int missing = IpHeader.V6_LENGTH + length - packet.size();
        if (missing > 0) {
            out.append("truncated-ip6 - ").append(missing).append(" bytes missing!");
        }
        Captured payload = packet.slice(IpHeader.V6_LENGTH, length);
        print(out, packet.getByte(6), new Datagram(6, packet.getIpv6(8), packet.getIpv6(24), payload, length));
    }

    private void print(StringBuilder out, int protocol, Datagram ip) {
        if (protocol == IpHeader.TCP) {
            segments.print(out, ip);
            return;
        }
        out.append(ip.sourceText()).append(" > ").append(ip.destinationText());
        out.append(":  ip-proto-").append(protocol).append(' ').append(ip.length());
    }
}
