package io.halfopen.lab;

import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Everything that happened, in order: the packets as the server's interface saw them, and what the programs did. */
public final class Recorder {
    /**
     * A packet, as the server's interface saw it.
     *
     * @param rule why it was sent or what became of it: where it arrived if it arrived at the server, else the sender's;
     *     null where nobody knows, since a kernel does not tell
     * @param client whose port it was when it passed, or 0: a port may come again
     */
    public record Packet(long time, byte[] bytes, @Nullable Rule rule, int client) {}

    /**
     * Something to tell.
     *
     * @param client its number, or 0 for the server
     * @param rule the decision behind it, if it is one
     * @param queues the listener's queues right after it
     */
    public record Moment(
            long time, int client, String what, @Nullable Rule rule, ListenQueues queues) {}

    /** The lengths of the listener's queues from a time on. */
    record Level(long time, int acceptQueue, int synQueue) {}

    /** What a counter has risen to at a time. */
    record Count(long time, Counter counter, long value) {}

    private record Endpoint(IpAddress address, int port) {}

    /** Of a short story's beginning, and of its end. */
    private static final int MOST_MOMENTS = 50_000;

    /** What the listen path counts, and what repetitions do. */
    private static final List<Counter> WATCHED = List.of(
            Counter.ListenOverflows,
            Counter.ListenDrops,
            Counter.TCPReqQFullDrop,
            Counter.TCPReqQFullDoCookies,
            Counter.SyncookiesSent,
            Counter.SyncookiesRecv,
            Counter.SyncookiesFailed,
            Counter.TCPDeferAcceptDrop,
            Counter.EmbryonicRsts,
            Counter.PassiveOpens,
            Counter.TCPTimeouts,
            Counter.RetransSegs,
            Counter.OutRsts);

    private final boolean loopback;
    private final Supplier<ListenQueues> queues;
    private final List<Packet> packets = new ArrayList<>();
    private final List<Moment> moments = new ArrayList<>();
    private final List<Level> levels = new ArrayList<>();
    private final List<Count> counts = new ArrayList<>();
    private final long[] counted = new long[WATCHED.size()];
    private final Segment passing = new Segment();
    private final ClientPorts clients = new ClientPorts();
    private final Map<Endpoint, Integer> synsBeforeNamed = new HashMap<>();
    private @Nullable LabClient connecting;
    private boolean keepsLevels;
    private boolean keepsPackets = true;
    private boolean keepsMoments = true;
    private final ArrayDeque<Moment> latest = new ArrayDeque<>();
    private long forgotten;

    Recorder(boolean loopback, Supplier<ListenQueues> queues) {
        this.queues = queues;
        this.loopback = loopback;
    }

    public List<Packet> packets() {
        return packets;
    }

    /** What there is to tell, in order; of a great many the first and the last. */
    public List<Moment> moments() {
        List<Moment> all = new ArrayList<>(moments);
        all.addAll(latest);
        return all;
    }

    long lastTold() {
        return latest.isEmpty() ? moments.getLast().time() : latest.getLast().time();
    }

    /** How many moments were left out in the middle. */
    public long forgotten() {
        return forgotten;
    }

    /** From now on nothing is kept but what a short story needs. */
    public void beBrief(boolean packets, boolean everyMoment) {
        keepsPackets = packets;
        keepsMoments = everyMoment;
    }

    private void keep(Moment moment) {
        if (keepsMoments || moments.size() < MOST_MOMENTS) {
            moments.add(moment);
            return;
        }
        latest.add(moment);
        if (latest.size() > MOST_MOMENTS) {
            latest.remove();
            forgotten++;
        }
    }

    /** From now on the queues are looked at after every packet, to be compared with those of another run. */
    public void keepLevels() {
        keepsLevels = true;
    }

    /** The counters that rise with the queues, if levels are kept. */
    void lookAtCounters(long time, ToLongFunction<Counter> counter) {
        for (int i = 0; keepsLevels && i < WATCHED.size(); i++) {
            long value = counter.applyAsLong(WATCHED.get(i));
            if (value != counted[i]) {
                counted[i] = value;
                counts.add(new Count(time, WATCHED.get(i), value));
            }
        }
    }

    List<Count> counts() {
        return counts;
    }

    List<Level> levels() {
        return levels;
    }

    public void tell(long time, int client, String what) {
        keep(new Moment(time, client, what, null, queues.get()));
        lookAtQueues(time);
    }

