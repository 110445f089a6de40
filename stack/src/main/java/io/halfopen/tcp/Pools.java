package io.halfopen.tcp;

import org.jspecify.annotations.Nullable;

/** Objects that were used and will be again, linked through their own fields: the packet path allocates none. */
final class Pools {
    private final Core core;
    private @Nullable Flow halfOpens;
    private @Nullable Flow connections;
    private @Nullable Flow dormants;
    private @Nullable Flow timeWaits;
    private @Nullable Socket sockets;
    private @Nullable KeepAlive keepAlives;
    private @Nullable SendStatistics sendStatistics;
    private int halfOpensOut;
    private int connectionsOut;
    private int dormantsOut;
    private int timeWaitsOut;
    private int socketsOut;
    private int keepAlivesOut;

    Pools(Core core) {
        this.core = core;
    }

    HalfOpen halfOpen(Listener listener) {
        halfOpensOut++;
        if (halfOpens instanceof HalfOpen pooled) {
            halfOpens = pooled.chained;
            pooled.chained = null;
            pooled.listener = listener;
            return pooled;
        }
        return new HalfOpen(listener);
    }

    void give(HalfOpen halfOpen) {
        halfOpensOut--;
        halfOpen.chained = halfOpens;
        halfOpens = halfOpen;
    }

    Connection connection(PortUse portUse) {
        connectionsOut++;
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
        connectionsOut--;
        connection.portUse.flows--;
        core.controls.give(connection.sender.control);
        if (connection.sender.statistics != null) {
            give(connection.sender.statistics);
            connection.sender.statistics = null;
        }
        connection.reset();
        connection.chained = connections;
        connections = connection;
    }

    /** It keeps the half-open until it is given back. */
    Dormant dormant(HalfOpen handshake) {
        dormantsOut++;
        core.ports.of(handshake.localPort()).flows++;
        if (dormants instanceof Dormant pooled) {
            dormants = pooled.chained;
            pooled.chained = null;
            pooled.handshake = handshake;
            return pooled;
        }
        return new Dormant(handshake);
    }

    void give(Dormant dormant) {
        dormantsOut--;
        core.ports.of(dormant.localPort()).flows--;
        give(dormant.handshake);
        dormant.listener = null;
        dormant.socket = null;
        dormant.chained = dormants;
        dormants = dormant;
    }

    TimeWait timeWait(PortUse portUse) {
        timeWaitsOut++;
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
        timeWaitsOut--;
        timeWait.portUse.flows--;
        timeWait.chained = timeWaits;
        timeWaits = timeWait;
    }

    KeepAlive keepAlive() {
        keepAlivesOut++;
        KeepAlive there = keepAlives;
        if (there == null) {
            return new KeepAlive();
        }
        keepAlives = there.pooled;
        there.pooled = null;
        return there;
    }

    void give(KeepAlive keepAlive) {
        keepAlivesOut--;
        keepAlive.reset();
        keepAlive.pooled = keepAlives;
        keepAlives = keepAlive;
    }

    SendStatistics sendStatistics() {
        SendStatistics there = sendStatistics;
        if (there == null) {
            return new SendStatistics();
        }
        sendStatistics = there.pooled;
        there.pooled = null;
        return there;
    }

    void give(SendStatistics statistics) {
        statistics.reset();
        statistics.pooled = sendStatistics;
        sendStatistics = statistics;
    }

    Socket socket() {
        socketsOut++;
        Socket pooled = sockets;
        if (pooled == null) {
            return new Socket();
        }
        sockets = pooled.readyNext;
        pooled.readyNext = null;
        return pooled;
    }

    void give(Socket socket) {
        socketsOut--;
        socket.reset();
        socket.readyNext = sockets;
        sockets = socket;
    }

    /** How many half-opens were handed out and have not come back; the same of the others. */
    int halfOpens() {
        return halfOpensOut - dormantsOut;
    }

    int connections() {
        return connectionsOut + dormantsOut;
    }

    int timeWaits() {
        return timeWaitsOut;
    }

    int sockets() {
        return socketsOut;
    }

    int keepAlives() {
        return keepAlivesOut;
    }
}
