package io.halfopen.tcp.handshake;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.CWR;
import static io.halfopen.wire.TcpHeader.ECE;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.receive.Paws;
import io.halfopen.tcp.recovery.OutputPath;
import io.halfopen.tcp.recovery.Retransmission;
import io.halfopen.tcp.send.LossTimer;
import io.halfopen.tcp.send.LossTimer.Purpose;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.transmit.Output;
import io.halfopen.tcp.transmit.SendBuffers;
import io.halfopen.tcp.transmit.Transmission;
import io.halfopen.wire.FastOpenCookie;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;
import io.halfopen.wire.TcpOptions;
import org.jspecify.annotations.Nullable;

/** connect() on its way: the SYN, its repetitions, and what answers it (RFC 9293, section 3.10.7.3). */
public final class SynSentInput {
    /** Linux's TCP_TIMEOUT_MIN, two ticks at HZ=250. */
    private static final long HURRY = 8_000_000L;

    /** tcpi_fastopen_client_fail: why no data went with the SYN, or went in vain (enum tcp_fastopen_client_fail). */
    private static final byte COOKIE_UNKNOWN = 1;

    private static final byte DATA_WAS_NOT_TAKEN = 2;
    private static final byte SYN_WAS_REPEATED = 3;

    private final Core core;
    private final Output output;
    private final Transmission transmission;
    private final Retransmission retransmission;
    private final SynRecvInput synRecvInput;
    private final FastOpenClient fastOpenClient;

    public SynSentInput(
            Core core, Output output, OutputPath outputPath, SynRecvInput synRecvInput, FastOpenClient fastOpenClient) {
        this.core = core;
        this.output = output;
        transmission = outputPath.transmission;
        retransmission = outputPath.retransmission;
        this.synRecvInput = synRecvInput;
        this.fastOpenClient = fastOpenClient;
    }

    /**
     * All of a connection whose tuple is set but its SYN. If it ends a TIME_WAIT, {@code isn} is where that leaves off and
     * {@code tsRecent} the last timestamp of that; else they are {@link Host#ANY_ISN} and 0.
     */
    public void prepare(Connection c, Socket socket, int isn, int tsRecent) {
        c.tsRecent = tsRecent;
        c.userTimeout = socket.options.userTimeout;
        c.sender.bound(socket.options.shortestTimeout(), socket.options.rtoMax);
        c.timestamps = core.sysctls.isOn(Sysctl.tcp_timestamps);
        c.sack = core.sysctls.isOn(Sysctl.tcp_sack);
        c.reuseAddress = socket.options.reuseAddress;
        c.reusePort = socket.options.reusePort;
        c.ecn = core.sysctls.get(Sysctl.tcp_ecn) == 1;
        c.tos = socket.tos(c.isIpv4());
        c.ttl = socket.ttl(c.isIpv4());
        c.path.discover = socket.options.mtuDiscover;
        long secret = core.secret(c);
        c.tsOffset = c.timestamps ? core.timestampOffset(secret) : 0;
        c.announcedMss = HandshakeOptions.mssToAnnounce(core, c, socket);
        int space = HandshakeOptions.receiveSpace(core, socket);
        boolean scaling = core.sysctls.isOn(Sysctl.tcp_window_scaling);
        int scale = scaling ? HandshakeOptions.windowScale(core, socket, space) : -1;
        int later = HandshakeOptions.establishedBuffer(core, socket, c.announcedMss);
        boolean fixed = socket.options.receiveBuffer != 0;
        int payload = c.announcedMss - (c.timestamps && tsRecent != 0 ? TcpOptions.TIMESTAMP_LENGTH : 0);
        c.receiver.start(0, HandshakeOptions.initialWindow(core, socket, space, payload), later, fixed, scale);
        c.receiver.window.limit(socket.options.windowClamp);
        if (socket.options.expectsAnswers) {
            c.receiver.acks.expectAnswers(core);
        }
        int iss = isn == Host.ANY_ISN ? core.isn(secret) : isn;
        c.startIds(iss >>> 16 ^ iss);
        c.sender.control = core.controls.take(socket.options.congestion);
        c.sender.pacing.limit(socket.kept(SocketOption.SO_MAX_PACING_RATE));
        c.sender.start(iss);
        c.enter(TcpState.SYN_SENT);
        core.insert(c);
    }

