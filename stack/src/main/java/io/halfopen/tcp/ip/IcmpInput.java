package io.halfopen.tcp.ip;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Icmp;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.handshake.Dormancy;
import io.halfopen.tcp.handshake.HalfOpenInput;
import io.halfopen.tcp.handshake.SynSentInput;
import io.halfopen.tcp.recovery.OutputPath;
import io.halfopen.tcp.send.LossTimer;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Dormant;
import io.halfopen.tcp.socket.Flow;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.PathMtu;
import io.halfopen.tcp.socket.TimeWait;
import io.halfopen.tcp.transmit.PathMtuDiscovery;
import io.halfopen.wire.IcmpError;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;
import org.jspecify.annotations.Nullable;

/**
 * What a router or the peer's host says about a segment of ours (icmp_rcv, tcp_v4_err, tcp_v6_err). Anybody can say
 * it: so it counts only if it quotes a sequence number that is in flight, and it never ends a connection that is
 * established (RFC 5927).
 */
final class IcmpInput {
    private final Core core;
    private final Dormancy dormancy;
    private final HalfOpenInput halfOpenInput;
    private final SynSentInput synSentInput;
    private final OutputPath outputPath;
    private final IcmpOutput icmpOutput;
    private final IcmpError error = new IcmpError();

    IcmpInput(
            Core core,
            Dormancy dormancy,
            HalfOpenInput halfOpenInput,
            SynSentInput synSentInput,
            OutputPath outputPath,
            IcmpOutput icmpOutput) {
        this.core = core;
        this.dormancy = dormancy;
        this.halfOpenInput = halfOpenInput;
        this.synSentInput = synSentInput;
        this.outputPath = outputPath;
        this.icmpOutput = icmpOutput;
    }

    /** Takes in a packet whose parse() said that it is ICMP. */
    Rule receive(Segment packet) {
        IcmpError.Outcome outcome = error.parse(packet);
        Counter counter = Icmp.counterOf(error.isV6(), error.type());
        if (counter != null) {
            core.count(counter);
        }
        return switch (outcome) {
            case BAD_LENGTH -> Rule.ICMP_BAD_LENGTH;
            case BAD_CHECKSUM -> Rule.ICMP_BAD_CHECKSUM;
            case NO_ERROR -> answer(packet);
            case NOT_ABOUT_TCP -> Rule.ICMP_NO_SOCKET;
            case ERROR -> act(find());
        };
    }

    /** A ping, of any code. */
    private Rule answer(Segment packet) {
        boolean v6 = error.isV6();
        if (error.type() != (v6 ? Icmp.V6_ECHO : Icmp.V4_ECHO)) {
            return Icmp.isKnown(v6, error.type()) ? Rule.ICMP_IGNORED : Rule.ICMP_UNKNOWN;
        }
        if (core.sysctls.isOn(v6 ? Sysctl.echo_ignore_all : Sysctl.icmp_echo_ignore_all)) {
            return Rule.ICMP_ECHO_IGNORED;
        }
        icmpOutput.echo(packet);
        return Rule.ICMP_ECHOED;
    }

    private @Nullable Flow find() {
        int ports = error.remotePort() << 16 | error.localPort();
        return core.flows.find(error.localHigh(), error.localLow(), error.remoteHigh(), error.remoteLow(), ports);
    }

    private Rule act(@Nullable Flow flow) {
        int errno = Icmp.errno(error.isV6(), error.type(), error.code());
        return switch (flow) {
            case null -> Rule.ICMP_NO_SOCKET;
            case TimeWait rest -> Rule.ICMP_IGNORED;
            case HalfOpen half -> {
                Rule rule = judgeHalfOpen(half);
                if (rule == Rule.ICMP_HALF_OPEN_ENDED) {
                    halfOpenInput.remove(half);
                }
                yield rule;
            }
            case Dormant d -> act(dormancy.wake(d), errno);
            case Connection c -> act(c, errno);
        };
    }

    private Rule act(Connection c, int errno) {
        Rule rule = judge(c, errno);
        tell(c, rule, errno);
        return rule;
    }

    /** tcp_req_err: POSIX has no network errors of accept(), so nobody is told. */
    private Rule judgeHalfOpen(HalfOpen half) {
        if (error.seq() != half.iss) {
            return Rule.ICMP_OUT_OF_WINDOW;
        }
        boolean ends = Icmp.endsHalfOpen(error.isV6(), error.type(), error.code());
        return ends ? Rule.ICMP_HALF_OPEN_ENDED : Rule.ICMP_IGNORED;
    }

