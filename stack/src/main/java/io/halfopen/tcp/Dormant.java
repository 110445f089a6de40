package io.halfopen.tcp;

/**
 * A connection that nobody has used yet: its handshake is done, and since then no packet has come for it and no process
 * has asked it for anything but poll(2) and a read() in vain. It is kept as what the handshake agreed on, a third of what
 * a {@link Connection} takes; {@link Promotion#wake} makes one of it, as if that had been there from the start.
 */
final class Dormant extends AcceptQueue.Entry {
    HalfOpen handshake;

    /** When the final ACK came, ns, and the time it was away from the SYN-ACK, ns, or -1 where nobody knows. */
    long since;

    long roundTrip;

    /** The window in the final ACK, octets. */
    int window;

    Dormant(HalfOpen handshake) {
        this.handshake = handshake;
    }

    /** Whose options it has: the listener's, and once accepted its own socket's, which has them from there. */
    Socket options() {
        Listener parent = listener == null ? handshake.listener : listener;
        return socket == null ? parent.socket : socket;
    }
}