    public void tell(long time, int client, String what, Rule rule) {
        keep(new Moment(time, client, what, rule, queues.get()));
        lookAtQueues(time);
    }

    public void lookAtQueues(long time) {
        if (keepsLevels) {
            ListenQueues now = queues.get();
            Level last = levels.isEmpty() ? null : levels.getLast();
            if (last == null || last.acceptQueue != now.acceptQueue() || last.synQueue != now.synQueue()) {
                levels.add(new Level(time, now.acceptQueue(), now.synQueue()));
            }
        }
    }

    /** Half-opens are gone, and nobody was told. */
    public void tellForgotten(long time, long count) {
        String what = count == 1 ? "a half-open connection" : count + " half-open connections";
        tell(time, 0, "forgets " + what, Rule.HALF_OPEN_EXPIRED);
    }

    public void tellCut(long time) {
        tell(time, 0, "the wire to the clients is cut");
    }

    /** From now on the packets of this address and port are this client's. */
    void name(IpAddress address, int port, LabClient client) {
        clients.put(address, port, client);
        Integer early = synsBeforeNamed.isEmpty() ? null : synsBeforeNamed.remove(new Endpoint(address, port));
        client.addSyns(early == null ? 0 : early);
    }

    @Nullable
    LabClient clientAt(IpAddress address, int port) {
        return clients.get(address.high(), address.low(), port);
    }

    /** A packet as the server's interface saw it. */
    public void add(long time, @Nullable Rule rule, byte[] bytes, int offset, int length) {
        if (!keepsPackets) {
            return;
        }
        passing.parse(bytes, offset, length);
        LabClient client = atSource(passing);
        client = client == null ? atDestination(passing) : client;
        byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
        packets.add(new Packet(time, copy, rule, client == null ? 0 : client.id()));
    }

    /** A client has sent this SYN, whether or not it will arrive. */
    public void countSyn(Segment segment) {
        LabClient client = atSource(segment);
        if (client != null && client.isOpen()) {
            client.addSyns(1);
        } else if (connecting != null) {
            clients.put(segment.sourceHigh(), segment.sourceLow(), segment.sourcePort(), connecting);
            connecting.addSyns(1);
        } else {
            synsBeforeNamed.merge(source(segment), 1, Integer::sum);
        }
    }

    /** What became of a client's segment. */
    public void tellOf(long now, Segment segment, Rule rule) {
        LabClient client = sender(segment);
        tell(now, client == null ? whoConnects() : client.id(), describe(client, segment), rule);
    }

    /** The same where the reason is not known. */
    public void tellOf(long now, Segment segment, String what) {
        LabClient client = sender(segment);
        tell(now, client == null ? whoConnects() : client.id(), describe(client, segment) + what);
    }

    /** Of a segment to a client. */
    public void tellTo(long now, Segment segment, String what, Rule rule) {
        LabClient client = atDestination(segment);
        tell(now, client == null ? whoConnects() : client.id(), what, rule);
    }

    /** Whose segment it is; null for one whose connect() has not returned, also if its port was another's before. */
    private @Nullable LabClient sender(Segment segment) {
        LabClient client = atSource(segment);
        boolean reused = loopback && segment.has(SYN) && client != null && !client.isOpen();
        return reused ? null : client;
    }

    private static String describe(@Nullable LabClient client, Segment segment) {
        if (segment.has(SYN)) {
            return client != null && client.synsSent() > 1 ? "SYN again" : "SYN";
        }
        return segment.payloadLength() > 0 ? "data (" + segment.payloadLength() + " B)" : "ACK";
    }

    private static Endpoint source(Segment segment) {
        return new Endpoint(new IpAddress(segment.sourceHigh(), segment.sourceLow()), segment.sourcePort());
    }

    private @Nullable LabClient atSource(Segment segment) {
        return clients.get(segment.sourceHigh(), segment.sourceLow(), segment.sourcePort());
    }

    private @Nullable LabClient atDestination(Segment segment) {
        return clients.get(segment.destinationHigh(), segment.destinationLow(), segment.destinationPort());
    }

    /** This client's connect() is being called: its packets come before its port is known. */
    void connecting(@Nullable LabClient client) {
        connecting = client;
    }

    private int whoConnects() {
        return connecting == null ? 0 : connecting.id();
    }
}
