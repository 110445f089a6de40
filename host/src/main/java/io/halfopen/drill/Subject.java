package io.halfopen.drill;

import io.halfopen.wire.IpAddress;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A socket or connection that a script is about. The numbers of its SYNs are where its author likes, and after them all
 * sequence numbers count from the SYN. On the wire the machine's begin where it chose, which its first SYN that is
 * expected tells, and so do its timestamps; the script's begin where they do in the script.
 */
final class Subject {
    enum State {
        NEW,
        LISTENING,
        /** connect() was called, its SYN not yet expected. */
        CONNECTING,
        CONNECTED,
        /** A segment for a listener was injected. */
        ARRIVED,
        /** Its SYN-ACK was expected and came. */
        ANSWERED
    }

    State state = State.NEW;
    int scriptFd = -1;

    @Nullable
    IpAddress remote;

    int remotePort;
    int localPort;

    /** The machine's initial sequence number on the wire and in the script; 0 while it is not known. */
    private int localIsn;

    private int localScriptIsn;

    /** The script's, which is the same in both. */
    private int remoteIsn;

    private boolean remoteBegun;

    private final Map<Integer, Integer> timestamps = new HashMap<>();
    private @Nullable Integer firstTimestamp;
    private int firstTimestampOnWire;

    boolean isPeer(IpAddress address, int port) {
        return address.equals(remote) && port == remotePort;
    }

    boolean has(Sent packet) {
        return packet.remotePort() == remotePort
                && packet.localPort() == localPort
                && packet.remote().equals(remote);
    }

    /** The script's SYN is the one that was sent, and both tell where local numbers begin. */
    void begin(TcpPacket script, TcpPacket wire) {
        localIsn = wire.seq();
        localScriptIsn = script.seq();
    }

    /** What the script sends first has its initial sequence number. */
    private void beginRemote(TcpPacket script) {
        if (script.has(TcpHeader.SYN) && !remoteBegun) {
            remoteIsn = script.seq();
            remoteBegun = true;
        }
    }

    /** A local sequence number of the script after the SYN, as it is on the wire. */
    int toWire(int seq) {
        return seq + localIsn;
    }

    /** A packet to be injected, with the numbers of the wire. */
    TcpPacket toWire(TcpPacket packet) {
        beginRemote(packet);
        boolean syn = packet.has(TcpHeader.SYN);
        int local = syn ? localIsn - localScriptIsn : localIsn;
        List<TcpOption> options = new ArrayList<>();
        for (TcpOption option : packet.options() == null ? List.<TcpOption>of() : packet.options()) {
            options.add(
                    switch (option) {
                        case TcpOption.Sack sack ->
                            new TcpOption.Sack(
                                    sack.edges().stream().map(this::toWire).toList());
                        case TcpOption.Timestamps ts
                        when packet.has(TcpHeader.ACK) -> new TcpOption.Timestamps(ts.value(), echoToWire(ts.echo()));
                        default -> option;
                    });
        }
        int ack = packet.has(TcpHeader.ACK) ? packet.ack() + local : packet.ack();
        return with(packet, packet.seq() + (syn ? 0 : remoteIsn), ack, options);
    }

    private int echoToWire(int echo) {
        Integer exact = timestamps.get(echo);
        if (exact != null) {
            return exact;
        }
        return firstTimestamp == null ? echo : firstTimestampOnWire + (echo - firstTimestamp);
    }

    /** A packet that was sent, with the script's numbers; the one that is expected tells where timestamps begin. */
    TcpPacket toScript(TcpPacket wire, TcpPacket expected) {
        learnTimestamps(wire, expected);
        boolean syn = wire.has(TcpHeader.SYN);
        int local = syn ? localIsn - localScriptIsn : localIsn;
        int remote = syn ? 0 : remoteIsn;
        List<TcpOption> options = new ArrayList<>();
        for (TcpOption option : wire.options() == null ? List.<TcpOption>of() : wire.options()) {
            options.add(
                    switch (option) {
                        case TcpOption.Timestamps ts when firstTimestamp != null -> toScript(ts);
                        case TcpOption.Sack sack -> new TcpOption.Sack(shifted(sack, -remote));
                        default -> option;
                    });
        }
        // RFC 9293, 3.10.7.1: the reset of a segment without ACK has the number 0, whatever the connection's are.
        boolean zero = wire.seq() == 0 && wire.has(TcpHeader.RST) && wire.has(TcpHeader.ACK);
        int ack = wire.has(TcpHeader.ACK) ? wire.ack() - remote : wire.ack();
        return with(wire, zero ? 0 : wire.seq() - local, ack, options);
    }

    private static List<Integer> shifted(TcpOption.Sack sack, int by) {
        return sack.edges().stream().map(edge -> edge + by).toList();
    }

    private TcpOption toScript(TcpOption.Timestamps wire) {
        int first = firstTimestamp == null ? 0 : firstTimestamp;
        return new TcpOption.Timestamps(first + wire.value() - firstTimestampOnWire, wire.echo());
    }

    private void learnTimestamps(TcpPacket wire, TcpPacket expected) {
        TcpOption.Timestamps theirs = timestamps(wire);
        TcpOption.Timestamps scripts = timestamps(expected);
        if (theirs != null && scripts != null) {
            timestamps.put(scripts.value(), theirs.value());
            if (firstTimestamp == null) {
                firstTimestamp = scripts.value();
                firstTimestampOnWire = theirs.value();
            }
        }
    }

    static TcpOption.@Nullable Timestamps timestamps(TcpPacket packet) {
        for (TcpOption option : packet.options() == null ? List.<TcpOption>of() : packet.options()) {
            if (option instanceof TcpOption.Timestamps ts) {
                return ts;
            }
        }
        return null;
    }

    private static TcpPacket with(TcpPacket p, int seq, int ack, List<TcpOption> options) {
        return new TcpPacket(
                p.inbound(), p.ip(), p.endpoints(), p.flags(), seq, p.length(), ack, p.window(), p.urgent(), options);
    }
}
