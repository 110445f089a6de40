package io.halfopen.sim;

/**
 * What is beyond a {@link World}: it gets the packets for addresses that no host of the world has. What comes from there is
 * handed in by {@link World#enter}.
 */
public interface Outside {
    /** A packet leaves the world. The bytes are valid during the call, which must not call a host. */
    void send(byte[] bytes, int offset, int length);
}