    /** The first SYN. */
    public void send(Connection c) {
        c.sender.synSent(core.now(), 0);
        sendFirst(c, null);
    }

    /** The first SYN with what Fast Open adds to it, and so many octets of data. */
    public void send(Connection c, FastOpenCookie cookie, byte[] source, int offset, int length) {
        c.deferred = false;
        c.fastOpenAsked = cookie.length() >= 0;
        c.fastOpenFailure = FastOpenClient.allowsData(cookie) ? 0 : COOKIE_UNKNOWN;
        c.fastOpenExperimental = cookie.isExperimental();
        c.dataInSyn = length;
        if (length > 0) {
            c.sender.size.resize(fastOpenClient.mss(c));
        }
        c.sender.append(source, offset, length);
        c.sender.synSent(core.now(), length);
        sendFirst(c, cookie);
        if (length > 0) {
            core.count(Counter.TCPOrigDataSent);
        }
    }

    private void sendFirst(Connection c, @Nullable FastOpenCookie cookie) {
        c.sender.timer.firstAt = core.now();
        c.refreshedAt = core.now();
        core.count(Rule.CONNECT_CALLED);
        sendSyn(c, cookie, c.dataInSyn, Rule.CONNECT_CALLED);
    }

    private void sendSyn(Connection c, @Nullable FastOpenCookie cookie, int data, Rule why) {
        boolean first = c.sender.timer.retransmits == 0;
        boolean asksForEcn = c.ecn && (first || !core.sysctls.isOn(Sysctl.tcp_ecn_fallback));
        output.syn(c, asksForEcn ? SYN | ECE | CWR : SYN, cookie, data, why);
        int linear = core.sysctls.get(Sysctl.tcp_syn_linear_timeouts);
        long interval =
                Math.min(core.kernel.synInterval(c.sender.timer.retransmits, linear), c.sender.longestTimeout());
        LossTimer timer = c.sender.timer;
        long end = timer.retransmits == 0 ? Timer.NEVER : c.patienceEnd(timer.firstAt);
        timer.set(Purpose.RETRANSMIT, core.due(core.kernel.patientUntil(core.now(), interval, end)));
        c.arm();
    }

    /** A router dropped the SYN for the data in it: it leaves at once without (tcp_simple_retransmit). */
    public void sendWithoutData(Connection c) {
        core.count(Rule.SYN_WITHOUT_DATA);
        c.sender.recovery.retransmits++;
        c.sender.stopTiming();
        announce(c);
        sendSyn(c, null, 0, Rule.SYN_WITHOUT_DATA);
    }

    private void announce(Connection c) {
        if (c.socket != null) {
            c.announcedMss = HandshakeOptions.mssToAnnounce(core, c, c.socket); // the path may be known by now
        }
    }

    /** No answer. Two limits end it, a number and a time (tcp_write_timeout; measured in docs/linux-6.18.md). */
    public void onTimer(Connection c) {
        LossTimer timer = c.sender.timer;
        timer.stop();
        int retries = retries(core, c);
        int most = core.kernel.synRetransmits(retries, core.sysctls.get(Sysctl.tcp_syn_linear_timeouts));
        boolean expired = timer.retransmits >= most || isLate(core, c, retries);
        if (c.failsFastOpen(expired)) {
            core.count(Counter.TCPFastOpenActiveFail);
        }
        if (expired) {
            core.count(Rule.SYN_TIMED_OUT);
            core.timeOut(c);
            return;
        }
        core.count(Rule.SYN_RETRANSMITTED);
        repeated(core, c);
        timer.retransmits++;
        c.sender.stopTiming();
        announce(c);
        sendSyn(c, null, 0, Rule.SYN_RETRANSMITTED); // without a cookie, without data
    }

    /** The SYN was not answered in time, and leaves again: by another path, if there is one. */
    static void repeated(Core core, Connection c) {
        Sender sender = c.sender;
        if (sender.recovery.retransmits > 0) {
            core.count(Counter.TCPLostRetransmit); // so the last one was sent again in vain (tcp_mark_skb_lost)
        }
        sender.recovery.retransmits++;
        sender.synTimedOut = true;
        c.synRepeated = true;
        core.statistics.of(sender).timedOut(sender.timer.retransmits == 0, core.now());
        core.statistics.rehashed(sender);
    }

