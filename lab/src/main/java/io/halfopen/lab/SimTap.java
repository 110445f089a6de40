package io.halfopen.lab;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.linux.Rule;
import io.halfopen.sim.Host;
import io.halfopen.sim.Tap;
import io.halfopen.wire.Segment;
import java.util.EnumSet;
import java.util.Set;

/** Records what passes the server's interface in the simulator, and tells of what was dropped there and why. */
final class SimTap implements Tap {
    /** What would have ended a handshake, and did not. */
    private static final Set<Rule> IN_VAIN = EnumSet.of(
            Rule.FINAL_ACK_DEFERRED,
            Rule.FINAL_ACK_IGNORED,
            Rule.FINAL_ACK_RESET,
            Rule.COOKIE_ACK_IGNORED,
            Rule.COOKIE_OPTIONS_REFUSED,
            Rule.COOKIE_FAILED);

    private final Host server;
    private final boolean loopback;
    private final Recorder recorder;
    private final Flood flood;
    private final Segment segment = new Segment();

    SimTap(Host server, boolean loopback, Recorder recorder, Flood flood) {
        this.flood = flood;
        this.server = server;
        this.loopback = loopback;
        this.recorder = recorder;
    }

    @Override
    public void onSent(long now, Host from, Rule why, byte[] bytes, int offset, int length) {
        if (!isOnlyKept(from, why)) {
            segment.parse(bytes, offset, length);
            if (Flood.gets(segment)) {
                flood.answered();
                return;
            }
            if (segment.has(SYN) && !segment.has(ACK)) {
                recorder.countSyn(segment);
            }
        }
        // On the loopback the arrival is recorded, which is at the same time and knows more.
        if (!loopback && from == server) {
            recorder.add(now, why, bytes, offset, length);
        }
        if (why == Rule.SYN_ACK_RETRANSMITTED) {
            recorder.tellTo(now, segment, "SYN-ACK again", why);
        }
    }

    /** Nothing is asked of most packets of a server, so they are not even read. */
    private boolean isOnlyKept(Host from, Rule why) {
        return from == server && !loopback && !flood.comes() && why != Rule.SYN_ACK_RETRANSMITTED;
    }

    @Override
    public void onArrived(long now, Host to, Rule rule, byte[] bytes, int offset, int length) {
        if (to != server) {
            return;
        }
        boolean inVain = IN_VAIN.contains(rule);
        boolean tells = inVain || rule.verdict() == Rule.Verdict.DROP;
        if (tells || flood.comes()) {
            segment.parse(bytes, offset, length);
            if (Flood.sent(segment)) {
                flood.judged(rule);
                return;
            }
        }
        recorder.add(now, rule, bytes, offset, length);
        recorder.lookAtQueues(now);
        if (inVain || tells && segment.has(SYN)) {
            recorder.tellOf(now, segment, rule);
        }
    }
}
