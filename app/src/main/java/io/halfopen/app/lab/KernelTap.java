package io.halfopen.app.lab;

import io.halfopen.app.lab.SeenPacket.Endpoint;
import io.halfopen.app.lab.SeenPacket.Fate;
import io.halfopen.lab.Recorder;
import io.halfopen.link.KernelHost;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Records what passes the interface of a real kernel, and tells of what it dropped. The kernel does not say why: the
 * rule is the one about which its counters leave no doubt ({@link CounterDeltas}), or there is none.
 */
final class KernelTap {
    /** Told of a segment whose rule is not known. */
    static final String UNEXPLAINED = ": no answer, and the counters do not say why";

    private final KernelHost host;
    private final int port;
    private final Recorder recorder;
    private final CounterDeltas counters;
    private final Segment segment = new Segment();
    private final List<SeenPacket> batch = new ArrayList<>();
    private final Map<Rule, Long> counted = new EnumMap<>(Rule.class);
    /** Whose SYN was answered and whose handshake is not done. */
    private final Set<Endpoint> open = new HashSet<>();
    /** Those of them of which the kernel keeps a half-open, as of the last look. */
    private Set<Endpoint> halfOpen = Set.of();
    /** Who has a socket at the server, as of this moment; null while nobody has asked. */
    private @Nullable Set<Endpoint> sockets;

    private int synQueuePeak;

    KernelTap(KernelHost host, int port, Recorder recorder) {
        this.host = host;
        this.port = port;
        this.recorder = recorder;
        counters = new CounterDeltas(host);
    }

    /** How often a rule is known to have decided. */
    long counted(Rule rule) {
        return counted.getOrDefault(rule, 0L);
    }

    /** Half-opens that lived for microseconds only are in it, since their SYN-ACKs were seen. */
    int synQueuePeak() {
        return synQueuePeak;
    }

    /** A client sends a packet. */
    void sent(byte[] bytes, int length) {
        boolean tcp = segment.parse(bytes, 0, length) == Segment.Defect.NONE;
        if (tcp && segment.flags() == TcpHeader.SYN) {
            recorder.countSyn(segment);
        }
    }

    /** A packet passes the server's interface, in either direction. */
    void passed(long time, byte[] bytes, int length) {
        boolean tcp = segment.parse(bytes, 0, length) == Segment.Defect.NONE;
        if (tcp && (segment.sourcePort() == port || segment.destinationPort() == port)) {
            batch.add(new SeenPacket(time, Arrays.copyOf(bytes, length), port));
        }
    }

    /** All packets of this moment have passed: finds out what became of them. True if there were any. */
    boolean judge() {
        if (batch.isEmpty()) {
            return false;
        }
        List<SeenPacket> moment = List.copyOf(batch);
        batch.clear();
        if (moment.stream().anyMatch(this::concernsListener)) {
            counters.look();
            sockets = null;
            Set<Endpoint> after = halfOpenNow();
            markUnanswered(moment);
            Set<Endpoint> done = followHandshakes(moment, after);
            counters.explain(
                    moment.stream().filter(each -> each.fate != Fate.TAKEN).toList());
            look(after, done, moment.getLast().time);
        }
        for (SeenPacket seen : moment) {
            recorder.add(seen.time, seen.rule, seen.bytes, 0, seen.bytes.length);
            tell(seen);
        }
        recorder.lookAtQueues(moment.getLast().time);
        return true;
    }

    private boolean concernsListener(SeenPacket packet) {
        return packet.isSyn() || packet.isSynAck() || open.contains(packet.client);
    }

    private Set<Endpoint> halfOpenNow() {
        return endpoints(host.halfOpen());
    }

    private Set<Endpoint> endpoints(List<SocketRow> rows) {
        return rows.stream()
                .filter(row -> row.localPort() == port)
                .map(KernelTap::endpoint)
                .collect(Collectors.toSet());
    }

    private static Endpoint endpoint(SocketRow row) {
        return new Endpoint(row.remoteAddress(), row.remotePort());
    }

