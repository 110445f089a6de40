package io.halfopen.nio;

import java.io.IOException;

/**
 * A way out of a {@link Network} for whole IP packets, as to an interface of this machine's kernel. One thread at a time
 * calls it, but for {@link #await}, which waits while others send, and {@link #close}.
 */
public interface Uplink extends AutoCloseable {
    /**
     * Takes the next packet that has come, and never waits.
     *
     * @return its length, or 0 if there is none
     */
    int receive(byte[] buffer) throws IOException;

    /** Sends a packet, or drops it where there is no room: it may wait for others until {@link #flush}. */
    void send(byte[] bytes, int offset, int length);

    /** What was sent leaves. Never waits: a program is in the midst of a call. */
    void flush();

    /**
     * Waits until there may be a packet to take.
     *
     * @throws IOException if nothing will ever come again
     */
    void await() throws IOException;

    /** Ends the wait. */
    @Override
    void close();
}
