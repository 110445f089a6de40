package io.halfopen.tcp.socket;

import org.jspecify.annotations.Nullable;

/** Sockets to whose processes something is to be told, each once, in the order in which it happened. */
public final class ReadyList {
    /** Whatever somebody waits for. */
    public static final int ANY = -1;

    private @Nullable Socket first;
    private @Nullable Socket last;

    /** A socket has news for those that wait for any of the events. */
    public void add(@Nullable Socket socket, int events) {
        if (socket == null) {
            return;
        }
        socket.news = (char) (socket.news | events);
        if (socket.readyListed) {
            return;
        }
        socket.readyListed = true;
        if (last == null) {
            first = socket;
        } else {
            last.readyNext = socket;
        }
        last = socket;
    }

    @Nullable
    public Socket poll() {
        Socket socket = first;
        if (socket != null) {
            first = socket.readyNext;
            last = first == null ? null : last;
            socket.readyNext = null;
            socket.readyListed = false;
            socket.told = socket.news;
            socket.news = 0;
        }
        return socket;
    }

    public void remove(Socket socket) {
        if (!socket.readyListed) {
            return;
        }
        Socket before = null;
        for (Socket here = first; here != socket && here != null; here = here.readyNext) {
            before = here;
        }
        if (before == null) {
            first = socket.readyNext;
        } else {
            before.readyNext = socket.readyNext;
        }
        last = last == socket ? before : last;
        socket.readyNext = null;
        socket.readyListed = false;
    }
}
