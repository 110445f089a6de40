package io.halfopen.trace;

import io.halfopen.wire.IpAddress;
import io.halfopen.wire.TcpHeader;
import java.util.HashMap;
import java.util.Map;

/**
 * tcpdump's memory (tcp_seq_hash in print-tcp.c): for every pair of endpoints the number that each direction counts
 * from. A segment without ACK is neither remembered nor made relative. Of the others the first one seen, and later
 * any with SYN, is printed with absolute numbers and remembered: its own sequence number as the zero of its
 * direction, the one before its acknowledgment as the zero of the other. So "ack 1" follows a handshake, and "seq 0"
 * a capture that began in the middle.
 */
final class Conversations {
    /** Numbers as they are to be printed; SACK edges are to be printed less {@code sackBase}. */
    record Numbers(int seq, int ack, int sackBase) {}

    /** The two directions of a conversation are one entry: the end with the lower port comes first. */
    private record Ends(int version, IpAddress first, IpAddress second, int ports) {}

    private record Zeros(int first, int second) {}

    private final Map<Ends, Zeros> zeros = new HashMap<>();

    Numbers numbers(Datagram ip, int sourcePort, int destinationPort, int flags, int seq, int ack) {
        if ((flags & TcpHeader.ACK) == 0) {
            return new Numbers(seq, ack, 0);
        }
        boolean reversed = sourcePort == destinationPort
                ? compare(ip.source(), ip.destination()) > 0
                : sourcePort > destinationPort;
        Ends ends = reversed
                ? new Ends(ip.version(), ip.destination(), ip.source(), destinationPort << 16 | sourcePort)
                : new Ends(ip.version(), ip.source(), ip.destination(), sourcePort << 16 | destinationPort);
        Zeros known = zeros.get(ends);
        if (known == null || (flags & TcpHeader.SYN) != 0) {
            zeros.put(ends, reversed ? new Zeros(ack - 1, seq) : new Zeros(seq, ack - 1));
            return new Numbers(seq, ack, ack - 1);
        }
        int ours = reversed ? known.second : known.first;
        int theirs = reversed ? known.first : known.second;
        return new Numbers(seq - ours, ack - theirs, theirs);
    }

    private static int compare(IpAddress a, IpAddress b) {
        int high = Long.compareUnsigned(a.high(), b.high());
        return high != 0 ? high : Long.compareUnsigned(a.low(), b.low());
    }
}
