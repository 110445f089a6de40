package io.halfopen.app.simulate;

import io.halfopen.linux.Rule;
import io.halfopen.sim.Host;
import io.halfopen.sim.Tap;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;
import io.halfopen.wire.TcpHeader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Watches every packet that hosts send: what TCP promises on the wire, whoever reads it. And makes one number of all of
 * them, so that two runs can be compared.
 */
final class WireCheck implements Tap {
    private static final long PRIME = 0x100000001b3L;
    private static final int HASHED = 96;

    /** One direction of a connection, by its sender. */
    private record Way(long fromHigh, long fromLow, long toHigh, long toLow, int ports) {
        Way reversed() {
            return new Way(toHigh, toLow, fromHigh, fromLow, ports >>> 16 | ports << 16);
        }
    }

    /** IPv4 addresses between which packets are cut up: nobody here puts them together to read windows. */
    private record Pair(long from, long to) {}

    /** What one end has promised so far, and what it may rely on. */
    private static final class Half {
        final int iss;
        int end;
        int fin;
        boolean finSent;
        boolean unsure;
        boolean fromCookie;
        int scale;
        boolean scaleKnown;
        int edge;
        boolean edgeKnown;
        int allowedEdge;
        boolean allowedKnown;

        Half(int iss) {
            this.iss = iss;
            end = iss + 1;
        }
    }

    private final Consumer<String> faults;
    private final Map<Way, Half> halves = new HashMap<>();
    private final Set<Pair> cutUp = new HashSet<>();
    private final Segment segment = new Segment();
    private long hash = 0xcbf29ce484222325L;
    private long touched;
    long sent;
    long lost;
    long arrived;
    long octets;

    /** {@code faults} is told what is wrong, in a sentence. */
    WireCheck(Consumer<String> faults) {
        this.faults = faults;
    }

    long hash() {
        return hash;
    }

    /** The hosts that sent or received since this was asked, a bit each. */
    long takeTouched() {
        long was = touched;
        touched = 0;
        return was;
    }

    @Override
    public void onSent(long now, Host from, Rule why, byte[] bytes, int offset, int length) {
        sent++;
        octets += length;
        touch(from);
        mix(1, now, from, why.ordinal(), bytes, offset, length);
        if (segment.parse(bytes, offset, length) == Segment.Defect.NONE) {
            check(why);
        }
    }

    @Override
    public void onArrived(long now, Host to, Rule rule, byte[] bytes, int offset, int length) {
        arrived++;
        touch(to);
        mix(2, now, to, rule.ordinal(), bytes, offset, length);
        Segment.Defect defect = segment.parse(bytes, offset, length);
        if (defect == Segment.Defect.NONE && segment.has(TcpHeader.ACK)) {
            noteAllowance();
            noteCookie(rule);
        } else if (defect == Segment.Defect.IP_FRAGMENT) {
            cutUp.add(new Pair(segment.sourceLow(), segment.destinationLow()));
        }
    }

    @Override
    public void onLost(long now, Host from, byte[] bytes, int offset, int length) {
        lost++;
        mix(3, now, from, 0, bytes, offset, length);
    }

    /** A cookie that comes twice makes another connection with the same numbers, once the first is gone. */
    private void noteCookie(Rule rule) {
        Half half = rule == Rule.COOKIE_ACCEPTED ? halves.get(way().reversed()) : null;
        if (half != null) {
            half.unsure |= half.fromCookie;
            half.fromCookie = true;
        }
    }

    private void touch(Host host) {
        touched |= 1L << host.name().charAt(1) - '1';
    }

    private void mix(int kind, long now, Host host, int rule, byte[] bytes, int offset, int length) {
        long mixed = (hash ^ now) * PRIME;
        mixed = (mixed ^ kind << 24 ^ rule << 8 ^ host.name().charAt(1)) * PRIME;
        mixed = (mixed ^ length) * PRIME;
        for (int i = offset; i < offset + Math.min(length, HASHED); i++) {
            mixed = (mixed ^ bytes[i]) * PRIME;
        }
        hash = mixed;
    }

    private Way way() {
        return new Way(
                segment.sourceHigh(),
                segment.sourceLow(),
                segment.destinationHigh(),
                segment.destinationLow(),
                segment.sourcePort() << 16 | segment.destinationPort());
    }

    /** A host forgot all it promised. */
    void forget(Host host) {
        halves.values().forEach(half -> half.unsure = true);
    }

    /** There are two connections with this local end: what is said of one need not hold for the other. */
    void distrust(SocketRow row) {
        Half half = halves.get(new Way(
                row.localAddress().high(),
                row.localAddress().low(),
                row.remoteAddress().high(),
                row.remoteAddress().low(),
                row.localPort() << 16 | row.remotePort()));
        if (half != null) {
            half.unsure = true;
        }
    }

