package io.halfopen.tcp.socket;

import io.halfopen.linux.CongestionAlgorithm;
import org.jspecify.annotations.Nullable;

/**
 * A connection that nobody needs now: one to which nothing has happened since its handshake, or that has been idle for a
 * while. It takes a third of what a {@link Connection} does, and {@code Dormancy} makes one of it that is as if it had
 * been there all the time. poll(2), and a read() in vain, do not wake it.
 */
public final class Dormant extends AcceptQueue.Entry {
    /** When something happened last, ns: the final ACK if nothing has since. */
    public long since;

    /** What the handshake agreed on, the peer's first window, octets, and the first round trip, ns, or -1. */
    @Nullable
    public HalfOpen handshake;

    public int window;
    public long roundTrip;

    /** An RST was all that ever came: it is in no table any more, and only process or accept queue hold it. */
    public boolean ended;

    /** Or else all that the connection knew, by {@link Connection#keep}, and its algorithm. */
    public byte @Nullable [] kept;

    public CongestionAlgorithm algorithm = CongestionAlgorithm.reno;
}
