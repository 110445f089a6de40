package io.halfopen.tcp.socket;

/**
 * How many handshakes of a listener are under way, and how many of them are young: their timer has not fired yet. The handshakes themselves are in the {@link FlowTable}; Linux keeps them in its hash table, too, and
 * only the numbers with the listener (request_sock_queue).
 */
public final class SynQueue {
    private static final int LEAST_RETRIES = 2;

    private int length;
    private int young;
    private int peak;

    public int length() {
        return length;
    }

    public int young() {
        return young;
    }

    /** The most there have been. */
    public int peak() {
        return peak;
    }

    public void add() {
        length++;
        young++;
        peak = Math.max(peak, length);
    }

    /** One that was in the queue of another listener before. */
    public void adopt(boolean isYoung) {
        length++;
        young += isYoung ? 1 : 0;
        peak = Math.max(peak, length);
    }

    public void grownOld() {
        young--;
    }

    /**
     * How often a SYN-ACK is retransmitted when {@code set} is what tcp_synack_retries says: in a clogged queue fewer
     * times, the fewer of its handshakes are young, but twice at least (reqsk_timer_handler).
     */
    public int retries(int set, boolean clogged) {
        int retries = set;
        for (long bound = 2L * young; clogged && retries > LEAST_RETRIES && length >= bound; bound *= 2) {
            retries--;
        }
        return retries;
    }

    public void remove(boolean isYoung) {
        length--;
        young -= isYoung ? 1 : 0;
    }
}
