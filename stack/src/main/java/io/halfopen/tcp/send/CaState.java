package io.halfopen.tcp.send;

/** What a sender thinks of its packets in flight: enum tcp_ca_state, in Linux's order. */
public enum CaState {
    /** Nothing is wrong. */
    OPEN,
    /** Duplicate ACKs or selective acknowledgments: something overtook something, or was lost. */
    DISORDER,
    /** The window shrinks since a router asked for it (ECN), and nothing was lost. */
    CWR,
    /** Something was lost, others arrive. */
    RECOVERY,
    /** The retransmission timer fired. */
    LOSS;

    /** The window is not to grow beyond what recovery makes of it (tcp_in_cwnd_reduction). */
    public boolean shrinks() {
        return this == CWR || this == RECOVERY;
    }
}
