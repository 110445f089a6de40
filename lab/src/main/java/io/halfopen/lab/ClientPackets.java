package io.halfopen.lab;

import io.halfopen.linux.Rule;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The packets of each client, in words that two runs have in common: sequence numbers count from the SYNs. */
final class ClientPackets {
    /**
     * A packet.
     *
     * @param at when it passed the server's interface, ns
     * @param time since the client's first packet, ns
     * @param fromClient who sent it
     * @param flags as tcpdump and packetdrill write them
     * @param rule what became of it, or why it was sent; null where nobody knows
     */
    record Line(
            long at,
            long time,
            boolean fromClient,
            String flags,
            int seq,
            int ack,
            int length,
            @Nullable Rule rule) {
        /** Who sent it ({@code >} is the client), flags, numbers and length, in packetdrill's notation. */
        String what() {
            return (fromClient ? "> " : "< ") + flags + " " + seq + ":" + (seq + length) + "(" + length + ")"
                    + (hasAck() ? " ack " + ack : "");
        }

        boolean hasAck() {
            return flags.endsWith(".");
        }

        /** It says nothing but how far the other side has come. */
        boolean isBareAck() {
            return flags.equals(".") && length == 0;
        }

        /** The other's last octets are acknowledged by this one as well, and with it comes more. */
        boolean carries(Line ack) {
            return fromClient == ack.fromClient && seq == ack.seq && this.ack == ack.ack && hasAck() && !isBareAck();
        }
    }

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

    /** The same was sent before. */
    static boolean isRepeated(List<Line> lines, int index) {
        Line line = lines.get(index);
        return lines.subList(0, index).stream().anyMatch(before -> before.what().equals(line.what()));
    }

    /** It says nothing new but that something came: the same side has acknowledged as much before. */
    static boolean tellsNothing(List<Line> lines, int index) {
        Line line = lines.get(index);
        return line.isBareAck()
                && lines.subList(0, index).stream()
                        .anyMatch(before ->
                                before.fromClient == line.fromClient && before.hasAck() && before.ack == line.ack);
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
        talk.lines.add(line(talk, packet, fromClient));
    }

    private Line line(Conversation talk, Recorder.Packet packet, boolean fromClient) {
        if (segment.has(TcpHeader.SYN) && fromClient) {
            talk.clientIsn = segment.seq();
        } else if (segment.has(TcpHeader.SYN)) {
            talk.serverIsn = segment.seq();
        }
        int seq = segment.seq() - (fromClient ? talk.clientIsn : talk.serverIsn);
        int ack = segment.ack() - (fromClient ? talk.serverIsn : talk.clientIsn);
        long time = packet.time() - talk.start;
        return new Line(packet.time(), time, fromClient, flags(), seq, ack, segment.payloadLength(), packet.rule());
    }

    /** As tcpdump and packetdrill write them: the ACK is last. */
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
