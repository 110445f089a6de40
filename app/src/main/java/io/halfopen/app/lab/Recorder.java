package io.halfopen.app.lab;

import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.linux.Rule;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Everything that happened, in order: the packets as the server's interface saw them, and what the programs did. */
final class Recorder {
    /**
     * @param rule why it was sent or what became of it: where it arrived if it arrived at the server, else the sender's;
     *     null where nobody knows, since a kernel does not tell
     */
    record Packet(long time, byte[] bytes, @Nullable Rule rule) {}

    /**
     * Something to tell.
     *
     * @param client its number, or 0 for the server
     * @param rule the decision behind it, if it is one
     * @param queues the listener's queues right after it
     */
    record Moment(
            long time, int client, String what, @Nullable Rule rule, ListenQueues queues) {}

    /** The lengths of the listener's queues from a time on. */
    record Level(long time, int acceptQueue, int synQueue) {}

    private record Endpoint(IpAddress address, int port) {}

    private final boolean loopback;
    private final Supplier<ListenQueues> queues;
    private final List<Packet> packets = new ArrayList<>();
    private final List<Moment> moments = new ArrayList<>();
    private final List<Level> levels = new ArrayList<>();
    private final Map<Endpoint, LabClient> clients = new HashMap<>();
    private final Map<Endpoint, Integer> synsBeforeNamed = new HashMap<>();
    private int connecting;
    private boolean keepsLevels;

    Recorder(boolean loopback, Supplier<ListenQueues> queues) {
        this.queues = queues;
        this.loopback = loopback;
    }

    List<Packet> packets() {
        return packets;
    }

    List<Moment> moments() {
        return moments;
    }

    /** From now on the queues are looked at after every packet, to be compared with those of another run. */
    void keepLevels() {
        keepsLevels = true;
    }

    List<Level> levels() {
        return levels;
    }

    void tell(long time, int client, String what) {
        moments.add(new Moment(time, client, what, null, queues.get()));
        lookAtQueues(time);
    }

    void tell(long time, int client, String what, Rule rule) {
        moments.add(new Moment(time, client, what, rule, queues.get()));
        lookAtQueues(time);
    }

    void lookAtQueues(long time) {
        if (keepsLevels) {
            ListenQueues now = queues.get();
            Level last = levels.isEmpty() ? null : levels.getLast();
            if (last == null || last.acceptQueue != now.acceptQueue() || last.synQueue != now.synQueue()) {
                levels.add(new Level(time, now.acceptQueue(), now.synQueue()));
            }
        }
    }

    /** Half-opens are gone, and nobody was told. */
    void tellForgotten(long time, long count) {
        String what = count == 1 ? "a half-open connection" : count + " half-open connections";
        tell(time, 0, "forgets " + what, Rule.HALF_OPEN_EXPIRED);
    }

    void tellCut(long time) {
        tell(time, 0, "the wire to the clients is cut");
    }

    /** From now on the packets of this address and port are this client's. */
    void name(IpAddress address, int port, LabClient client) {
        Endpoint endpoint = new Endpoint(address, port);
        clients.put(endpoint, client);
        Integer early = synsBeforeNamed.remove(endpoint);
        client.addSyns(early == null ? 0 : early);
    }

    @Nullable
    LabClient clientAt(IpAddress address, int port) {
        return clients.get(new Endpoint(address, port));
    }

    /** A packet as the server's interface saw it. */
    void add(long time, @Nullable Rule rule, byte[] bytes, int offset, int length) {
        packets.add(new Packet(time, Arrays.copyOfRange(bytes, offset, offset + length), rule));
    }

    /** A client has sent this SYN, whether or not it will arrive. */
    void countSyn(Segment segment) {
        LabClient client = sender(segment);
        if (client == null) {
            synsBeforeNamed.merge(source(segment), 1, Integer::sum);
        } else {
            client.addSyns(1);
        }
    }

    /** What became of a client's segment. */
    void tellOf(long now, Segment segment, Rule rule) {
        LabClient client = sender(segment);
        tell(now, client == null ? connecting : client.id(), describe(client, segment), rule);
    }

    /** The same where the reason is not known. */
    void tellOf(long now, Segment segment, String what) {
        LabClient client = sender(segment);
        tell(now, client == null ? connecting : client.id(), describe(client, segment) + what);
    }

    /** Of a segment to a client. */
    void tellTo(long now, Segment segment, String what, Rule rule) {
        LabClient client = clients.get(destination(segment));
        tell(now, client == null ? connecting : client.id(), what, rule);
    }

    /** Whose segment it is; null for one whose connect() has not returned, also if its port was another's before. */
    private @Nullable LabClient sender(Segment segment) {
        LabClient client = clients.get(source(segment));
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

    private static Endpoint destination(Segment segment) {
        return new Endpoint(
                new IpAddress(segment.destinationHigh(), segment.destinationLow()), segment.destinationPort());
    }

    /** This client's connect() is being called: its packets come before its port is known. */
    void connecting(int client) {
        connecting = client;
    }
}
