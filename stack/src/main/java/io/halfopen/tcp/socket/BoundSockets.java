package io.halfopen.tcp.socket;

import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * The sockets bound to one port, by address: a hundred addresses may share each port, and bind() asks only those of its own
 * and the wildcards (Linux has inet_bhash2 for that). Open addressing with linear probing, at most half full.
 */
final class BoundSockets {
    private static final @Nullable Socket[] NONE = new Socket[1];

    private @Nullable Socket[] places = NONE;
    private int size;
    private int wildcards;

    boolean isEmpty() {
        return size == 0;
    }

    void add(Socket socket) {
        if (2 * size >= places.length - 1) {
            grow();
        }
        put(socket);
        size++;
        wildcards += isWildcard(socket) ? 1 : 0;
    }

    void remove(Socket socket) {
        int mask = places.length - 1;
        int hole = home(socket.localHigh, socket.localLow);
        while (places[hole] != socket) {
            if (places[hole] == null) {
                return;
            }
            hole = hole + 1 & mask;
        }
        // Whatever was pushed past the hole moves back, so that no search ends too early.
        int next = hole + 1 & mask;
        for (Socket other = places[next]; other != null; other = places[next]) {
            if ((next - home(other.localHigh, other.localLow) & mask) >= (next - hole & mask)) {
                places[hole] = other;
                hole = next;
            }
            next = next + 1 & mask;
        }
        places[hole] = null;
        size--;
        wildcards -= isWildcard(socket) ? 1 : 0;
    }

    /** Whether bind() or listen() of a socket would be refused because of one of these ({@link PortUse#conflictsWith}). */
    boolean conflictWith(Socket candidate, boolean mayShare) {
        if (wildcards == 0 && !isWildcard(candidate)) {
            return size > 0 && conflictsAtAddress(candidate, mayShare);
        }
        for (Socket other : places) {
            if (other != null && conflicts(other, candidate, mayShare)) {
                return true;
            }
        }
        return false;
    }

    /** Of those with specific addresses only those with its own can be in its way. */
    private boolean conflictsAtAddress(Socket candidate, boolean mayShare) {
        int mask = places.length - 1;
        int place = home(candidate.localHigh, candidate.localLow);
        for (Socket other = places[place]; other != null; other = places[place]) {
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
        return IpAddress.isAny(socket.localHigh, socket.localLow);
    }

    private void put(Socket socket) {
        int place = home(socket.localHigh, socket.localLow);
        while (places[place] != null) {
            place = place + 1 & places.length - 1;
        }
        places[place] = socket;
    }

    private int home(long high, long low) {
        return (int) ((low ^ high * 31) * 0x9e3779b97f4a7c15L >>> 40) & places.length - 1;
    }

    private void grow() {
        @Nullable Socket[] before = places;
        places = new Socket[Math.max(4, 2 * before.length)];
        for (Socket socket : before) {
            if (socket != null) {
                put(socket);
            }
        }
    }
}
