package io.halfopen.nio;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.wire.Segment;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells the kinds of packets apart; the end of a handshake is known by the SYN-ACK before it. */
final class PacketReader {
    private static final int REMEMBERED = 10_000;

    private record Flow(long fromHigh, long fromLow, int fromPort, long toHigh, long toLow, int toPort) {}

    private final Segment segment = new Segment();

    /** By who has to send it: what the ACK that ends a handshake acknowledges. */
    private final Map<Flow, Integer> awaited = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Flow, Integer> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** The segment that was read last. */
    Segment segment() {
        return segment;
    }

    PacketKind read(byte[] bytes, int offset, int length) {
        if (segment.parse(bytes, offset, length) != Segment.Defect.NONE) {
            return PacketKind.OTHER;
        }
        if (segment.has(RST)) {
            return PacketKind.RST;
        }
        if (segment.has(SYN)) {
            return segment.has(ACK) ? synAck() : PacketKind.SYN;
        }
        if (segment.payloadLength() > 0) {
            return PacketKind.DATA;
        }
        if (segment.has(FIN)) {
            return PacketKind.FIN;
        }
        return isFinal() ? PacketKind.FINAL_ACK : PacketKind.ACK;
    }

    private PacketKind synAck() {
        awaited.put(
                new Flow(
                        segment.destinationHigh(),
                        segment.destinationLow(),
                        segment.destinationPort(),
                        segment.sourceHigh(),
                        segment.sourceLow(),
                        segment.sourcePort()),
                segment.seq() + 1);
        return PacketKind.SYN_ACK;
    }

    private boolean isFinal() {
        @Nullable
        Integer acknowledged = awaited.get(new Flow(
                segment.sourceHigh(),
                segment.sourceLow(),
                segment.sourcePort(),
                segment.destinationHigh(),
                segment.destinationLow(),
                segment.destinationPort()));
        return acknowledged != null && acknowledged == segment.ack();
    }
}
