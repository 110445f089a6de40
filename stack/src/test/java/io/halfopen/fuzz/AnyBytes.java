package io.halfopen.fuzz;

import io.halfopen.trace.TcpdumpText;
import io.halfopen.wire.IcmpError;
import io.halfopen.wire.Segment;

/** Reads bytes as a packet: it must neither throw nor look beyond their end. */
final class AnyBytes {
    private static final int MOST_OPTIONS = 40;
    private static final int MOST_SACK_BLOCKS = 4;

    private AnyBytes() {}

    static Segment.Defect read(byte[] buffer, int offset, int length) {
        new TcpdumpText().line(buffer, offset, length);
        Segment segment = new Segment();
        Segment.Defect defect = segment.parse(buffer, offset, length);
        if (defect == Segment.Defect.ICMP) {
            new IcmpError().parse(segment);
        }
        if (defect == Segment.Defect.NONE) {
            check(segment, offset, offset + length);
        }
        return defect;
    }

    private static void check(Segment segment, int start, int end) {
        int payloadEnd = segment.payloadOffset() + segment.payloadLength();
        if (segment.payloadOffset() < start || payloadEnd > end || segment.payloadLength() < 0) {
            throw new AssertionError("payload up to " + payloadEnd + " of " + end);
        }
        if (segment.optionsLength() > MOST_OPTIONS || segment.sackBlocks() > MOST_SACK_BLOCKS) {
            throw new AssertionError("options of " + segment.optionsLength());
        }
        for (int i = 0; i < segment.sackBlocks(); i++) {
            segment.sackLeft(i);
            segment.sackRight(i);
        }
    }
}
