package io.halfopen.tcp.handshake;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.CWR;
import static io.halfopen.wire.TcpHeader.ECE;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;
import static io.halfopen.wire.TcpHeader.URG;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Poll;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.connection.ConnectionInput;
import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.AcceptQueue.Entry;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Dormant;
import io.halfopen.tcp.socket.Dormant.Fresh;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.socket.SocketOptions;
import io.halfopen.tcp.transmit.SendBuffers;
import io.halfopen.wire.Segment;
import java.util.Objects;

/** A finished handshake becomes a connection, and joins the accept queue: tcp_v4_syn_recv_sock of Linux. */
public final class Promotion {
    private static final long NANOS_PER_MILLI = 1_000_000L;

    private final Core core;
    private final ConnectionInput connectionInput;

    /** What a handshake was that is long over, for as long as a connection is made of it; no listener has it. */
    private final HalfOpen restored = new HalfOpen(new Listener(new Socket()));

    public Promotion(Core core, ConnectionInput connectionInput) {
        this.core = core;
        this.connectionInput = connectionInput;
    }

    /** The half-open, which belongs to this from now on, leaves its place to the connection; {@code segment} is the final ACK. */
    void promote(HalfOpen half, Listener listener, Segment segment) {
        if (isAll(half, segment) && !listener.socket.options.keepAlive) {
            queue(sleep(half, listener.socket, segment), listener);
            return;
        }
        int window = segment.window() << half.peerWindowScale;
        Connection c = establish(half, listener.socket, window, segment.seq(), false);
        measure(c, half, roundTrip(half, echo(segment)));
        core.replace(half, c);
        c.enter(TcpState.ESTABLISHED);
        queue(c, listener);
        core.pools.give(half);
        c.receiver.countHandshake(segment);
        connectionInput.receiveRest(c, segment);
        c.receiver.tuning.forgetEcho();
        c.ecnSeen &= c.ecn; // what ends the handshake is not looked at for that
    }

    /** Nothing but the ACK: all that it tells is what {@link #sleep} keeps. */
    private static boolean isAll(HalfOpen half, Segment segment) {
        return segment.has(ACK)
                && !segment.has(SYN | FIN | RST | URG | ECE | CWR)
                && segment.payloadLength() == 0
                && segment.sackBlocks() == 0
                && segment.seq() == half.rcvNxt();
    }

    private Dormant sleep(HalfOpen half, Socket parent, Segment segment) {
        int window = segment.window() << half.peerWindowScale;
        Fresh d = core.pools.fresh(half, core.now());
        core.flows.replace(half, d);
        d.reuseAddress = parent.options.reuseAddress;
        d.reusePort = parent.options.reusePort;
        d.echo = echo(segment);
        d.peerWindow = window;
        core.count(Counter.CurrEstab);
        return d;
    }

    /** The connection that this has been since then, had it been one all the time. */
    Connection connection(Fresh d) {
        long now = core.turnTo(d.since);
        try {
            d.restore(restored);
            Connection c = establish(restored, parentOf(d), d.peerWindow, restored.rcvNxt(), false);
            measure(c, restored, roundTrip(restored, d.echo));
            c.receiver.segments = 2; // the SYN and the final ACK
            return c;
        } finally {
            core.turnTo(now);
        }
    }

    /** Whose options it has: the listener's, and once accepted its own socket's, which has them from there. */
    private static Socket parentOf(Fresh d) {
        Socket socket = d.socket == null && d.listener != null ? d.listener.socket : d.socket;
        return Objects.requireNonNull(socket, "neither a process nor an accept queue has it");
    }

    /** Where accept() will find it. */
    void queue(Entry entry, Listener listener) {
        entry.listener = listener;
        listener.acceptQueue.add(entry);
        core.ready.add(listener.socket, Poll.POLLIN);
    }

    /** A connection from a SYN with a good cookie, and its data; the window in a SYN is never scaled. */
    Connection fastOpen(HalfOpen half, Segment syn) {
        Connection c = establish(half, half.listener.socket, syn.window() << half.peerWindowScale, syn.seq(), true);
        c.sender.unscale();
        c.sender.delivery.delivered = 0; // its SYN-ACK is not acknowledged yet
        core.startSending(c);
        c.receiver.countSegment(syn);
        c.receiver.takeFromSyn(syn);
        core.insert(c);
        c.enter(TcpState.SYN_RECV);
        return c;
    }

