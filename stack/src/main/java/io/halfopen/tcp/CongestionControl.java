package io.halfopen.tcp;

/** How much may be in flight. All numbers are octets. */
interface CongestionControl {
    /** A new connection whose segments carry this much. */
    void start(int mss);

    int window();

    /** Something new was acknowledged outside recovery. */
    void onAck(int acknowledged, int inFlight);

    /** Three duplicate ACKs: a segment was lost, others arrive. */
    void onLoss(int inFlight);

    /** Another duplicate ACK during recovery: one more segment has left the network. */
    void onDuplicateAck();

    /** Recovery is over: all that was in flight when the loss was seen is acknowledged. */
    void onRecovered();

    /** The retransmission timer fired; {@code first} is false for the repetitions after it. */
    void onTimeout(int inFlight, boolean first);
}
