package io.halfopen.tcp.socket;

import io.halfopen.wire.AddressIndex;
import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** Who uses a local port: sockets that were bound to it, listeners among them, and connections that live on it. */
public final class PortUse {
    private static final @Nullable Socket[] NONE = new Socket[1];

    final int port;

    /**
     * The sockets bound to it, by address: a hundred addresses may share each port, and bind() asks only those of its own and
     * the wildcards (inet_bhash2). Open addressing with linear probing, at most half full.
     */
    private @Nullable Socket[] bound = NONE;

    private int sockets;
    private int wildcards;
    private @Nullable Listener listeners;

    /** Connections and TIME_WAITs with this local port. */
    int flows;

    PortUse(int port) {
        this.port = port;
    }

    boolean isBound() {
        return sockets > 0;
    }

    /**
     * Whether bind() or listen() of a socket would be refused with EADDRINUSE because of another (inet_csk_bind_conflict):
     * unless it may share, and both have SO_REUSEPORT, or both SO_REUSEADDR and the first does not listen.
     */
    boolean conflictsWith(Socket candidate, boolean mayShare) {
        if (wildcards == 0 && !isWildcard(candidate)) {
            return sockets > 0 && conflictsAtAddress(candidate, mayShare);
        }
        for (Socket other : bound) {
            if (other != null && conflicts(other, candidate, mayShare)) {
                return true;
            }
        }
        return false;
    }

    /** Of those with specific addresses only those with its own can be in its way. */
    private boolean conflictsAtAddress(Socket candidate, boolean mayShare) {
        int mask = bound.length - 1;
        int place = home(candidate.local);
        for (Socket other = bound[place]; other != null; other = bound[place]) {
            if (conflicts(other, candidate, mayShare)) {
                return true;
            }
            place = place + 1 & mask;
        }
        return false;
    }

    private static boolean conflicts(Socket other, Socket candidate, boolean mayShare) {
        return other != candidate && !(mayShare && shares(other, candidate)) && other.overlaps(candidate);
    }

    private static boolean shares(Socket other, Socket candidate) {
        return other.options.reusePort && candidate.options.reusePort
                || other.options.reuseAddress && candidate.options.reuseAddress && other.listener == null;
    }

    private static boolean isWildcard(Socket socket) {
        return socket.local.isAny();
    }

    private void put(Socket socket) {
        int place = home(socket.local);
        while (bound[place] != null) {
            place = place + 1 & bound.length - 1;
        }
        bound[place] = socket;
    }

    private int home(IpAddress address) {
        return AddressIndex.hash(address.high(), address.low()) & bound.length - 1;
    }

    private void grow() {
        @Nullable Socket[] before = bound;
        bound = new Socket[Math.max(4, 2 * before.length)];
        for (Socket socket : before) {
            if (socket != null) {
                put(socket);
            }
        }
    }

    void bind(Socket socket) {
        if (2 * sockets >= bound.length - 1) {
            grow();
        }
        put(socket);
        sockets++;
        wildcards += isWildcard(socket) ? 1 : 0;
    }

    void unbind(Socket socket) {
        int mask = bound.length - 1;
        int hole = home(socket.local);
        while (bound[hole] != socket) {
            if (bound[hole] == null) {
                return;
            }
            hole = hole + 1 & mask;
        }
        // Whatever was pushed past the hole moves back, so that no search ends too early.
        int next = hole + 1 & mask;
        for (Socket other = bound[next]; other != null; other = bound[next]) {
            if ((next - home(other.local) & mask) >= (next - hole & mask)) {
                bound[hole] = other;
                hole = next;
            }
            next = next + 1 & mask;
        }
        bound[hole] = null;
        sockets--;
        wildcards -= isWildcard(socket) ? 1 : 0;
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
        if (socket.local.high() == localHigh && socket.local.low() == localLow) {
            return 3;
        }
        if (!socket.local.isAny()) {
            return 0;
        }
        if (socket.local.low() == 0) {
            return socket.options.v6Only && IpAddress.isIpv4(localHigh, localLow) ? 0 : 1;
        }
        return IpAddress.isIpv4(localHigh, localLow) ? 2 : 0;
    }
}
