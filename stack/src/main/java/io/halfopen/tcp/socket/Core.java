package io.halfopen.tcp.socket;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Poll;
import io.halfopen.linux.TcpState;
import io.halfopen.linux.Timers;
import io.halfopen.tcp.congestion.ControlPool;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.Keys;
import io.halfopen.tcp.send.Chrono;
import io.halfopen.tcp.send.CongestionWindow;
import io.halfopen.tcp.send.FlightSlots;
import io.halfopen.tcp.send.SendNotices;
import io.halfopen.tcp.send.SendStatistics;
import io.halfopen.tcp.send.Sender;
import io.halfopen.wire.Segment;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Host} with its tables: everything that has a 4-tuple, a port, or a place in a pool; and how a connection gets
 * into them and out again.
 */
public final class Core extends Host {
    public final FlowTable flows;
    public final Ports ports;
    public final FlightSlots.Pool flights = new FlightSlots.Pool();
    public final SendStatistics.Pool statistics = new SendStatistics.Pool(this);
    public final Pools pools = new Pools(this);
    public final ControlPool controls = new ControlPool(this);
    public final PeerMetrics metrics;
    public final ReadyList ready = new ReadyList();

    private @Nullable FastOpenKeys fastOpenKeys;

    /** The interface takes no packet, and says so: what is sent is dropped before it is anywhere (NET_XMIT_DROP). */
    public boolean outputBlocked;

    /** Connections that live on without a process. */
    public int orphans;

    public Core(Kernel kernel, Keys keys, Timers timers) {
        super(kernel, keys, timers);
        metrics = new PeerMetrics(keys.tableKey0);
        flows = new FlowTable(keys.tableKey0, keys.tableKey1);
        ports = new Ports(this, flows);
    }

    /** A connection that is opened from here, or that had no half-open. */
    public void insert(Connection c) {
        flows.insert(c);
        c.inTable = true;
    }

    /** The handshake has become a connection. */
    public void replace(HalfOpen half, Connection c) {
        flows.replace(half, c);
        c.inTable = true;
    }

    /** A connection slept, and now somebody needs it. */
    public void replace(Dormant dormant, Connection c) {
        if (dormant.ended) {
            c.establishEnded();
            return;
        }
        flows.replace(dormant, c);
        c.inTable = true;
        c.establish();
    }

    /** An RST ends a connection that sleeps: what {@link #close} does, but for what a connection has only when awake. */
    public void end(Dormant dormant) {
        uncount(Counter.CurrEstab);
        count(Counter.EstabResets);
        flows.remove(dormant);
        dormant.ended = true;
        if (dormant.socket != null) {
            dormant.socket.pendingError = Errno.ECONNRESET;
            ready.add(dormant.socket, ReadyList.ANY);
        }
    }

    /** Nobody needs the connection for now. */
    public void replace(Connection c, Dormant dormant) {
        flows.replace(c, dormant);
        c.inTable = false;
    }

    /** The handshake is done, and perhaps told a round trip: the window can grow (tcp_init_transfer). */
    public void startSending(Connection c) {
        Sender sender = c.sender;
        sender.congestion.cwrQueued = c.ecn && c.synRepeated;
        sender.congestion.cwnd = initialCwnd(c);
        if (sender.recovery.retransmits > 1 && sender.synTimedOut) {
            sender.congestion.cwnd = 1; // more than one SYN was lost, and RFC 5681 wants it after the first
        }
        controls.start(sender);
    }

    /** The congestion window that connections with this peer begin with (tcp_init_cwnd). */
    public int initialCwnd(Connection c) {
        int set = routes.to(c.remoteHigh, c.remoteLow).initcwnd();
        return Math.min(set == 0 ? CongestionWindow.INITIAL : set, c.sender.congestion.clamp);
    }

    /** The handshake is done: the silence begins. */
    public void startSilence(Connection c, SocketOptions options) {
        c.sender.answeredAt = now();
        if (options.keepAlive) {
            keepAlive(c).set(this, options, now());
        }
    }

    /** The connection's timer for silence, which most have none of. */
    public KeepAlive keepAlive(Connection c) {
        KeepAlive there = c.keepAlive;
        if (there == null) {
            there = pools.keepAlive();
            c.keepAlive = there;
        }
        return there;
    }

    /** The connection is over: whatever waits for it is told, and the wire knows it no more. */
    public void close(Connection c, int errno) {
        endFastOpen(c, false);
        c.enter(TcpState.CLOSE);
        wheel.cancel(c);
        c.stop();
        statistics.unlimited(c.sender, Chrono.Limit.BUSY, true);
        endTimers(c);
        if (c.inTable) {
            flows.remove(c);
            c.inTable = false;
        }
        c.readShutdown = true;
        if (c.sender.notices != null) {
            c.sender.notices.ended(now());
        }
        if (errno != 0 && c.socket == null) {
            c.error = errno;
        } else if (errno != 0 && c.socket != null) {
            c.socket.pendingError = (short) errno;
        }
        wake(c);
        recycleIfForgotten(c);
    }

