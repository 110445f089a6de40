package io.halfopen.tcp.socket;

import io.halfopen.tcp.send.CongestionControl;
import io.halfopen.tcp.send.SendStatistics;
import io.halfopen.tcp.socket.Dormant.Asleep;
import io.halfopen.tcp.socket.Dormant.Fresh;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Objects that were used and will be again, linked through their own fields: the packet path allocates none. */
public final class Pools {
    /** So many of each are kept that are not used: most of those that were may be asleep, or awake. */
    private static final int SPARE = 8192;

    private final Core core;
    private @Nullable Flow halfOpens;
    private @Nullable Flow connections;
    private @Nullable Flow fresh;
    private @Nullable Flow asleep;
    private @Nullable Flow timeWaits;
    private @Nullable Socket sockets;
    private @Nullable KeepAlive keepAlives;

    /** Those that are not pooled and do not sleep, from the first place on. */
    private @Nullable Connection[] awake = new Connection[16];

    private int halfOpensOut;
    private int halfOpensSpare;
    private int connectionsOut;
    private int connectionsSpare;
    private int freshSpare;
    private int asleepSpare;
    private int dormantsOut;
    private int timeWaitsOut;
    private int socketsOut;
    private int keepAlivesOut;

    Pools(Core core) {
        this.core = core;
    }

    public HalfOpen halfOpen(Listener listener) {
        halfOpensOut++;
        if (halfOpens instanceof HalfOpen pooled) {
            halfOpensSpare--;
            halfOpens = pooled.chained;
            pooled.chained = null;
            pooled.listener = listener;
            return pooled;
        }
        return new HalfOpen(listener);
    }

    public void give(HalfOpen halfOpen) {
        halfOpensOut--;
        if (halfOpensSpare < SPARE) {
            halfOpensSpare++;
            halfOpen.chained = halfOpens;
            halfOpens = halfOpen;
        }
    }

    public Connection connection(PortUse portUse) {
        portUse.flows++;
        if (connections instanceof Connection pooled) {
            connectionsSpare--;
            connections = pooled.chained;
            pooled.chained = null;
            pooled.portUse = portUse;
            return handOut(pooled);
        }
        return handOut(new Connection(core, core.flights, portUse));
    }

    private Connection handOut(Connection connection) {
        if (connectionsOut == awake.length) {
            awake = Arrays.copyOf(awake, 2 * connectionsOut);
        }
        connection.awakeAt = connectionsOut;
        awake[connectionsOut++] = connection;
        return connection;
    }

    /** The last one takes its place among those that are awake. */
    private void takeBack(Connection connection) {
        Connection last = Objects.requireNonNull(awake[--connectionsOut]);
        awake[connectionsOut] = null;
        if (last != connection) {
            awake[connection.awakeAt] = last;
            last.awakeAt = connection.awakeAt;
        }
    }

    public void give(Connection connection) {
        takeBack(connection);
        connection.portUse.flows--;
        CongestionControl control = connection.sender.control;
        SendStatistics statistics = connection.sender.statistics;
        connection.reset();
        if (connectionsSpare < SPARE) {
            core.controls.give(control);
            core.statistics.give(statistics);
            connection.chained = connections;
            connections = connection;
            connectionsSpare++;
        }
    }

    /** A connection that sleeps from its handshake on, whose half-open comes back here. */
    public Fresh fresh(HalfOpen handshake, long since) {
        Fresh dormant;
        if (fresh instanceof Fresh pooled) {
            freshSpare--;
            fresh = pooled.chained;
            dormant = pooled;
        } else {
            dormant = new Fresh();
        }
        dormant.take(handshake);
        handOut(dormant, since);
        give(handshake);
        return dormant;
    }

    /** What a connection becomes that is put away. */
    public Asleep asleep(Connection connection, long since) {
        Asleep dormant;
        if (asleep instanceof Asleep pooled) {
            asleepSpare--;
            asleep = pooled.chained;
            dormant = pooled;
        } else {
            dormant = new Asleep();
        }
        dormant.copyTuple(connection);
        handOut(dormant, since);
        return dormant;
    }

    private void handOut(Dormant dormant, long since) {
        dormantsOut++;
        core.ports.of(dormant.localPort()).flows++;
        dormant.chained = null;
        dormant.since = since;
    }

    public void give(Dormant dormant) {
        dormantsOut--;
        core.ports.of(dormant.localPort()).flows--;
        dormant.reset();
        if (dormant instanceof Fresh each && freshSpare < SPARE) {
            freshSpare++;
            each.chained = fresh;
            fresh = each;
        } else if (dormant instanceof Asleep each && asleepSpare < SPARE) {
            asleepSpare++;
            each.chained = asleep;
            asleep = each;
        }
    }

    public TimeWait timeWait(PortUse portUse) {
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

    public void give(TimeWait timeWait) {
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

    public void give(KeepAlive keepAlive) {
        keepAlivesOut--;
        keepAlive.reset();
        keepAlive.pooled = keepAlives;
        keepAlives = keepAlive;
    }

    public Socket socket() {
        socketsOut++;
        Socket pooled = sockets;
        if (pooled == null) {
            return new Socket();
        }
        sockets = pooled.readyNext;
        pooled.readyNext = null;
        return pooled;
    }

    public void give(Socket socket) {
        socketsOut--;
        socket.reset();
        socket.readyNext = sockets;
        sockets = socket;
    }

    /** How many half-opens were handed out and have not come back; the same of the others. */
    public int halfOpens() {
        return halfOpensOut;
    }

    public int connections() {
        return connectionsOut + dormantsOut;
    }

    /** How many connections do not sleep. */
    public int awake() {
        return connectionsOut;
    }

    /** One of those, in no order. */
    public Connection awake(int number) {
        return Objects.requireNonNull(awake[number]);
    }

    public int timeWaits() {
        return timeWaitsOut;
    }

    public int sockets() {
        return socketsOut;
    }

    public int keepAlives() {
        return keepAlivesOut;
    }
}
