package io.halfopen.tcp.socket;

import io.halfopen.tcp.send.CongestionControl;
import io.halfopen.tcp.send.SendStatistics;
import io.halfopen.tcp.socket.Dormant.Asleep;
import io.halfopen.tcp.socket.Dormant.Fresh;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Objects that were used and will be again: the packet path allocates none. */
public final class Pools {
    /** So many of each are kept that are not used: most of those that were may be asleep, or awake. */
    private static final int SPARE = 8192;

    private final Core core;
    private final Spares<HalfOpen> halfOpens = new Spares<>(SPARE);
    private final Spares<Connection> connections = new Spares<>(SPARE);
    private final Spares<Fresh> fresh = new Spares<>(SPARE);
    private final Spares<Asleep> asleep = new Spares<>(SPARE);
    private final Spares<TimeWait> timeWaits = new Spares<>(Integer.MAX_VALUE);
    private final Spares<Socket> sockets = new Spares<>(Integer.MAX_VALUE);
    private final Spares<KeepAlive> keepAlives = new Spares<>(Integer.MAX_VALUE);

    /** Those that are not pooled and do not sleep, from the first place on. */
    private @Nullable Connection[] awake = new Connection[16];

    private int halfOpensOut;
    private int connectionsOut;
    private int dormantsOut;
    private int timeWaitsOut;
    private int socketsOut;
    private int keepAlivesOut;

    Pools(Core core) {
        this.core = core;
    }

    public HalfOpen halfOpen(Listener listener) {
        halfOpensOut++;
        HalfOpen spare = halfOpens.take();
        if (spare == null) {
            return new HalfOpen(listener);
        }
        spare.listener = listener;
        return spare;
    }

    public void give(HalfOpen halfOpen) {
        halfOpensOut--;
        halfOpens.give(halfOpen);
    }

    public Connection connection(PortUse portUse) {
        portUse.flows++;
        Connection spare = connections.take();
        if (spare == null) {
            return handOut(new Connection(core, core.flights, portUse));
        }
        spare.portUse = portUse;
        return handOut(spare);
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
        if (connections.give(connection)) {
            core.controls.give(control);
            core.statistics.give(statistics);
        }
    }

    /** A connection that sleeps from its handshake on, whose half-open comes back here. */
    public Fresh fresh(HalfOpen handshake, long since) {
        Fresh spare = fresh.take();
        Fresh dormant = spare == null ? new Fresh() : spare;
        dormant.take(handshake);
        handOut(dormant, since);
        give(handshake);
        return dormant;
    }

    /** What a connection becomes that is put away. */
    public Asleep asleep(Connection connection, long since) {
        Asleep spare = asleep.take();
        Asleep dormant = spare == null ? new Asleep() : spare;
        dormant.copyTuple(connection);
        handOut(dormant, since);
        return dormant;
    }

    private void handOut(Dormant dormant, long since) {
        dormantsOut++;
        core.ports.of(dormant.localPort()).flows++;
        dormant.since = since;
    }

    public void give(Dormant dormant) {
        dormantsOut--;
        core.ports.of(dormant.localPort()).flows--;
        dormant.reset();
        switch (dormant) {
            case Fresh each -> fresh.give(each);
            case Asleep each -> asleep.give(each);
        }
    }

    public TimeWait timeWait(PortUse portUse) {
        timeWaitsOut++;
        portUse.flows++;
        TimeWait spare = timeWaits.take();
        if (spare == null) {
            return new TimeWait(portUse);
        }
        spare.portUse = portUse;
        return spare;
    }

    public void give(TimeWait timeWait) {
        timeWaitsOut--;
        timeWait.portUse.flows--;
        timeWaits.give(timeWait);
    }

    KeepAlive keepAlive() {
        keepAlivesOut++;
        KeepAlive spare = keepAlives.take();
        return spare == null ? new KeepAlive() : spare;
    }

    public void give(KeepAlive keepAlive) {
        keepAlivesOut--;
        keepAlive.reset();
        keepAlives.give(keepAlive);
    }

    public Socket socket() {
        socketsOut++;
        Socket spare = sockets.take();
        return spare == null ? new Socket() : spare;
    }

    public void give(Socket socket) {
        socketsOut--;
        socket.reset();
        sockets.give(socket);
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