    /** A connection as the handshake left it, in no table yet. */
    private Connection establish(HalfOpen half, Socket parent, int window, int seq, boolean fastOpen) {
        Connection c = core.pools.connection(core.ports.of(half.localPort()));
        takeHandshake(c, half);
        inherit(c, parent.options);
        c.announcedMss = HandshakeOptions.mssToAnnounce(core, half, parent);
        c.fastOpenChild = fastOpen;
        startReceiver(c, half, parent);
        startSender(c, half, parent, window, seq);
        core.startSilence(c, parent.options);
        c.receiver.acks.start(c.sender.mss(), half.window, core.now());
        if (parent.options.expectsAnswers) {
            c.receiver.acks.expectAnswers(core);
        }
        return c;
    }

    private void takeHandshake(Connection c, HalfOpen half) {
        c.copyTuple(half);
        c.timestamps = half.has(HalfOpen.TIMESTAMPS);
        c.sack = half.has(HalfOpen.SACK);
        c.ecn = half.has(HalfOpen.ECN);
        c.label = core.flowLabel(half);
        c.tos = half.tos();
        c.ttl = half.ttl;
        c.tsOffset = half.tsOffset;
        c.tsRecent = half.tsRecent;
        c.startIds(half.iss >>> 16 ^ half.irs);
    }

    private static void inherit(Connection c, SocketOptions options) {
        c.reuseAddress = options.reuseAddress;
        c.reusePort = options.reusePort;
        c.path.discover = options.mtuDiscover;
        c.userTimeout = options.userTimeout;
        c.sender.bound(options.shortestTimeout(), options.rtoMax);
    }

    private void startReceiver(Connection c, HalfOpen half, Socket parent) {
        int buffer = HandshakeOptions.establishedBuffer(core, parent, c.announcedMss);
        boolean fixed = parent.options.receiveBuffer != 0;
        c.receiver.start(half.rcvNxt(), half.window, buffer, fixed, half.ourWindowScale);
        c.receiver.window.limit(parent.options.windowClamp);
        if (c.fastOpenChild) {
            c.receiver.established(c.announcedMss, core.now());
        } else {
            c.startReceiving();
        }
    }

    private void startSender(Connection c, HalfOpen half, Socket parent, int window, int seq) {
        SocketOptions options = parent.options;
        int mss = HandshakeOptions.mssToSend(core, c, parent, half.peerMss);
        c.sender.control = core.controls.take(options.congestionChosen ? options.congestion : core.controls.usual());
        c.sender.pacing.limit(parent.kept(SocketOption.SO_MAX_PACING_RATE));
        c.sender.start(half.iss);
        c.sender.established(core.sysctls, half.iss + 1, window, seq, mss, half.peerWindowScale);
        SendBuffers.start(core, c, parent);
    }

    /** The first round-trip time: from the SYN-ACK if there was just one, else from the timestamp that is echoed. */
    private long roundTrip(HalfOpen half, int echo) {
        if (half.retransmits == 0 && half.sentAt != Timer.NEVER) {
            return core.now() - half.sentAt;
        }
        return half.has(HalfOpen.TIMESTAMPS) && echo != 0 ? core.sinceEcho(half.tsOffset, echo) : -1;
    }

    private static int echo(Segment segment) {
        return segment.hasTimestamps() ? segment.tsEcho() : 0;
    }

    private void measure(Connection c, HalfOpen half, long roundTrip) {
        if (roundTrip >= 0) {
            c.sender.timedHandshake(roundTrip, half.iss + 1, core);
        } else {
            c.sender.roundTrip.unknown();
        }
        if (half.retransmits > 0) {
            countRepetitions(c, half, roundTrip);
        }
        core.startSending(c);
    }

    /** The SYN-ACK was needed more than once (tcp_create_openreq_child), or not: its first timestamp was echoed. */
    private void countRepetitions(Connection c, HalfOpen half, long roundTrip) {
        Sender sender = c.sender;
        sender.recovery.retransmits = half.retransmits;
        if (half.timeouts > 0) {
            core.statistics.of(sender).timedOut(half.timeouts, core.now() - half.sentAt);
            long echoed = core.now() / NANOS_PER_MILLI - roundTrip / NANOS_PER_MILLI;
            sender.synTimedOut = roundTrip < 0 || echoed != half.sentAt / NANOS_PER_MILLI;
        }
    }
}
