package io.halfopen.tcp.handshake;

import io.halfopen.linux.TcpState;
import io.halfopen.tcp.host.SavedState;
import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.receive.Receiver;
import io.halfopen.tcp.send.CaState;
import io.halfopen.tcp.send.LossTimer.Purpose;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.AcceptQueue.Entry;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Dormant;
import io.halfopen.tcp.socket.Dormant.Asleep;
import io.halfopen.tcp.socket.Dormant.Fresh;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.transmit.SendBuffers;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts connections to sleep that nobody needs, and wakes them when somebody does. Nobody can tell but by the memory. */
public final class Dormancy {
    /** Connections that are looked at in one go: a millisecond. */
    private static final int GO = 8192;

    /** Where there are more, after so many goes all have been looked at: else a server that wins many would never catch up. */
    private static final int GOES = 16;

    private final Core core;
    private final Promotion promotion;
    private final SavedState scratch = new SavedState();

    /** Before which of those that are awake the next go begins. */
    private int place;

    public Dormancy(Core core, Promotion promotion) {
        this.core = core;
        this.promotion = promotion;
    }

    public Connection wake(Entry entry) {
        return switch (entry) {
            case Dormant d -> wake(d);
            case Connection c -> c;
        };
    }

    /** What is set on a listener from now on is not for those whose handshake is done. */
    public void wakeAll(Listener listener) {
        for (Entry entry = listener.acceptQueue.peek();
                entry != null;
                entry = wake(entry).next()) {}
    }

    /** What is set for all from now on finds them as they are, and they had what was set before. */
    public void wakeAll() {
        List<Dormant> sleepers = new ArrayList<>();
        core.flows.forEach(flow -> {
            if (flow instanceof Dormant d) {
                sleepers.add(d);
            }
        });
        sleepers.forEach(this::wake);
    }

    /**
     * The RST of a peer that wanted to know whether anybody listens, as load balancers do: a connection to which nothing
     * else has happened need not be woken for it. False if it is more than that, and has to be.
     */
    public boolean reset(Dormant d, Segment segment) {
        boolean plain = (segment.flags() & ~TcpHeader.ACK) == TcpHeader.RST && segment.payloadLength() == 0;
        if (!plain || !(d instanceof Fresh fresh) || segment.seq() != fresh.rcvNxt()) {
            return false;
        }
        core.end(d);
        return true;
    }

    public Connection wake(Dormant d) {
        Connection c = connection(d);
        c.listener = d.listener;
        c.socket = d.socket;
        core.replace(d, c);
        if (d.socket != null) {
            d.socket.dormant = null;
            d.socket.connection = c;
        } else if (d.listener != null) {
            d.listener.acceptQueue.replace(d, c);
        }
        core.pools.give(d);
        return c;
    }

    private Connection connection(Dormant d) {
        return switch (d) {
            case Fresh fresh -> promotion.connection(fresh);
            case Asleep asleep -> connection(asleep);
        };
    }

    private Connection connection(Asleep d) {
        Connection c = core.pools.connection(core.ports.of(d.localPort()));
        c.copyTuple(d);
        c.reuseAddress = d.reuseAddress;
        c.reusePort = d.reusePort;
        c.sender.control = core.controls.take(d.algorithm);
        if (d.kept != null) {
            scratch.read(d.kept, d.since);
            keep(c);
        }
        return c;
    }

    /** Both ways. */
    private void keep(Connection c) {
        c.keep(scratch);
        if (scratch.at(c.sender.statistics != null)) {
            core.statistics.of(c.sender).keep(scratch);
        }
    }

    /**
     * Looks at a part of all connections that are awake, another each time, and puts those to sleep that have been idle so long, ns. From the
     * last one down: whoever takes the place of one that sleeps has been looked at.
     */
    public int sleep(long idle) {
        int count = 0;
        int awake = core.pools.awake();
        for (int i = Math.min(awake, Math.max(GO, awake / GOES)); i > 0; i--) {
            place = Math.min(place == 0 ? awake : place, core.pools.awake()) - 1;
            Connection c = core.pools.awake(place);
            if (core.now() - lastUse(c) >= idle && isIdle(c)) {
                sleep(c);
                count++;
            }
        }
        return count;
    }

    /** Nothing is under way, nobody waits for anything, and there is nothing to be told. */
    private boolean isIdle(Connection c) {
        return c.state() == TcpState.ESTABLISHED
                && !c.isScheduled()
                && c.keepAlive == null
                && c.urgent == null
                && c.fastOpen == null
                && !c.readShutdown
                && !c.writerWaits
                && isIdle(c.socket)
                && isIdle(c.sender)
                && isIdle(c.receiver)
                && SendBuffers.isWritable(core, c);
    }

    /** What has no process waits for something, and who waits in the accept queue will not for long. */
    private static boolean isIdle(@Nullable Socket socket) {
        return socket != null && socket.pendingError == 0 && !socket.readyListed;
    }

    private static boolean isIdle(Sender sender) {
        return sender.unacknowledged() == 0
                && sender.notices == null
                && !sender.hasInFlight()
                && sender.flight.leftOut() == 0
                && sender.congestion.state == CaState.OPEN
                && sender.timer.purpose == Purpose.NONE
                && sender.pacing.due == Timer.NEVER
                && !sender.control.controls()
                && (sender.statistics == null || !sender.statistics.chrono.isRunning());
    }

    private static boolean isIdle(Receiver receiver) {
        return receiver.readable() == 0
                && !receiver.hasGap()
                && !receiver.isFinished()
                && !receiver.acks.isScheduled()
                && !receiver.acks.sacks.isCollecting()
                && (receiver.sacks() == null || receiver.sacks().isEmpty());
    }

    private static long lastUse(Connection c) {
        long received = Math.max(c.receiver.acks.lastData(), c.sender.answeredAt);
        return Math.max(received, c.sender.congestion.lastSentAt);
    }

    private void sleep(Connection c) {
        Socket socket = c.socket;
        Asleep d = core.pools.asleep(c, lastUse(c));
        d.reuseAddress = c.reuseAddress;
        d.reusePort = c.reusePort;
        d.algorithm = c.sender.control.algorithm();
        if (scratch.knowsNothing()) {
            scratch.learn(d.since);
            keep(c);
        }
        scratch.write(d.since);
        keep(c);
        d.kept = scratch.octets();
        if (socket != null) {
            d.socket = socket;
            socket.connection = null;
            socket.dormant = d;
        }
        core.replace(c, d);
        core.pools.give(c);
    }
}