    /** The SYN is acknowledged; {@code spurious} if the answer is to the first of several. */
    static void answered(Core core, Connection c, boolean spurious) {
        c.sender.synTimedOut &= !spurious;
        core.statistics.recovered(c.sender);
    }

    /** tcp_syn_retries or TCP_SYNCNT. */
    static int retries(Core core, Connection c) {
        return c.socket == null || c.socket.options.synCount == 0
                ? core.sysctls.get(Sysctl.tcp_syn_retries)
                : c.socket.options.synCount;
    }

    /** The other limit: the time that so many retries take if they double, or TCP_USER_TIMEOUT. */
    static boolean isLate(Core core, Connection c, int retries) {
        LossTimer timer = c.sender.timer;
        long end = c.userTimeout == 0
                ? timer.firstAt + core.kernel.synPatience(retries, c.sender.longestTimeout())
                : c.patienceEnd(timer.firstAt);
        return timer.retransmits > 0 && core.now() >= end;
    }

    public Rule receive(Connection c, Segment segment) {
        Rule rule = judge(c, segment);
        switch (rule) {
            case SYN_SENT_BAD_ACK -> {
                output.reset(segment, rule);
                hurry(c);
            }
            case SYN_SENT_BAD_RST -> hurry(c);
            case SYN_SENT_BAD_ECHO -> output.reset(segment, rule);
            case SYN_SENT_REFUSED -> core.close(c, Errno.ECONNREFUSED);
            case SYN_SENT_CROSSED -> synRecvInput.cross(c, segment);
            case SYN_SENT_ESTABLISHED, SYN_DATA_ACKED, SYN_DATA_NOT_ACKED -> establish(c, segment, rule);
            default -> {} // dropped
        }
        return rule;
    }

    /** In the order of tcp_rcv_synsent_state_process. */
    private Rule judge(Connection c, Segment segment) {
        if (!segment.has(ACK)) {
            return crosses(c, segment) ? Rule.SYN_SENT_CROSSED : Rule.SYN_SENT_IGNORED;
        }
        boolean acksOurSyn =
                SeqNumber.after(segment.ack(), c.sender.una()) && !SeqNumber.after(segment.ack(), c.sender.nxt());
        if (!acksOurSyn) {
            return segment.has(RST) ? Rule.SYN_SENT_BAD_RST : Rule.SYN_SENT_BAD_ACK;
        }
        boolean stamped = c.timestamps && segment.hasTimestamps() && segment.tsEcho() != 0;
        if (stamped && !isEchoPossible(c, segment.tsEcho())) {
            return segment.has(RST) ? Rule.SYN_SENT_RST_BAD_ECHO : Rule.SYN_SENT_BAD_ECHO;
        }
        if (segment.has(RST)) {
            return Rule.SYN_SENT_REFUSED;
        }
        if (!segment.has(SYN)) {
            return Rule.SYN_SENT_IGNORED;
        }
        boolean all = segment.ack() == c.sender.nxt();
        return c.dataInSyn == 0 ? Rule.SYN_SENT_ESTABLISHED : all ? Rule.SYN_DATA_ACKED : Rule.SYN_DATA_NOT_ACKED;
    }

    /** A SYN, unless its timestamp is older than the last of the connection that this one took the tuple from. */
    private static boolean crosses(Connection c, Segment segment) {
        boolean stale = c.timestamps && segment.hasTimestamps() && Paws.isOld(c.tsRecent, segment.tsValue());
        return segment.has(SYN) && !segment.has(RST) && !stale;
    }

    /** The peer may have answered for an old connection that our reset has now ended: it is worth asking again soon. */
    private void hurry(Connection c) {
        if (core.kernel.hurriesSyn() && !c.deferred && c.sender.timer.retransmits == 0) {
            c.sender.timer.set(Purpose.RETRANSMIT, core.due(core.now() + HURRY));
            c.arm();
        }
    }

    private boolean isEchoPossible(Connection c, int echo) {
        return SeqNumber.between(echo, core.timestamp(c, c.sender.timer.firstAt), core.timestamp(c.tsOffset));
    }

