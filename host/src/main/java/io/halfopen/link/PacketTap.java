package io.halfopen.link;

import io.halfopen.linux.Rule;

/** Sees every packet of an {@link EventLoop}, on its thread. The bytes are valid during the call. */
public interface PacketTap {
    /** For those who do not want to look. */
    PacketTap NONE = new PacketTap() {};

    /** Whether it looks into packets of data: then all are as on a wire, which costs more. */
    default boolean looksInside() {
        return false;
    }

    /** A packet leaves; {@code why} is the rule that sent it. */
    default void onSent(long now, Rule why, byte[] bytes, int offset, int length) {}

    /** A packet has arrived; {@code rule} is what became of it. Comes before what the stack sends in answer. */
    default void onArrived(long now, Rule rule, byte[] bytes, int offset, int length) {}
}
