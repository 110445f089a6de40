package io.halfopen.wire;

/**
 * Cuts a packet with more data than a path takes into packets that it takes, as network cards do for Linux (TSO). FIN
 * and PSH are the last one's, and each has an IPv4 identification of its own.
 */
public final class SegmentCutter {
    private byte[] bytes = {};
    private int from;
    private int tcp;
    private int header;
    private int size;
    private int at;
    private int end;
    private int number;

    /** Nothing, until it is given a packet. */
    public SegmentCutter() {}

    /**
     * Begins with a packet of TCP that stands there whole; the array is read until nothing is left.
     *
     * @param tcp how far behind {@code from} its TCP header is
     * @param size octets of data in each of those that it becomes
     * @return whether it is one that can be cut
     */
    public boolean start(byte[] packet, int from, int end, int tcp, int size) {
        if (size <= 0 || from + tcp + TcpHeader.LENGTH > end) {
            return false;
        }
        int length = TcpHeader.lengthOf(packet, from + tcp);
        if (length < TcpHeader.LENGTH || from + tcp + length > end) {
            return false;
        }
        this.bytes = packet;
        this.from = from;
        this.end = end;
        this.tcp = tcp;
        this.size = size;
        header = tcp + length;
        at = from + header;
        number = 0;
        return true;
    }

    public boolean hasMore() {
        return at < end;
    }

    /** Writes the next to the front of this array; returns its length. */
    public int next(byte[] target) {
        int data = Math.min(size, end - at);
        int length = header + data;
        System.arraycopy(bytes, from, target, 0, header);
        System.arraycopy(bytes, at, target, header, data);
        int seq = Bytes.getInt(bytes, from + tcp + TcpHeader.SEQ) + at - from - header;
        Bytes.putInt(target, tcp + TcpHeader.SEQ, seq);
        at += data;
        if (at < end) {
            target[tcp + TcpHeader.FLAGS] &= ~(TcpHeader.FIN | TcpHeader.PSH);
        }
        IpHeader.resize(target, 0, length, Bytes.getShort(bytes, from + IpHeader.V4_ID) + number++);
        TcpHeader.complete(target, 0, tcp, length);
        return length;
    }
}