    private void check(Rule why) {
        Way way = way();
        if (segment.has(TcpHeader.SYN)) {
            start(way);
            return;
        }
        Half half = halves.get(way);
        Half other = halves.get(way.reversed());
        if (half == null || other == null || half.unsure || other.unsure) {
            return;
        }
        if (segment.has(TcpHeader.RST)) {
            half.unsure = true; // a cookie may come twice, and make another connection with the same numbers
            return;
        }
        int end = segment.seq() + segment.payloadLength();
        checkOrder(half, end, why);
        checkAck(half, other, why);
        checkEdge(half, end, why);
        if (segment.has(TcpHeader.FIN)) {
            half.finSent = true;
            half.fin = end;
        }
        half.end = SeqNumber.max(half.end, end + (segment.has(TcpHeader.FIN) ? 1 : 0));
    }

    private void start(Way way) {
        Half before = halves.get(way);
        if (before != null && before.iss == segment.seq()) {
            before.end = SeqNumber.max(before.end, segment.endSeq());
            return;
        }
        Half half = new Half(segment.seq());
        half.end = segment.endSeq();
        half.scaleKnown = segment.windowScale() >= 0;
        half.scale = Math.max(0, segment.windowScale());
        // Without a word of its end, a SYN-ACK with another number may be of another handshake (a cookie, for one).
        half.unsure = before != null && !before.finSent;
        Half other = halves.get(way.reversed());
        if (other != null && !segment.has(TcpHeader.ACK)) {
            other.unsure = true;
        }
        halves.put(way, half);
        if (!segment.has(TcpHeader.ACK)) {
            halves.remove(way.reversed());
        }
    }

    private void checkOrder(Half half, int end, Rule why) {
        if (SeqNumber.after(segment.seq(), half.end)) {
            fail("what is sent leaves out " + (segment.seq() - half.end) + " octets", why);
        }
        if (!half.finSent) {
            return;
        }
        if (segment.payloadLength() > 0 && SeqNumber.after(end, half.fin)) {
            fail("something is sent after the FIN", why);
        }
        if (segment.has(TcpHeader.FIN) && end != half.fin) {
            fail("a second FIN is in another place", why);
        }
    }

    private void checkAck(Half half, Half other, Rule why) {
        if (!segment.has(TcpHeader.ACK)) {
            fail("a segment without ACK", why);
        } else if (SeqNumber.after(segment.ack(), other.end)) {
            fail("acknowledges what was not sent", why);
        }
        if (half.scaleKnown && other.scaleKnown) {
            int edge = segment.ack() + (segment.window() << half.scale);
            // Linux shuts its window where it has no memory for what fits into it (ICSK_ACK_NOMEM).
            boolean shut = segment.window() == 0;
            // What is left of a connection shifts what was left of its window, and rounds it down
            // (tcp_v4_timewait_ack).
            boolean rounded = why == Rule.TIME_WAIT_ACKED || why == Rule.TIME_WAIT_PAWS || why == Rule.TIME_WAIT_FIN;
            int allowed = rounded ? (1 << half.scale) - 1 : 0;
            if (half.edgeKnown && !shut && SeqNumber.before(edge + allowed, half.edge)) {
                fail("takes back " + (half.edge - edge) + " octets of its window", why);
            }
            half.edge = edge;
            half.edgeKnown = true;
        }
    }

    /** Not beyond the window that has arrived, but for what went out before: repeated it asks for a window, too. */
    private void checkEdge(Half half, int end, Rule why) {
        if (SeqNumber.upTo(end, half.end) || cutUp.contains(new Pair(segment.destinationLow(), segment.sourceLow()))) {
            return;
        }
        if (half.allowedKnown && segment.payloadLength() > 0 && SeqNumber.after(end, half.allowedEdge)) {
            fail("sends " + (end - half.allowedEdge) + " octets beyond the peer's window", why);
        }
    }

    private void noteAllowance() {
        Way way = way();
        Half sender = halves.get(way);
        Half receiver = halves.get(way.reversed());
        if (sender == null || receiver == null || segment.has(TcpHeader.RST)) {
            return;
        }
        boolean scales = sender.scaleKnown && receiver.scaleKnown && !segment.has(TcpHeader.SYN);
        int edge = segment.ack() + (segment.window() << (scales ? sender.scale : 0));
        receiver.allowedEdge = receiver.allowedKnown ? SeqNumber.max(receiver.allowedEdge, edge) : edge;
        receiver.allowedKnown = true;
    }

    private void fail(String what, Rule why) {
        faults.accept(what + ": port " + segment.sourcePort() + " to " + segment.destinationPort() + ", " + why);
    }
}
