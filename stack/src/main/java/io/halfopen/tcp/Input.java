package io.halfopen.tcp;

import static io.halfopen.wire.TcpHeader.RST;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import org.jspecify.annotations.Nullable;

/**
 * Where a packet goes: the life of a segment starts here. The 4-tuple finds a half-open, a connection or a TIME_WAIT;
 * else the port finds a listener; else there is nobody.
 */
final class Input {
    private final Core core;
    private final Segment segment = new Segment();
    private final IcmpInput icmpInput;
    private final ListenInput listenInput;
    private final HalfOpenInput halfOpenInput;
    private final FastOpenInput fastOpenInput;
    private final SynSentInput synSentInput;
    private final SynRecvInput synRecvInput;
    private final ConnectionInput connectionInput;
    private final TimeWaits timeWaits;
    private final Migration migration;

    Input(
            Core core,
            IcmpInput icmpInput,
            ListenInput listenInput,
            HalfOpenInput halfOpenInput,
            FastOpenInput fastOpenInput,
            SynSentInput synSentInput,
            SynRecvInput synRecvInput,
            ConnectionInput connectionInput,
            TimeWaits timeWaits,
            Migration migration) {
        this.core = core;
        this.icmpInput = icmpInput;
        this.listenInput = listenInput;
        this.halfOpenInput = halfOpenInput;
        this.fastOpenInput = fastOpenInput;
        this.synSentInput = synSentInput;
        this.synRecvInput = synRecvInput;
        this.connectionInput = connectionInput;
        this.timeWaits = timeWaits;
        this.migration = migration;
    }

    Rule receive(byte[] packet, int offset, int length) {
        core.count(Counter.InReceives);
        Rule rule = defectOf(packet, offset, length);
        if (rule == null) {
            core.count(Counter.InDelivers);
            core.count(Counter.InSegs);
            rule = deliver();
        }
        core.count(rule);
        return rule;
    }

    private @Nullable Rule defectOf(byte[] packet, int offset, int length) {
        return switch (segment.parse(packet, offset, length)) {
            case NONE -> judgeAddresses();
            case NOT_IP -> Rule.NOT_IP;
            case IP_BAD_LENGTH -> Rule.IP_BAD_LENGTH;
            case IP_BAD_CHECKSUM -> Rule.IP_BAD_CHECKSUM;
            case IP_FRAGMENT -> Rule.IP_FRAGMENT;
            case IP_MARTIAN -> Rule.IP_MARTIAN;
            case ICMP -> icmp();
            case NOT_TCP -> Rule.NOT_TCP;
            case TCP_BAD_LENGTH -> Rule.TCP_BAD_LENGTH;
            case TCP_BAD_CHECKSUM -> Rule.TCP_BAD_CHECKSUM;
        };
    }

    private Rule icmp() {
        Rule unacceptable = judgeAddresses();
        return unacceptable == null ? icmpInput.receive(segment) : unacceptable;
    }

    /** A loopback address is a martian on a host that has not got it: it came over a wire, which none may. */
    private @Nullable Rule judgeAddresses() {
        boolean loopback = IpAddress.isLoopback(segment.sourceHigh(), segment.sourceLow());
        if (loopback && !core.addresses.isLocal(segment.sourceHigh(), segment.sourceLow())) {
            return Rule.IP_MARTIAN;
        }
        boolean ours = core.addresses.isLocal(segment.destinationHigh(), segment.destinationLow());
        return ours ? null : Rule.IP_NOT_FOR_US;
    }

    private Rule deliver() {
        return switch (core.flows.find(segment)) {
            case Connection c -> deliverToConnection(c);
            case HalfOpen half -> deliverToHalfOpen(half);
            case TimeWait rest -> deliverToTimeWait(rest);
            case null -> deliverToListener();
        };
    }

    private Rule deliverToConnection(Connection c) {
        c.receiver.countSegment(segment);
        HalfOpen fastOpen = c.fastOpen;
        if (fastOpen != null) {
            return fastOpenInput.receive(c, fastOpen, segment);
        }
        return switch (c.state()) {
            case SYN_SENT -> synSentInput.receive(c, segment);
            case SYN_RECV -> synRecvInput.receive(c, segment);
            default -> connectionInput.receive(c, segment);
        };
    }

    /** One whose listener is closed, without an heir, is as good as gone, and goes now (tcp_v4_rcv). */
    private Rule deliverToHalfOpen(HalfOpen half) {
        Listener listener = migration.heir(half);
        if (listener == null) {
            halfOpenInput.remove(half);
            return deliverToListener();
        }
        Rule rule = halfOpenInput.receive(half, listener, segment);
        if (rule != Rule.HALF_OPEN_BAD_ACK) {
            return rule;
        }
        // It may be the cookie of an earlier handshake: the listener answers it (tcp_check_req).
        Rule answer = listenInput.receive(listener, segment, ListenInput.ANY_ISN);
        return answer == Rule.LISTENER_ACK_RESET ? rule : answer;
    }

    /** A SYN that ends TIME_WAIT is counted as that, and then is a SYN like any other. */
    private Rule deliverToTimeWait(TimeWait rest) {
        Listener listener = core.ports.listenerFor(segment);
        int isn = rest.nextIsn();
        Rule rule = timeWaits.receive(rest, segment, listener != null);
        if (rule != Rule.TIME_WAIT_SYN || listener == null) {
            return rule;
        }
        core.count(rule);
        return listenInput.receive(listener, segment, isn);
    }

    private Rule deliverToListener() {
        Listener listener = core.ports.listenerFor(segment);
        if (listener != null) {
            return listenInput.receive(listener, segment, ListenInput.ANY_ISN);
        }
        if (segment.has(RST)) {
            return Rule.NO_SOCKET_IGNORED;
        }
        core.output.reset(segment, Rule.NO_SOCKET_RESET);
        return Rule.NO_SOCKET_RESET;
    }
}
