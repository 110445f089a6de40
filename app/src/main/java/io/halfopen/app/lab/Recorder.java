package io.halfopen.app.lab;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.linux.Rule;
import io.halfopen.sim.Host;
import io.halfopen.sim.Tap;
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
final class Recorder implements Tap {
    /**
     * @param rule why it was sent or what became of it: where it arrived if it arrived at the server, else the sender's
     */
    record Packet(long time, byte[] bytes, Rule rule) {}

    /**
     * Something to tell.
     *
     * @param client its number, or 0 for the server
     * @param rule the decision behind it, if it is one
     * @param queues the listener's queues right after it
     */
    record Moment(
            long time, int client, String what, @Nullable Rule rule, ListenQueues queues) {}

    private record Endpoint(IpAddress address, int port) {}

    private final Host server;
    private final boolean loopback;
    private final Supplier<ListenQueues> queues;
    private final List<Packet> packets = new ArrayList<>();
    private final List<Moment> moments = new ArrayList<>();
    private final Map<Endpoint, LabClient> clients = new HashMap<>();
    private final Map<Endpoint, Integer> synsBeforeNamed = new HashMap<>();
    private final Segment segment = new Segment();
    private int connecting;

    Recorder(Host server, boolean loopback, Supplier<ListenQueues> queues) {
        this.server = server;
        this.queues = queues;
        this.loopback = loopback;
    }

    List<Packet> packets() {
        return packets;
    }

    List<Moment> moments() {
        return moments;
    }

    void tell(long time, int client, String what) {
        moments.add(new Moment(time, client, what, null, queues.get()));
    }

    void tell(long time, int client, String what, Rule rule) {
        moments.add(new Moment(time, client, what, rule, queues.get()));
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

    @Override
    public void onSent(long now, Host from, Rule why, byte[] bytes, int offset, int length) {
        segment.parse(bytes, offset, length);
        if (segment.has(SYN) && !segment.has(ACK)) {
            countSyn();
        }
        // On the loopback the arrival is recorded, which is at the same time and knows more.
        if (!loopback && from == server) {
            packets.add(new Packet(now, Arrays.copyOfRange(bytes, offset, offset + length), why));
        }
        if (why == Rule.SYN_ACK_RETRANSMITTED) {
            tell(now, numberOf(destination()), "SYN-ACK again", why);
        }
    }

    @Override
    public void onArrived(long now, Host to, Rule rule, byte[] bytes, int offset, int length) {
        if (to != server) {
            return;
        }
        packets.add(new Packet(now, Arrays.copyOfRange(bytes, offset, offset + length), rule));
        segment.parse(bytes, offset, length);
        boolean handshake = rule.name().startsWith("FINAL_ACK") && rule != Rule.FINAL_ACK_ACCEPTED;
        if (handshake || rule.verdict() == Rule.Verdict.DROP && segment.has(SYN)) {
            LabClient client = sender();
            tell(now, client == null ? connecting : client.id(), describe(client), rule);
        }
    }

    private void countSyn() {
        LabClient client = sender();
        if (client == null) {
            synsBeforeNamed.merge(source(), 1, Integer::sum);
        } else {
            client.addSyns(1);
        }
    }

    /** Whose segment it is; null for one whose connect() has not returned, also if its port was another's before. */
    private @Nullable LabClient sender() {
        LabClient client = clients.get(source());
        boolean reused = loopback && segment.has(SYN) && client != null && !client.isOpen();
        return reused ? null : client;
    }

    private String describe(@Nullable LabClient client) {
        if (segment.has(SYN)) {
            return client != null && client.synsSent() > 1 ? "SYN again" : "SYN";
        }
        return segment.payloadLength() > 0 ? "data (" + segment.payloadLength() + " B)" : "ACK";
    }

    private Endpoint source() {
        return new Endpoint(new IpAddress(segment.sourceHigh(), segment.sourceLow()), segment.sourcePort());
    }

    private Endpoint destination() {
        return new Endpoint(
                new IpAddress(segment.destinationHigh(), segment.destinationLow()), segment.destinationPort());
    }

    private int numberOf(Endpoint endpoint) {
        LabClient client = clients.get(endpoint);
        return client == null ? connecting : client.id();
    }

    /** This client's connect() is being called: its packets come before its port is known. */
    void connecting(int client) {
        connecting = client;
    }
}
