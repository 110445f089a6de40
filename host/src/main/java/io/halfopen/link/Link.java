package io.halfopen.link;

/**
 * Where packets come from and go to: whole IP packets, without a frame around them. One thread at a time owns a link;
 * only {@link #wakeUp} may be called by others.
 */
public interface Link extends AutoCloseable {
    /**
     * Takes the next packet, if there is one, and never waits. What does not fit into the buffer is cut off.
     *
     * @return its length, or 0 if there is none
     */
    int receive(byte[] buffer) throws LinkException;

    /**
     * Sends a packet, or drops it where there is no room or nobody to take it: nobody is told, as on any network. It may
     * wait for others to leave with it, until {@link #receive} finds none or {@link #await} is called.
     */
    void send(byte[] bytes, int offset, int length);

    /**
     * Waits until there is a packet, or {@link #wakeUp} was called since the last wait, or the time is over; sometimes
     * returns without any of them.
     *
     * @param nanos how long at most; {@link Long#MAX_VALUE} is for ever
     */
    void await(long nanos) throws LinkException;

    /** Ends the wait, or the next one if nobody waits now. Does nothing after {@link #close}. */
    void wakeUp();

    /** Closing again does nothing; a closed link drops what it is given, has no packets and waits for none. */
    @Override
    void close();
}
