package io.halfopen.wire;

import java.util.Arrays;

/**
 * Makes one large packet of consecutive segments of a connection that differ in nothing but their data: what
 * {@link SegmentCutter} does, the other way around. Anything else is left as it is.
 */
public final class SegmentJoiner {
    private final byte[] bytes;
    private final int largest;
    private final int from;
    private int end;
    private int tcp;
    private int header;
    private int size;

    /** None, one, or several. */
    private int count;

    /** Whether another segment may follow. */
    private boolean open;

    /** With so much room in front of the packet, which is at most {@code largest} octets long. */
    public SegmentJoiner(int room, int largest) {
        this.largest = largest;
        bytes = new byte[room + largest];
        from = room;
        end = room;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** Takes a packet, if it is the first or continues what is there. */
    public boolean add(byte[] packet, int offset, int length) {
        if (count == 0) {
            start(packet, offset, length);
        } else if (continues(packet, offset, length)) {
            append(packet, offset, length);
        } else {
            return false;
        }
        count++;
        return true;
    }

    /** Takes a packet that somebody else has joined of segments with so much data each, if it is the first. */
    public boolean addJoined(byte[] packet, int offset, int length, int segmentSize) {
        if (count > 0) {
            return false;
        }
        start(packet, offset, length);
        open = false;
        size = segmentSize;
        count = 2;
        return true;
    }

    private void start(byte[] packet, int offset, int length) {
        System.arraycopy(packet, offset, bytes, from, length);
        end = from + length;
        tcp = tcpHeader(length);
        open = false;
        if (tcp > 0) {
            header = tcp + TcpHeader.lengthOf(bytes, from + tcp);
            size = length - header;
            open = size > 0 && bytes[from + tcp + TcpHeader.FLAGS] == TcpHeader.ACK;
        }
    }

    /** Where that is in a packet without IP options or extension headers; 0 for any other. */
    private int tcpHeader(int length) {
        if (length >= IpHeader.V4_LENGTH + TcpHeader.LENGTH && bytes[from] == 0x45) {
            boolean whole = (Bytes.getShort(bytes, from + IpHeader.V4_FRAGMENT) & IpHeader.FRAGMENT_MASK) == 0;
            return whole && bytes[from + IpHeader.V4_PROTOCOL] == IpHeader.TCP ? IpHeader.V4_LENGTH : 0;
        }
        boolean v6 = length >= IpHeader.V6_LENGTH + TcpHeader.LENGTH && IpHeader.version(bytes, from) == 6;
        return v6 && bytes[from + IpHeader.V6_NEXT_HEADER] == IpHeader.TCP ? IpHeader.V6_LENGTH : 0;
    }

    private boolean continues(byte[] packet, int offset, int length) {
        int data = length - header;
        if (!open || data <= 0 || data > size || end - from + data > largest) {
            return false;
        }
        int next = Bytes.getInt(bytes, from + tcp + TcpHeader.SEQ) + end - from - header;
        return Bytes.getInt(packet, offset + tcp + TcpHeader.SEQ) == next
                && (packet[offset + tcp + TcpHeader.FLAGS] & ~TcpHeader.PSH) == TcpHeader.ACK
                && isSameIp(packet, offset)
                && isSame(packet, offset, tcp, tcp + TcpHeader.SEQ)
                && isSame(packet, offset, tcp + TcpHeader.ACK_SEQ, tcp + TcpHeader.FLAGS)
                && isSame(packet, offset, tcp + TcpHeader.WINDOW, tcp + TcpHeader.CHECKSUM)
                && isSame(packet, offset, tcp + TcpHeader.URGENT, header);
    }

    /** All but length, identification and checksum. */
    private boolean isSameIp(byte[] packet, int offset) {
        return tcp == IpHeader.V4_LENGTH
                ? isSame(packet, offset, 0, IpHeader.V4_TOTAL_LENGTH)
                        && isSame(packet, offset, IpHeader.V4_FRAGMENT, IpHeader.V4_CHECKSUM)
                        && isSame(packet, offset, IpHeader.V4_SOURCE, tcp)
                : isSame(packet, offset, 0, IpHeader.V6_PAYLOAD_LENGTH)
                        && isSame(packet, offset, IpHeader.V6_NEXT_HEADER, tcp);
    }

    private boolean isSame(byte[] packet, int offset, int first, int behind) {
        return Arrays.equals(bytes, from + first, from + behind, packet, offset + first, offset + behind);
    }

    private void append(byte[] packet, int offset, int length) {
        System.arraycopy(packet, offset + header, bytes, end, length - header);
        end += length - header;
        byte flags = packet[offset + tcp + TcpHeader.FLAGS];
        bytes[from + tcp + TcpHeader.FLAGS] = flags;
        open = length - header == size && flags == TcpHeader.ACK;
    }

    /**
     * Makes the headers those of a packet of this length. If several were joined, the TCP checksum is only the sum of
     * the pseudo-header, which is what a device that cuts begins with.
     */
    public void seal() {
        if (isJoined()) {
            seal(bytes, from, end - from, tcp);
        }
    }

    /** The same of a packet that somebody else has joined, whose TCP header is so far behind its IP header. */
    public static void seal(byte[] packet, int offset, int length, int tcp) {
        IpHeader.resize(packet, offset, length, Bytes.getShort(packet, offset + IpHeader.V4_ID));
        long pseudo = TcpHeader.pseudoHeader(packet, offset, length - tcp);
        Bytes.putShort(packet, offset + tcp + TcpHeader.CHECKSUM, ~Checksum.complement(pseudo, 0));
    }

    public void clear() {
        count = 0;
        open = false;
    }

    /** The array with the packet, which ends at {@link #end}. */
    public byte[] bytes() {
        return bytes;
    }

    public int end() {
        return end;
    }

    public boolean isJoined() {
        return count > 1;
    }

    /** Octets of data in each of the joined; the last may have fewer. */
    public int size() {
        return size;
    }

    /** How far behind the IP header the TCP header is, in a packet that was joined. */
    public int tcp() {
        return tcp;
    }

    /** The length of all headers of a packet that was joined. */
    public int header() {
        return header;
    }
}
