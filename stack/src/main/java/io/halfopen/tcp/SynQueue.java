package io.halfopen.tcp;

/**
 * How many handshakes of a listener are under way, and how many of them are young: their SYN-ACK has not been
 * retransmitted. The handshakes themselves are in the {@link FlowTable}; Linux keeps them in its hash table, too, and
 * only the numbers with the listener (request_sock_queue).
 */
final class SynQueue {
    private int length;
    private int young;
    private int peak;

    int length() {
        return length;
    }

    int young() {
        return young;
    }

    /** The most there have been. */
    int peak() {
        return peak;
    }

    void add() {
        length++;
        young++;
        peak = Math.max(peak, length);
    }

    void grownOld() {
        young--;
    }

    void remove(HalfOpen halfOpen) {
        length--;
        young -= halfOpen.isYoung() ? 1 : 0;
    }
}
