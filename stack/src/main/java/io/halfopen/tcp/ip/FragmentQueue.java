package io.halfopen.tcp.ip;

import io.halfopen.tcp.host.Timer;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.IpPacket;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fragments of one packet, as far as they have come: their octets at their place in one array, and the edges of
 * the stretches that are there. Overlaps are refused, so none is ever written twice.
 */
final class FragmentQueue extends Timer {
    /** Sixty-four gaps are more than packets of 552 octets can have that come in the worst order but twice over. */
    private static final int MOST_RUNS = 64;

    static final int FITS = 0;
    static final int DUPLICATE = 1;
    static final int OVERLAPS = 2;
    static final int TOO_MANY = 3;

    private final int[] starts = new int[MOST_RUNS];
    private final int[] ends = new int[MOST_RUNS];
    private int runs;
    private int octets;
    private int length;
    private boolean lastHere;
    private int markings;

    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private long name;

    /** Where the octet stands, in IPv6, that said that a fragment header follows. */
    int fragmentNamed;

    byte[] data = {};

    /** The headers of the first fragment, and how many octets of data came with it; -1 if it is not here. */
    byte[] head = {};

    int headLength;
    int firstLength = -1;

    int bucket;

    /** In its bucket, or among the unused. */
    @Nullable
    FragmentQueue chained;

    void start(IpPacket fragment, long name) {
        runs = 0;
        octets = 0;
        length = 0;
        lastHere = false;
        markings = 0;
        firstLength = -1;
        headLength = 0;
        this.name = name;
        sourceHigh = fragment.sourceHigh();
        sourceLow = fragment.sourceLow();
        destinationHigh = fragment.destinationHigh();
        destinationLow = fragment.destinationLow();
    }

    boolean isOf(IpPacket fragment, long name) {
        return this.name == name
                && sourceLow == fragment.sourceLow()
                && sourceHigh == fragment.sourceHigh()
                && destinationLow == fragment.destinationLow()
                && destinationHigh == fragment.destinationHigh();
    }

    boolean isIpv4() {
        return IpHeader.lengthFor(sourceHigh, sourceLow) == IpHeader.V4_LENGTH;
    }

    /** The end of the packet is where fragments say it is: none is beyond it, and there is only one (ip_frag_queue). */
    boolean agrees(int from, int to, boolean last) {
        if (to == from) {
            return false;
        }
        return last ? to >= length && (!lastHere || to == length) : to <= length || !lastHere;
    }

    /** Whether these octets are new, one and all. */
    int judge(int from, int to) {
        for (int i = 0; i < runs; i++) {
            if (from < ends[i] && to > starts[i]) {
                return from >= starts[i] && to <= ends[i] ? DUPLICATE : OVERLAPS;
            }
        }
        return runs == MOST_RUNS && !touches(from, to) ? TOO_MANY : FITS;
    }

    private boolean touches(int from, int to) {
        for (int i = 0; i < runs; i++) {
            if (ends[i] == from || starts[i] == to) {
                return true;
            }
        }
        return false;
    }

    /** They are copied by the caller. */
    void add(int from, int to, boolean last, int ecn) {
        lastHere |= last;
        length = Math.max(length, to);
        octets += to - from;
        markings |= 1 << ecn;
        int before = -1;
        int after = -1;
        for (int i = 0; i < runs; i++) {
            before = ends[i] == from ? i : before;
            after = starts[i] == to ? i : after;
        }
        if (before >= 0 && after >= 0) {
            ends[before] = ends[after];
            runs--;
            starts[after] = starts[runs];
            ends[after] = ends[runs];
        } else if (before >= 0) {
            ends[before] = to;
        } else if (after >= 0) {
            starts[after] = from;
        } else {
            starts[runs] = from;
            ends[runs++] = to;
        }
    }

    boolean isWhole() {
        return lastHere && firstLength >= 0 && octets == length;
    }

    int length() {
        return length;
    }

    /** Fragments that could be marked and others that could not are not of one packet (RFC 3168, section 5.3). */
    boolean isMixed() {
        return (markings & 1) != 0 && markings != 1;
    }

    /** Octets of header before the data of the whole packet. */
    int headerLength() {
        return isIpv4() ? headLength : headLength - 8;
    }

    /** Writes the whole packet: the header of the first fragment, as that of a packet that was never cut up. */
    int writeWhole(byte[] target) {
        int header = headerLength();
        System.arraycopy(head, 0, target, 0, header);
        System.arraycopy(data, 0, target, header, length);
        boolean congested = (markings & 1 << IpHeader.CONGESTION_EXPERIENCED) != 0;
        if (isIpv4()) {
            target[1] |= (byte) (congested ? IpHeader.CONGESTION_EXPERIENCED : 0);
            IpHeader.unfragment(target, header, header + length);
        } else {
            int ecn = congested ? IpHeader.CONGESTION_EXPERIENCED << 20 : 0;
            Bytes.putInt(target, 0, Bytes.getInt(target, 0) | ecn);
            IpHeader.unfragmentV6(target, header + length, fragmentNamed, head[header]);
        }
        return header + length;
    }

    /** Writes the first fragment as it came. */
    int writeFirst(byte[] target) {
        System.arraycopy(head, 0, target, 0, headLength);
        int kept = firstLength & ~7; // what is not a multiple of eight octets was cut off
        System.arraycopy(data, 0, target, headLength, kept);
        Arrays.fill(target, headLength + kept, headLength + firstLength, (byte) 0);
        return headLength + firstLength;
    }
}
