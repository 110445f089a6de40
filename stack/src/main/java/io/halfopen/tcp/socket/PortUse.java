package io.halfopen.tcp.socket;

import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** Who uses a local port: sockets that were bound to it, listeners among them, and connections that live on it. */
public final class PortUse {
    final int port;
    private final BoundSockets bound = new BoundSockets();
    private @Nullable Listener listeners;

    /** Connections and TIME_WAITs with this local port. */
    int flows;

    PortUse(int port) {
        this.port = port;
    }

    boolean isBound() {
        return !bound.isEmpty();
    }

    /**
     * Whether bind() or listen() of a socket would be refused with EADDRINUSE because of another (inet_csk_bind_conflict):
     * unless it may share, and both have SO_REUSEPORT, or both SO_REUSEADDR and the first does not listen.
     */
    boolean conflictsWith(Socket candidate, boolean mayShare) {
        return bound.conflictWith(candidate, mayShare);
    }

    void bind(Socket socket) {
        bound.add(socket);
    }

    void unbind(Socket socket) {
        bound.remove(socket);
    }

    /** With SO_REUSEPORT it joins those of the same name, or founds a group for those to come. */
    public void add(Listener listener) {
        if (listener.socket.options.reusePort) {
            groupFor(listener.socket).add(listener);
        }
        listener.chained = listeners;
        listeners = listener;
    }

    private ListenerGroup groupFor(Socket socket) {
        for (Listener other = listeners; other != null; other = other.chained) {
            if (other.group != null && other.group.isFor(socket)) {
                return other.group;
            }
        }
        return new ListenerGroup();
    }

    public void remove(Listener listener) {
        if (listener.group != null) {
            listener.group.remove(listener);
        }
        Listener before = null;
        for (Listener here = listeners; here != null; before = here, here = here.chained) {
            if (here == listener) {
                if (before == null) {
                    listeners = here.chained;
                } else {
                    before.chained = here.chained;
                }
                here.chained = null;
                return;
            }
        }
    }

    /** The listener for a SYN to this address: one bound to just it before a wildcard. */
    @Nullable
    Listener listenerFor(long localHigh, long localLow) {
        Listener best = null;
        int bestScore = 0;
        for (Listener here = listeners; here != null; here = here.chained) {
            int score = score(here.socket, localHigh, localLow);
            if (score > bestScore) {
                best = here;
                bestScore = score;
            }
        }
        return best;
    }

    /** compute_score of Linux: the address itself 3, the IPv4 wildcard 2, the wildcard of both 1, no match 0. */
    private static int score(Socket socket, long localHigh, long localLow) {
        if (socket.localHigh == localHigh && socket.localLow == localLow) {
            return 3;
        }
        if (!IpAddress.isAny(socket.localHigh, socket.localLow)) {
            return 0;
        }
        if (socket.localLow == 0) {
            return socket.options.v6Only && IpAddress.isIpv4(localHigh, localLow) ? 0 : 1;
        }
        return IpAddress.isIpv4(localHigh, localLow) ? 2 : 0;
    }
}
