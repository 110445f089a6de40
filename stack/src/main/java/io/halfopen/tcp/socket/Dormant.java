package io.halfopen.tcp.socket;

/**
 * A connection that nobody needs now: {@link Fresh}, one to which nothing has happened since its handshake, or {@link Asleep},
 * one that has been idle for a while. It takes a fifth of what a {@link Connection} does, and {@code Dormancy} makes one of it
 * that is as if it had been there all the time. poll(2), and a read() in vain, do not wake it.
 */
public abstract sealed class Dormant extends AcceptQueue.Entry permits Fresh, Asleep {
    /** When something happened last, ns: the final ACK if nothing has since. */
    public long since;

    /** An RST was all that ever came: it is in no table any more, and only process or accept queue hold it. */
    public boolean ended;

    /** As new, for the next one. */
    void reset() {
        ended = false;
        listener = null;
        socket = null;
    }
}