    private void endTimers(Connection c) {
        if (c.keepAlive != null) {
            pools.give(c.keepAlive);
            c.keepAlive = null;
        }
        if (c.orphaned) {
            orphans--;
            c.orphaned = false;
        }
    }

    /** Nothing came back in time: the reason is what an ICMP error said, if one did (tcp_write_err). */
    public void timeOut(Connection c) {
        close(c, c.softError == 0 ? Errno.ETIMEDOUT : c.softError);
    }

    /** Gives the connection back once neither wire, process nor accept queue holds it. */
    public void recycleIfForgotten(Connection c) {
        if (!c.inTable && c.isOrphan()) {
            pools.give(c);
        }
    }

    /** Nobody has the connection any more, which is over, and the socket may get another. */
    public void detach(Connection c, Socket socket) {
        socket.connection = null;
        c.socket = null;
        recycleIfForgotten(c);
    }

    /** There is news of all kinds (sk_state_change). */
    public void wake(Connection c) {
        wake(c, ReadyList.ANY);
    }

    /** There is news for who waits for these events, bits of {@link io.halfopen.linux.Poll}. */
    public void wake(Connection c, int events) {
        ready.add(c.socket, events);
    }

    /** What is acknowledged may be news for the error queue. */
    public void tellAcknowledged(Connection c) {
        SendNotices notices = c.sender.notices;
        if (notices != null) {
            notices.hasRoom(c.receiver.buffer.room());
            tell(c, notices, notices.acknowledged(c.sender.una(), now()));
        }
    }

    /** What leaves may be news for the error queue, too. */
    public void tellSent(Connection c, int seq, int length) {
        SendNotices notices = c.sender.notices;
        if (notices != null) {
            notices.hasRoom(c.receiver.buffer.room());
            tell(c, notices, notices.sent(seq, length, now()));
        }
    }

    private void tell(Connection c, SendNotices notices, boolean news) {
        c.receiver.buffer.chargeNotices(notices.charged());
        if (news) {
            wake(c, Poll.POLLERR);
        }
    }

    /** A handshake with Fast Open is over, one way or the other (reqsk_fastopen_remove). */
    public void endFastOpen(Connection c, boolean reset) {
        HalfOpen half = c.fastOpen;
        if (half == null) {
            return;
        }
        c.fastOpen = null;
        FastOpenQueue queue = half.listener.fastOpen;
        boolean accepted = c.listener == null;
        if (reset && accepted && !half.listener.isClosed()) {
            queue.quarantine(now());
        } else {
            queue.remove();
        }
        pools.give(half);
    }

    /** What nobody can guess of a flow's tuple: {@link Keys#of}. */
    public long secret(Flow flow) {
        return keys.of(flow.local.high(), flow.local.low(), flow.remoteHigh, flow.remoteLow, flow.ports);
    }

    /** The keys of Fast Open cookies, as tcp_fastopen_key stands now. */
    public FastOpenKeys fastOpenKeys() {
        if (fastOpenKeys == null || !fastOpenKeys.isFrom(sysctls)) {
            fastOpenKeys = FastOpenKeys.of(sysctls, keys.fastOpen);
        }
        return fastOpenKeys;
    }

    /** The value of the timestamp option that was sent then, ns. */
    public int timestamp(Connection c, long at) {
        return stamp(at) + c.tsOffset;
    }

    /** Whether the segment echoes the timestamp that was sent then: what was sent again later was sent in vain. */
    public boolean echoes(Connection c, Segment segment, long sentAt) {
        return c.timestamps && segment.hasTimestamps() && segment.tsEcho() == timestamp(c, sentAt);
    }

    /** How long ago the timestamp was sent that the segment echoes, ns; negative if it echoes none of ours. */
    public long sinceEcho(Connection c, Segment segment) {
        boolean known = c.timestamps && segment.hasTimestamps() && segment.tsEcho() != 0;
        return known ? sinceEcho(c.tsOffset, segment.tsEcho()) : -1;
    }

    /** What the next packets of a connection have as flow label: 0 over IPv4, which has none. */
    public int flowLabel(Connection c) {
        return flowLabel(c, stamp());
    }

    /** Another one for each SYN-ACK, and with the final ACK that of the last is the connection's. */
    public int flowLabel(HalfOpen half) {
        return flowLabel(half, half.tsSent);
    }

    private int flowLabel(Flow flow, int stamp) {
        return !flow.isIpv4() && labelsFlows()
                ? keys.flowLabel(
                        flow.local.high(), flow.local.low(), flow.remoteHigh, flow.remoteLow, flow.ports, stamp)
                : 0;
    }
}
