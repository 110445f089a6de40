package io.halfopen.app.simulate;

import io.halfopen.linux.Rule;
import io.halfopen.sim.Host;
import io.halfopen.sim.Tap;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;

/** Somebody on the wire who alters packets behind their sender's back, and puts the checksum right again. */
final class Tamper implements Tap {
    /** Changes a packet with a TCP segment; false leaves it as it was. */
    interface Change {
        boolean alters(Host from, Segment segment, byte[] bytes);
    }

    private static final int SEQ = 4;
    private static final int FLAGS = 13;
    private static final int CHECKSUM = 16;

    private final Change change;
    private final Segment segment = new Segment();

    Tamper(Change change) {
        this.change = change;
    }

    /** One bit of the first octet of data. */
    static Tamper ofData(int leastLength) {
        return new Tamper((from, segment, bytes) -> {
            if (segment.payloadLength() < leastLength) {
                return false;
            }
            bytes[segment.payloadOffset()] ^= 1;
            return true;
        });
    }

    /** What this host sends with data never arrives: its checksum is wrong from here on. */
    static Tamper losingDataOf(String host) {
        return new Tamper((from, segment, bytes) -> {
            if (from.name().equals(host) && segment.payloadLength() > 0) {
                bytes[segment.payloadOffset()] ^= 1;
            }
            return false;
        });
    }

    /** These flags are added to the first segment with data. */
    static Tamper withFlags(int flags) {
        return new Tamper(new Change() {
            private boolean done;

            @Override
            public boolean alters(Host from, Segment segment, byte[] bytes) {
                if (done || segment.payloadLength() == 0) {
                    return false;
                }
                done = true;
                bytes[tcpOffset(segment) + FLAGS] |= (byte) flags;
                return true;
            }
        });
    }

    @Override
    public void onSent(long now, Host from, Rule why, byte[] bytes, int offset, int length) {
        if (segment.parse(bytes, offset, length) != Segment.Defect.NONE || !change.alters(from, segment, bytes)) {
            return;
        }
        seal(segment, bytes, offset, length);
    }

    /** Another sequence number for what was read from {@code bytes}, a whole array. */
    static void renumber(Segment segment, byte[] bytes, int seq) {
        Bytes.putInt(bytes, tcpOffset(segment) + SEQ, seq);
        seal(segment, bytes, 0, bytes.length);
    }

    private static void seal(Segment segment, byte[] bytes, int offset, int length) {
        int at = tcpOffset(segment);
        Bytes.putShort(bytes, at + CHECKSUM, 0);
        TcpHeader.seal(
                bytes,
                at,
                offset + length - at,
                segment.sourceHigh(),
                segment.sourceLow(),
                segment.destinationHigh(),
                segment.destinationLow());
    }

    private static int tcpOffset(Segment segment) {
        return segment.payloadOffset() - segment.headerLength();
    }
}
