package io.halfopen.tcp;

import org.jspecify.annotations.Nullable;

/** Objects that were used and will be again, linked through their own fields: the packet path allocates none. */
final class Pools {
    private final Core core;
    private @Nullable Flow halfOpens;
    private @Nullable Flow connections;
    private @Nullable Flow timeWaits;
    private @Nullable Socket sockets;

    Pools(Core core) {
        this.core = core;
    }

    HalfOpen halfOpen(Listener listener) {
        if (halfOpens instanceof HalfOpen pooled) {
            halfOpens = pooled.chained;
            pooled.chained = null;
            pooled.listener = listener;
            return pooled;
        }
        return new HalfOpen(listener);
    }

    void give(HalfOpen halfOpen) {
        halfOpen.chained = halfOpens;
        halfOpens = halfOpen;
    }

    Connection connection(PortUse portUse) {
        portUse.flows++;
        if (connections instanceof Connection pooled) {
            connections = pooled.chained;
            pooled.chained = null;
            pooled.portUse = portUse;
            return pooled;
        }
        return new Connection(core, portUse);
    }

    void give(Connection connection) {
        connection.portUse.flows--;
        core.controls.give(connection.sender.control);
        connection.reset();
        connection.chained = connections;
        connections = connection;
    }

    TimeWait timeWait(PortUse portUse) {
        portUse.flows++;
        if (timeWaits instanceof TimeWait pooled) {
            timeWaits = pooled.chained;
            pooled.chained = null;
            pooled.portUse = portUse;
            return pooled;
        }
        return new TimeWait(portUse);
    }

    void give(TimeWait timeWait) {
        timeWait.portUse.flows--;
        timeWait.chained = timeWaits;
        timeWaits = timeWait;
    }

    Socket socket() {
        Socket pooled = sockets;
        if (pooled == null) {
            return new Socket();
        }
        sockets = pooled.readyNext;
        pooled.readyNext = null;
        return pooled;
    }

    void give(Socket socket) {
        socket.reset();
        socket.readyNext = sockets;
        sockets = socket;
    }
}
