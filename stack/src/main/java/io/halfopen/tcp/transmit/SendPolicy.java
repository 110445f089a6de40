package io.halfopen.tcp.transmit;

import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Socket;

/**
 * Whether a segment that is smaller than it could be may go: Nagle's rule in Minshall's variant, TCP_NODELAY, TCP_CORK and
 * MSG_MORE (tcp_nagle_test; RFC 9293, section 3.7.4). The bits are those of tcp_sock.nonagle; a socket that is closed has
 * none, and its last segment goes with the FIN.
 */
public final class SendPolicy {
    static final int NAGLE = 0;

    /** TCP_NODELAY: a small segment does not wait for another's ACK. */
    public static final int OFF = 1;

    /** TCP_CORK, or MSG_MORE for one call: a small segment waits for more, whatever the others say. */
    public static final int CORK = 2;

    /** What is there goes now, even if corked: until more is written after it. */
    public static final int PUSH = 4;

    private SendPolicy() {}

    public static int of(Connection c) {
        return c.socket == null ? NAGLE : c.socket.nagle;
    }

    /** Whether less than a segment may go; what carries the FIN is not asked about (tcp_nagle_check). */
    static boolean allowsPart(Sender sender, int policy) {
        return (policy & PUSH) != 0 || (policy & CORK) == 0 && (policy != NAGLE || sender.nagleAllows());
    }

    /** TCP_NODELAY as set; switched on, it sends what is there (__tcp_sock_set_nodelay). */
    public static void setNoDelay(Socket socket, boolean on) {
        socket.nagle = (byte) (on ? socket.nagle | OFF | PUSH : socket.nagle & ~OFF);
    }

    /** TCP_CORK as set; switched off, Nagle's rule holds again, if it does (__tcp_sock_set_cork). */
    public static void setCork(Socket socket, boolean on) {
        int rest = socket.nagle & ~CORK;
        socket.nagle = (byte) (on ? socket.nagle | CORK : (rest & OFF) == 0 ? rest : rest | PUSH);
    }

    /** A new buffer is begun (tcp_skb_entail). */
    public static void onWrite(Socket socket) {
        socket.nagle &= ~PUSH;
    }
}
