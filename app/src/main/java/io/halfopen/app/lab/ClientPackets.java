package io.halfopen.app.lab;

import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The packets of each client, in words that two runs have in common: sequence numbers count from the SYNs. */
final class ClientPackets {
    /**
     * @param time since the client's first packet, ns
     * @param what who sent it ({@code >} is the client), flags, numbers and length, in packetdrill's notation
     */
    record Line(long time, String what) {}

    private final int port;
    private final Segment segment = new Segment();
    private final Map<Integer, Conversation> conversations = new TreeMap<>();

    private static final class Conversation {
        final List<Line> lines = new ArrayList<>();
        long start;
        int clientIsn;
        int serverIsn;
    }

    private ClientPackets(int port) {
        this.port = port;
    }

    /** By the numbers of the clients; packets of nobody are left out. */
    static Map<Integer, List<Line>> of(Run run) {
        ClientPackets packets = new ClientPackets(run.scenario().port());
        run.recorder().packets().forEach(packet -> packets.add(run.recorder(), packet));
        Map<Integer, List<Line>> lines = new TreeMap<>();
        packets.conversations.forEach((client, conversation) -> lines.put(client, conversation.lines));
        return lines;
    }

    private void add(Recorder recorder, Recorder.Packet packet) {
        byte[] bytes = packet.bytes();
        if (segment.parse(bytes, 0, bytes.length) != Segment.Defect.NONE) {
            return;
        }
        boolean fromClient = segment.destinationPort() == port;
        LabClient client = fromClient
                ? recorder.clientAt(new IpAddress(segment.sourceHigh(), segment.sourceLow()), segment.sourcePort())
                : recorder.clientAt(
                        new IpAddress(segment.destinationHigh(), segment.destinationLow()), segment.destinationPort());
        int owner = packet.client() == 0 && client != null ? client.id() : packet.client();
        if (owner == 0) {
            return;
        }
        Conversation talk = conversations.computeIfAbsent(owner, id -> new Conversation());
        if (talk.lines.isEmpty()) {
            talk.start = packet.time();
        }
        talk.lines.add(new Line(packet.time() - talk.start, what(talk, fromClient)));
    }

    private String what(Conversation talk, boolean fromClient) {
        if (segment.has(TcpHeader.SYN) && fromClient) {
            talk.clientIsn = segment.seq();
        } else if (segment.has(TcpHeader.SYN)) {
            talk.serverIsn = segment.seq();
        }
        int seq = segment.seq() - (fromClient ? talk.clientIsn : talk.serverIsn);
        int ack = segment.ack() - (fromClient ? talk.serverIsn : talk.clientIsn);
        int length = segment.payloadLength();
        return (fromClient ? "> " : "< ") + flags() + " " + seq + ":" + (seq + length) + "(" + length + ")"
                + (segment.has(TcpHeader.ACK) ? " ack " + ack : "");
    }

    /** As tcpdump and packetdrill write them. */
    private String flags() {
        StringBuilder text = new StringBuilder();
        String letters = "FSRP.";
        for (int i = 0; i < letters.length(); i++) {
            if ((segment.flags() >>> i & 1) != 0) {
                text.append(letters.charAt(i));
            }
        }
        return text.toString();
    }
}
