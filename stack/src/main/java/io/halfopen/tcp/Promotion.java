package io.halfopen.tcp;

import io.halfopen.linux.Poll;
import io.halfopen.linux.Rule;
import io.halfopen.linux.TcpState;
import io.halfopen.wire.Segment;

/** A finished handshake becomes a connection, and joins the accept queue: tcp_v4_syn_recv_sock of Linux. */
final class Promotion {
    private final Core core;
    private final ConnectionInput connectionInput;

    Promotion(Core core, ConnectionInput connectionInput) {
        this.core = core;
        this.connectionInput = connectionInput;
    }

    /** The half-open is in no table any more; {@code segment} is the final ACK, and may be more than that. */
    void promote(HalfOpen half, Listener listener, Segment segment) {
        Connection c = establish(half, listener.socket, segment.window() << half.peerWindowScale, segment.seq());
        measure(c, half, segment);
        c.startSending();
        c.insertHashed();
        c.enter(TcpState.ESTABLISHED);
        queue(c, listener);
        c.receiver.countHandshake(segment);
        Rule further = connectionInput.receive(c, segment);
        c.receiver.tuning.forgetEcho();
        if (further != Rule.ACK_ACCEPTED) {
            core.count(further); // data or FIN came with the ACK, and has a rule of its own
        }
    }

    /** Where accept() will find it. */
    void queue(Connection c, Listener listener) {
        c.listener = listener;
        listener.acceptQueue.add(c);
        core.ready.add(listener.socket, Poll.POLLIN);
    }

    /** A connection from a SYN with a good cookie, and its data; the window in a SYN is never scaled. */
    Connection fastOpen(HalfOpen half, Segment syn) {
        Connection c = establish(half, half.listener.socket, syn.window(), syn.seq());
        c.startSending();
        c.receiver.takeFromSyn(syn);
        c.insert();
        c.enter(TcpState.SYN_RECV);
        return c;
    }

    private Connection establish(HalfOpen half, Socket parent, int window, int seq) {
        Connection c = core.pools.connection(core.ports.of(half.localPort()));
        c.copyTuple(half);
        c.timestamps = half.timestamps;
        c.sack = half.sack;
        c.reuseAddress = parent.reuseAddress;
        c.reusePort = parent.reusePort;
        c.ecn = half.ecn;
        c.label = core.flowLabel(half);
        c.tos = half.tos;
        c.ttl = half.ttl;
        c.path.discover = parent.mtuDiscover;
        c.tsOffset = half.tsOffset;
        c.tsRecent = half.tsRecent;
        c.userTimeout = parent.userTimeout;
        c.announcedMss = HandshakeOptions.mssToAnnounce(core, half, parent);
        c.startIds(half.iss >>> 16 ^ half.irs);
        int buffer = HandshakeOptions.establishedBuffer(core, parent, c.announcedMss);
        boolean fixed = parent.receiveBuffer != 0;
        c.receiver.start(half.rcvNxt(), half.window, buffer, fixed, Math.max(0, half.ourWindowScale));
        c.receiver.window.limit(parent.windowClamp);
        int mss = HandshakeOptions.mssToSend(core, c, parent, half.peerMss);
        c.startReceiving();
        c.sender.control = core.controls.take(core.controls.inheritedFrom(parent));
        c.sender.pacing.limit(parent);
        c.sender.start(half.iss);
        c.sender.established(core.sysctls, half.iss + 1, window, seq, mss, half.peerWindowScale);
        SendBuffers.start(core, c.sender, parent);
        KeepAlive.start(core, c, parent);
        c.receiver.acks.start(mss, half.window, core.now());
        if (parent.expectsAnswers) {
            c.receiver.acks.expectAnswers(core);
        }
        return c;
    }

    /** The first round-trip time: from the SYN-ACK if there was just one, else from the timestamp that is echoed. */
    private void measure(Connection c, HalfOpen half, Segment segment) {
        long rtt = half.retransmitted ? core.sinceEcho(c, segment) : core.now() - half.sentAt;
        if (rtt >= 0) {
            c.sender.timedHandshake(rtt, half.iss + 1, core);
        } else {
            c.sender.roundTrip.unknown();
        }
    }
}