    private void establish(Connection c, Segment segment, Rule rule) {
        fastOpenClient.learn(c, segment);
        negotiate(c, segment);
        int mss = HandshakeOptions.mssToSend(core, c, c.socket, HandshakeOptions.mssOf(c, segment));
        long timed = c.sender.timedSyn(core.now());
        long rtt = timed < 0 ? core.sinceEcho(c, segment) : timed;
        c.receiver.startAt(segment.seq() + 1);
        SynSentInput.answered(core, c, core.echoes(c, segment, c.sender.timer.firstAt) || isOfFirst(c, rule));
        boolean scaling = segment.windowScale() >= 0 && c.receiver.window.offersScaling();
        if (!scaling) {
            c.receiver.window.disableScaling();
        }
        c.startReceiving();
        int scale = scaling ? segment.windowScale() : 0;
        c.sender.opened(core.sysctls, segment.ack(), segment.window(), segment.seq(), mss, scale);
        core.tellAcknowledged(c);
        core.count(Counter.TCPDelivered, c.sender.delivery.delivered);
        if (rule == Rule.SYN_DATA_ACKED) {
            c.sender.delivery.delivered = 1; // one packet, though its parts were counted
        } else if (rule == Rule.SYN_DATA_NOT_ACKED) {
            c.fastOpenFailure = c.sender.recovery.retransmits > 0 ? SYN_WAS_REPEATED : DATA_WAS_NOT_TAKEN;
        }
        if (rtt >= 0) {
            c.sender.timedHandshake(rtt, segment.ack(), core);
        } else {
            c.sender.roundTrip.unknown();
        }
        startSocket(c);
        core.startSending(c);
        c.sender.timer.reset();
        c.receiver.acks.start(c.sender.mss(), c.receiver.window.size(), core.now());
        c.synDataTaken = rule == Rule.SYN_DATA_ACKED;
        c.enter(TcpState.ESTABLISHED);
        core.wake(c);
        answer(c, segment, rule);
        c.arm();
    }

    /** Only the first SYN had the data that is acknowledged, so the others were sent in vain (F-RTO). */
    private boolean isOfFirst(Connection c, Rule rule) {
        boolean found = rule == Rule.SYN_DATA_ACKED && c.synRepeated && core.sysctls.isOn(Sysctl.tcp_frto);
        if (found) {
            core.count(Counter.TCPLossUndo);
            core.count(Counter.TCPSpuriousRTOs);
        }
        return found;
    }

    private void startSocket(Connection c) {
        if (c.socket != null) {
            SendBuffers.start(core, c, c.socket);
            core.startSilence(c, c.socket.options);
        }
    }

    private void answer(Connection c, Segment segment, Rule rule) {
        if (rule == Rule.SYN_DATA_NOT_ACKED) {
            retransmission.sendAll(c);
            return;
        }
        if (c.fastOpenAsked || c.dataInSyn > 0) {
            takeFromSynAck(c, segment);
            if (c.receiver.isFinished()) {
                c.enter(TcpState.CLOSE_WAIT);
                c.receiver.acks.expectAnswers(core);
            }
        }
        if (savesAck(c)) {
            c.receiver.acks.leaveToData(core, c.receiver.window.size());
            return;
        }
        transmission.ack(c, rule);
    }

    /** Data is about to follow, and will carry the ACK (tcp_rcv_synsent_state_process). */
    private boolean savesAck(Connection c) {
        boolean deferred = c.socket != null && c.socket.opening.deferTimeouts > 0;
        return deferred || c.writerBlocks || c.receiver.acks.expectsAnswers(core);
    }

    /** Only a client that fast opens takes data in a SYN-ACK; Linux then begins to count segments anew, with that. */
    private static void takeFromSynAck(Connection c, Segment segment) {
        int announcedAt = c.receiver.nxt();
        c.receiver.takeFromSyn(segment);
        if (c.receiver.nxt() != announcedAt) {
            c.receiver.window.startAt(announcedAt);
            c.receiver.segments = 0;
            c.receiver.countSegment(segment);
            c.synDataTaken = true;
        }
    }

    /** Both must have offered an option for it to count. */
    private static void negotiate(Connection c, Segment synAck) {
        c.timestamps &= synAck.hasTimestamps();
        c.tsRecent = c.timestamps ? synAck.tsValue() : 0;
        c.sack &= synAck.sackPermitted();
        c.ecn &= synAck.has(ECE) && !synAck.has(CWR);
    }
}
