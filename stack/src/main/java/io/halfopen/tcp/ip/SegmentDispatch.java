package io.halfopen.tcp.ip;

import static io.halfopen.wire.TcpHeader.RST;

import io.halfopen.linux.Rule;
import io.halfopen.tcp.connection.ConnectionInput;
import io.halfopen.tcp.connection.TimeWaitInput;
import io.halfopen.tcp.handshake.Dormancy;
import io.halfopen.tcp.handshake.FastOpenInput;
import io.halfopen.tcp.handshake.HalfOpenInput;
import io.halfopen.tcp.handshake.ListenInput;
import io.halfopen.tcp.handshake.Migration;
import io.halfopen.tcp.handshake.SynRecvInput;
import io.halfopen.tcp.handshake.SynSentInput;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Dormant;
import io.halfopen.tcp.socket.Flow;
import io.halfopen.tcp.socket.HalfOpen;
import io.halfopen.tcp.socket.Listener;
import io.halfopen.tcp.socket.TimeWait;
import io.halfopen.tcp.transmit.Output;
import io.halfopen.wire.Segment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a segment goes. The 4-tuple finds a half-open, a connection or a TIME_WAIT;
 * else the port finds a listener; else there is nobody.
 */
final class SegmentDispatch {
    private final Core core;
    private final Output output;
    private final Dormancy dormancy;
    private final ListenInput listenInput;
    private final HalfOpenInput halfOpenInput;
    private final FastOpenInput fastOpenInput;
    private final SynSentInput synSentInput;
    private final SynRecvInput synRecvInput;
    private final ConnectionInput connectionInput;
    private final TimeWaitInput timeWaitInput;
    private final Migration migration;

    private final Delivery connections = (flow, segment) -> deliverToConnection((Connection) found(flow), segment);
    private final Delivery dormants = (flow, segment) -> deliverToDormant((Dormant) found(flow), segment);
    private final Delivery halfOpens = (flow, segment) -> deliverToHalfOpen((HalfOpen) found(flow), segment);
    private final Delivery timeWaits = (flow, segment) -> deliverToTimeWait((TimeWait) found(flow), segment);
    private final Delivery listeners = (flow, segment) -> deliverToListener(segment);

    /**
     * What is done for one kind of flow, or where there is none. There is one call for all kinds: what a switch over types leads to
     * HotSpot compiles as one method, with all that can happen to a segment, which is more than it optimizes.
     */
    private interface Delivery {
        Rule deliver(@Nullable Flow flow, Segment segment);
    }

    SegmentDispatch(
            Core core,
            Output output,
            Dormancy dormancy,
            ListenInput listenInput,
            HalfOpenInput halfOpenInput,
            FastOpenInput fastOpenInput,
            SynSentInput synSentInput,
            SynRecvInput synRecvInput,
            ConnectionInput connectionInput,
            TimeWaitInput timeWaitInput,
            Migration migration) {
        this.core = core;
        this.output = output;
        this.dormancy = dormancy;
        this.listenInput = listenInput;
        this.halfOpenInput = halfOpenInput;
        this.fastOpenInput = fastOpenInput;
        this.synSentInput = synSentInput;
        this.synRecvInput = synRecvInput;
        this.connectionInput = connectionInput;
        this.timeWaitInput = timeWaitInput;
        this.migration = migration;
    }

    Rule receive(Segment segment) {
        Flow flow = core.flows.find(segment);
        if (segment.isSigned()) {
            Rule rule = judgeSignature(segment, flow);
            if (rule != null) {
                return rule;
            }
        }
        return deliveryOf(flow).deliver(flow, segment);
    }

    private Delivery deliveryOf(@Nullable Flow flow) {
        if (flow == null) {
            return listeners;
        }
        if (flow instanceof Connection) {
            return connections;
        }
        if (flow instanceof Dormant) {
            return dormants;
        }
        return flow instanceof HalfOpen ? halfOpens : timeWaits;
    }

    private static Flow found(@Nullable Flow flow) {
        return Objects.requireNonNull(flow, "a delivery is chosen by its flow");
    }

    /** tcp_inbound_hash of a socket without keys, built without TCP-AO; a TIME_WAIT does not ask. */
    private @Nullable Rule judgeSignature(Segment segment, @Nullable Flow flow) {
        if (flow instanceof TimeWait || flow == null && core.ports.listenerFor(segment) == null) {
            return null;
        }
        return switch (segment.signature()) {
            case MD5 -> Rule.MD5_UNEXPECTED;
            case UNREADABLE -> core.kernel.readsSignatures() ? Rule.SIGNATURE_UNREADABLE : null;
            case AO -> flow instanceof HalfOpen && core.kernel.readsSignatures() ? Rule.AO_UNEXPECTED : null;
            case NONE -> null;
        };
    }

    private Rule deliverToDormant(Dormant d, Segment segment) {
        return dormancy.reset(d, segment) ? Rule.RST_ACCEPTED : deliverToConnection(dormancy.wake(d), segment);
    }

    private Rule deliverToConnection(Connection c, Segment segment) {
        c.refreshedAt = core.now();
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
    private Rule deliverToHalfOpen(HalfOpen half, Segment segment) {
        Listener listener = migration.heir(half);
        if (listener == null) {
            migration.giveUp(half);
            halfOpenInput.remove(half);
            return deliverToListener(segment);
        }
        Rule rule = halfOpenInput.receive(half, listener, segment);
        if (rule != Rule.HALF_OPEN_BAD_ACK) {
            return rule;
        }
        // The ACK may carry the cookie of an earlier handshake: the listener answers it (tcp_check_req).
        Rule answer = listenInput.receive(listener, segment, Host.ANY_ISN);
        return answer == Rule.LISTENER_ACK_RESET ? rule : answer;
    }

    /** A SYN that ends TIME_WAIT is counted as that, and then is a SYN like any other. */
    private Rule deliverToTimeWait(TimeWait rest, Segment segment) {
        Listener listener = core.ports.listenerFor(segment);
        int isn = core.kernel.continuesTimeWait() ? rest.nextIsn() : Host.ANY_ISN;
        Rule rule = timeWaitInput.receive(rest, segment, listener != null);
        if (rule != Rule.TIME_WAIT_SYN || listener == null) {
            return rule;
        }
        core.count(rule);
        Rule signed = segment.isSigned() ? judgeSignature(segment, null) : null;
        return signed == null ? listenInput.receive(listener, segment, isn) : signed;
    }

    /** A broadcast: nobody is connected to that, and what nobody listens for is not answered. */
    Rule receiveForAll(Segment segment) {
        Listener listener = core.ports.listenerFor(segment);
        return listener == null ? Rule.BROADCAST_IGNORED : listenInput.receiveForAll(segment);
    }

    private Rule deliverToListener(Segment segment) {
        Listener listener = core.ports.listenerFor(segment);
        if (listener != null) {
            return listenInput.receive(listener, segment, Host.ANY_ISN);
        }
        if (segment.has(RST)) {
            return Rule.NO_SOCKET_IGNORED;
        }
        if (core.isUnanswerable(segment)) {
            return Rule.NO_SOCKET_SIGNED;
        }
        output.reset(segment, Rule.NO_SOCKET_RESET);
        return Rule.NO_SOCKET_RESET;
    }
}