    private Rule judge(Connection c, int errno) {
        HalfOpen fastOpen = c.fastOpen;
        int una = fastOpen == null ? c.sender.una() : fastOpen.iss;
        if (!SeqNumber.between(error.seq(), una, c.sender.nxt())) {
            return Rule.ICMP_OUT_OF_WINDOW;
        }
        if (error.isTooBig()) {
            return error.isV6() ? judgeTooBigV6(c) : judgeTooBig(c);
        }
        if (errno == 0) {
            return Rule.ICMP_IGNORED;
        }
        boolean unseen = fastOpen != null && c.listener != null; // Fast Open, and accept() has not been called
        if (c.isOpening() || unseen) {
            return Rule.ICMP_CONNECT_FAILED;
        }
        LossTimer timer = c.sender.timer;
        boolean reverts = Icmp.isDisconnected(error.isV6(), error.type(), error.code())
                && error.seq() == c.sender.una()
                && fastOpen == null
                && timer.purpose == LossTimer.Purpose.RETRANSMIT
                && timer.retransmits > 0
                && timer.backoff > 0;
        return reverts ? Rule.ICMP_BACKOFF_REVERTED : Rule.ICMP_REMEMBERED;
    }

    /** tcp_v4_mtu_reduced and __ip_rt_update_pmtu: a smaller MTU is always remembered, but not every connection asks. */
    private Rule judgeTooBig(Connection c) {
        int policy = core.sysctls.get(Sysctl.ip_no_pmtu_disc);
        if (policy == 2 || told() > PathMtuDiscovery.of(core, c) || isLocked(c)) {
            return Rule.ICMP_MTU_IGNORED;
        }
        int believed = Math.max(told(), core.sysctls.get(Sysctl.min_pmtu));
        boolean asks = c.path.discover != PathMtu.DONT && c.path.discover < PathMtu.INTERFACE;
        int known = c.isOpening() ? PathMtuDiscovery.of(core, c) : c.path.mtu;
        boolean follows = asks && maySendAgain(c) && believed < known;
        return follows ? Rule.ICMP_MTU_REDUCED : Rule.ICMP_MTU_NOTED;
    }

    /** tcp_v6_mtu_reduced: a bare SYN expects no more than the least of any path, so nothing is smaller. */
    private Rule judgeTooBigV6(Connection c) {
        boolean bare = c.state() == TcpState.SYN_SENT && c.dataInSyn == 0;
        if (bare || told() < PathMtu.LEAST_V6 || told() >= PathMtuDiscovery.of(core, c) || isLocked(c)) {
            return Rule.ICMP_MTU_IGNORED;
        }
        return maySendAgain(c) ? Rule.ICMP_MTU_REDUCED : Rule.ICMP_MTU_NOTED;
    }

    /** The MTU of the route stays, whatever a router says. */
    private boolean isLocked(Connection c) {
        return core.routes.to(c.remoteHigh, c.remoteLow).mtuLocked();
    }

    /** There is data in flight, perhaps with the SYN. */
    private static boolean maySendAgain(Connection c) {
        return !c.isOpening() || c.state() == TcpState.SYN_SENT && c.dataInSyn > 0;
    }

    private int told() {
        return !error.isV6() && core.sysctls.get(Sysctl.ip_no_pmtu_disc) == 1 ? 0 : error.mtu();
    }

    private void tell(Connection c, Rule rule, int errno) {
        switch (rule) {
            case ICMP_CONNECT_FAILED -> core.close(c, errno);
            case ICMP_MTU_NOTED -> PathMtuDiscovery.learn(core, c, told());
            case ICMP_MTU_REDUCED -> {
                PathMtuDiscovery.learn(core, c, told());
                int stamps = core.stampsOf(c.refreshedAt); // Linux does not look at the clock here
                sendAgain(c);
                core.stampsAgain(stamps);
                c.arm();
            }
            case ICMP_REMEMBERED -> c.softError = errno;
            case ICMP_BACKOFF_REVERTED -> {
                c.softError = errno;
                outputPath.timeouts.revertBackoff(c);
            }
            default -> {} // dropped
        }
    }

    private void sendAgain(Connection c) {
        if (c.isOpening()) {
            synSentInput.sendWithoutData(c);
        } else {
            PathMtuDiscovery.follow(core, c);
            outputPath.retransmission.sendLarge(c);
        }
    }
}