    private static void markUnanswered(List<SeenPacket> moment) {
        Set<Endpoint> answered = new HashSet<>();
        for (SeenPacket seen : moment.reversed()) {
            if (seen.isSynAck() || seen.isReset()) {
                answered.add(seen.client);
            } else if (seen.isSyn() && !answered.contains(seen.client)) {
                seen.fate = Fate.SYN_UNANSWERED;
            }
        }
    }

    /** Who begins a handshake, and who ends one: those are returned. */
    private Set<Endpoint> followHandshakes(List<SeenPacket> moment, Set<Endpoint> after) {
        // Cookies begin when the queue is full: those before are in it.
        long room = moment.stream().filter(SeenPacket::isSynAck).count() - counters.cookiesSent();
        Set<Endpoint> asking = new HashSet<>();
        Set<Endpoint> reset = moment.stream()
                .filter(SeenPacket::isReset)
                .map(each -> each.client)
                .collect(Collectors.toSet());
        Set<Endpoint> done = new HashSet<>();
        Set<Endpoint> queued = new HashSet<>(halfOpen);
        for (SeenPacket seen : moment) {
            if (seen.isSyn()) {
                asking.add(seen.client);
            } else if (seen.isSynAck()) {
                // No SYN asked for it: so a timer did.
                seen.rule = asking.contains(seen.client) ? null : Rule.SYN_ACK_RETRANSMITTED;
                open.add(seen.client);
                if (room-- > 0) {
                    queued.add(seen.client);
                }
            } else if (seen.isFinal() && open.contains(seen.client)) {
                seen.fate = reset.contains(seen.client)
                        ? Fate.FINAL_RESET
                        : fateOf(seen.client, queued.contains(seen.client), after);
                if (seen.fate == Fate.TAKEN || seen.fate == Fate.FINAL_RESET) {
                    open.remove(seen.client);
                    queued.remove(seen.client);
                    done.add(seen.client);
                }
            }
            synQueuePeak = Math.max(synQueuePeak, queued.size());
        }
        return done;
    }

    /** A half-open that is no more has become a connection; of a cookie there is only that connection, or nothing. */
    private Fate fateOf(Endpoint client, boolean queued, Set<Endpoint> after) {
        if (queued) {
            return after.contains(client) ? Fate.FINAL_IGNORED : Fate.TAKEN;
        }
        return counters.overflows() > 0 && !isConnected(client) ? Fate.COOKIE_IGNORED : Fate.TAKEN;
    }

    /** Asked once for all packets of a moment: there may be a thousand. */
    private boolean isConnected(Endpoint client) {
        if (sockets == null) {
            sockets = endpoints(host.snapshot());
        }
        return sockets.contains(client);
    }

    /** Tells of half-opens that are gone though nobody ended them: their time was over. */
    private void look(Set<Endpoint> after, Set<Endpoint> done, long time) {
        Set<Endpoint> forgotten = new HashSet<>(halfOpen);
        forgotten.removeAll(after);
        forgotten.removeAll(done);
        halfOpen = after;
        open.removeAll(forgotten);
        synQueuePeak = Math.max(synQueuePeak, after.size());
        if (!forgotten.isEmpty()) {
            recorder.tellForgotten(time, forgotten.size());
            counted.merge(Rule.HALF_OPEN_EXPIRED, (long) forgotten.size(), Long::sum);
        }
    }

    /** To be called now and then: a half-open that is forgotten sends nothing. */
    void watchHalfOpens(long now) {
        if (!halfOpen.isEmpty()) {
            look(halfOpenNow(), Set.of(), now);
        }
    }

    private void tell(SeenPacket seen) {
        Rule rule = seen.rule;
        if (rule != null) {
            counted.merge(rule, 1L, Long::sum);
        }
        if (rule == Rule.SYN_ACK_RETRANSMITTED) {
            recorder.tellTo(seen.time, seen.segment, "SYN-ACK again", rule);
        } else if (rule != null) {
            recorder.tellOf(seen.time, seen.segment, rule);
        } else if (seen.fate != Fate.TAKEN) {
            recorder.tellOf(seen.time, seen.segment, UNEXPLAINED);
        }
    }
}
