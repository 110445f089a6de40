package io.halfopen.tcp;

import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** Who uses a local port: sockets that were bound to it, listeners among them, and connections that live on it. */
final class PortUse {
    final int port;
    private @Nullable Socket bound;
    private @Nullable Listener listeners;

    /** Connections and TIME_WAITs with this local port. */
    int flows;

    PortUse(int port) {
        this.port = port;
    }

    boolean isBound() {
        return bound != null;
    }

    /** Whether bind() of another socket would be refused with EADDRINUSE (inet_csk_get_port). */
    boolean conflictsWith(Socket candidate) {
        for (Socket other = bound; other != null; other = other.boundNext) {
            boolean share = other.reuseAddress && candidate.reuseAddress && other.listener == null;
            if (!share && overlap(other, candidate)) {
                return true;
            }
        }
        return bound == null && flows > 0 && !candidate.reuseAddress;
    }

    /** Whether another socket listens where this one wants to; being bound to the same port is no obstacle yet. */
    boolean conflictsWithListener(Socket candidate) {
        for (Listener other = listeners; other != null; other = other.chained) {
            if (overlap(other.socket, candidate)) {
                return true;
            }
        }
        return false;
    }

    private static boolean overlap(Socket a, Socket b) {
        return IpAddress.isAny(a.localHigh, a.localLow)
                || IpAddress.isAny(b.localHigh, b.localLow)
                || a.localHigh == b.localHigh && a.localLow == b.localLow;
    }

    void bind(Socket socket) {
        socket.boundNext = bound;
        bound = socket;
    }

    void unbind(Socket socket) {
        Socket before = null;
        for (Socket here = bound; here != null; before = here, here = here.boundNext) {
            if (here == socket) {
                if (before == null) {
                    bound = here.boundNext;
                } else {
                    before.boundNext = here.boundNext;
                }
                here.boundNext = null;
                return;
            }
        }
    }

    void add(Listener listener) {
        listener.chained = listeners;
        listeners = listener;
    }

    void remove(Listener listener) {
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
            return 1;
        }
        return IpAddress.isIpv4(localHigh, localLow) ? 2 : 0;
    }
}
