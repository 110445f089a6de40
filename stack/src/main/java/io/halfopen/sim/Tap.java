package io.halfopen.sim;

import io.halfopen.linux.Rule;

/** Sees every packet of a {@link World}: when it leaves and when it arrives. The bytes are valid during the call. */
public interface Tap {
    /** A packet leaves; {@code why} is the rule that sent it. */
    default void onSent(long now, Host from, Rule why, byte[] bytes, int offset, int length) {}

    /** A packet arrives; {@code rule} is what became of it. */
    default void onArrived(long now, Host to, Rule rule, byte[] bytes, int offset, int length) {}

    /** A packet leaves the world by its gateway: what becomes of it nobody here will know. */
    default void onLeft(long now, Host gateway, byte[] bytes, int offset, int length) {}

    /** The network loses a packet, or nobody has its destination. */
    default void onLost(long now, Host from, byte[] bytes, int offset, int length) {}
}
