package io.halfopen.tcp;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpOptions;

/** What a segment does to a listener that has no handshake with its sender yet: RFC 9293, section 3.10.7.2. */
final class ListenInput {
    /** No particular initial sequence number is asked for; 0 itself is therefore never one that is. */
    static final int ANY_ISN = 0;

    private final Core core;

    ListenInput(Core core) {
        this.core = core;
    }

    /** {@code isn} is what a connection that was here before leaves as the next initial sequence number, if any. */
    Rule receive(Listener listener, Segment segment, int isn) {
        Rule rule = judge(listener, segment);
        switch (rule) {
            case SYN_ANSWERED -> answer(listener, segment, isn);
            case LISTENER_ACK_RESET -> core.output.reset(segment, rule);
            default -> {} // dropped: ListenDrops and the like are counted with the rule
        }
        return rule;
    }

    /** In Linux's order (tcp_rcv_state_process): RST before ACK before SYN. */
    private Rule judge(Listener listener, Segment segment) {
        if (segment.has(RST)) {
            return segment.has(SYN) ? Rule.LISTENER_SYN_RST_FIN_IGNORED : Rule.LISTENER_RST_IGNORED;
        }
        if (segment.has(ACK)) {
            return Rule.LISTENER_ACK_RESET;
        }
        if (!segment.has(SYN)) {
            return Rule.LISTENER_NOTHING_IGNORED;
        }
        if (segment.has(FIN)) {
            return Rule.LISTENER_SYN_RST_FIN_IGNORED;
        }
        return listener.judgeSyn(core.kernel, core.sysctls.get(Sysctl.tcp_max_syn_backlog));
    }

    /** The handshake begins: keep what the final ACK will need, and answer. */
    private void answer(Listener listener, Segment segment, int isn) {
        HalfOpen half = core.pools.halfOpen(listener);
        half.localHigh = segment.destinationHigh();
        half.localLow = segment.destinationLow();
        half.remoteHigh = segment.sourceHigh();
        half.remoteLow = segment.sourceLow();
        half.setPorts(segment.destinationPort(), segment.sourcePort());
        core.flows.insert(half);
        listener.synQueue.add();
        negotiate(half, segment);
        half.irs = segment.seq();
        half.iss = isn == ANY_ISN ? core.secrets.isn(half, core.now()) : isn;
        half.sentAt = core.now();
        half.timeouts = 0;
        half.retransmitted = false;
        core.output.synAck(half, Rule.SYN_ANSWERED);
        core.wheel.schedule(half, core.now() + core.kernel.synAckInterval(0));
    }

    /** Every option that the client offered and we allow. */
    private void negotiate(HalfOpen half, Segment syn) {
        Socket socket = half.listener.socket;
        half.timestamps = syn.hasTimestamps() && core.sysctls.isOn(Sysctl.tcp_timestamps);
        half.tsRecent = half.timestamps ? syn.tsValue() : 0;
        half.tsOffset = half.timestamps ? core.timestampOffset(half) : 0;
        half.sack = syn.sackPermitted() && core.sysctls.isOn(Sysctl.tcp_sack);
        half.peerMss = syn.mss() == 0 ? HandshakeOptions.DEFAULT_MSS : syn.mss();
        boolean scaling = syn.windowScale() >= 0 && core.sysctls.isOn(Sysctl.tcp_window_scaling);
        half.peerWindowScale = (byte) (scaling ? syn.windowScale() : 0);
        int space = HandshakeOptions.receiveSpace(core, socket);
        half.ourWindowScale = (byte) (scaling ? HandshakeOptions.windowScale(core, socket, space) : -1);
        int payload = HandshakeOptions.mssToAnnounce(core, half, socket)
                - (half.timestamps ? TcpOptions.TIMESTAMP_LENGTH : 0);
        half.window = Math.min(HandshakeOptions.initialWindow(space, payload), 0xffff);
    }
}
