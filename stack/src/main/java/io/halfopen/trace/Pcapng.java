package io.halfopen.trace;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Writes packets for tcpdump and Wireshark: a pcapng file (draft-ietf-opsawg-pcapng) of one section and one interface,
 * without a link layer (LINKTYPE_RAW), in nanoseconds. Big-endian throughout, which the byte-order magic announces.
 *
 * <p>Every block goes out in one write. After an {@link IOException} the file may end inside a block and nothing more
 * should be written.
 */
public final class Pcapng implements Closeable {
    private static final int SECTION_HEADER = 0x0a0d0d0a;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int ENHANCED_PACKET = 6;

    private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    private static final int VERSION_1_0 = 1 << 16;
    /** The section's length is not given: readers go to the end of the file. */
    private static final long UNSPECIFIED = -1;

    /** Packets that begin with their IPv4 or IPv6 header; tcpdump.org/linktypes.html. */
    private static final short LINKTYPE_RAW = 101;

    private static final short OPT_COMMENT = 1;
    private static final short IF_TSRESOL = 9;
    /** Times count 10^-9 s. */
    private static final byte NANOSECONDS = 9;

    private static final int MAX_COMMENT = 0xffff;

    private final OutputStream out;

    /** Writes the head of the file; {@link #close} closes {@code out}. */
    public Pcapng(OutputStream out) throws IOException {
        this.out = out;
        ByteBuffer section = ByteBuffer.allocate(16);
        section.putInt(BYTE_ORDER_MAGIC).putInt(VERSION_1_0).putLong(UNSPECIFIED);
        writeBlock(SECTION_HEADER, section);
        ByteBuffer description = ByteBuffer.allocate(20);
        description.putShort(LINKTYPE_RAW).putShort((short) 0).putInt(0); // reserved; no limit on a packet's length
        putOption(description, IF_TSRESOL, NANOSECONDS);
        writeBlock(INTERFACE_DESCRIPTION, description);
    }

    /** Writes the packet at {@code packet[offset .. offset+length)}; {@code nanos} since 1970, or since any zero. */
    public void packet(long nanos, byte[] packet, int offset, int length) throws IOException {
        packet(nanos, packet, offset, length, "");
    }

    /**
     * Writes a packet with a comment, which Wireshark shows and tcpdump ignores; an empty one is left out.
     *
     * @throws IllegalArgumentException if the comment is longer than 65535 octets of UTF-8
     */
    public void packet(long nanos, byte[] packet, int offset, int length, String comment) throws IOException {
        packet(nanos, packet, offset, length, length, comment);
    }

    /** Writes what was captured of a packet that was {@code wireLength} octets long. */
    public void packet(long nanos, byte[] packet, int offset, int length, int wireLength, String comment)
            throws IOException {
        byte[] text = comment.getBytes(UTF_8);
        if (text.length > MAX_COMMENT) {
            throw new IllegalArgumentException("a comment of " + text.length + " octets; at most " + MAX_COMMENT);
        }
        int options = text.length == 0 ? 0 : 4 + padded(text.length) + 4;
        ByteBuffer block = ByteBuffer.allocate(20 + padded(length) + options);
        block.putInt(0); // the interface
        block.putLong(nanos);
        block.putInt(length).putInt(wireLength); // captured; on the wire
        block.put(packet, offset, length).position(20 + padded(length));
        if (text.length > 0) {
            putOption(block, OPT_COMMENT, text);
        }
        writeBlock(ENHANCED_PACKET, block);
    }

    /** The comment that says why: {@code ACCEPT_QUEUE_FULL: accept queue full: ... [ListenOverflows ListenDrops]}. */
    public static String comment(Rule rule) {
        String counts = Arrays.stream(rule.counts()).map(Counter::name).collect(Collectors.joining(" "));
        return rule.name() + ": " + rule.sentence() + (counts.isEmpty() ? "" : " [" + counts + "]");
    }

    /** An option is padded to 32 bits, and the list ends with opt_endofopt, which is all zeros. */
    private static void putOption(ByteBuffer block, short code, byte... value) {
        block.putShort(code).putShort((short) value.length).put(value);
        block.position(padded(block.position())).putInt(0);
    }

    /** Type, length, body, length again: a block can be stepped over from both ends. */
    private void writeBlock(int type, ByteBuffer body) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(body.capacity() + 12);
        block.putInt(type).putInt(block.capacity()).put(body.clear()).putInt(block.capacity());
        out.write(block.array());
    }

    private static int padded(int length) {
        return length + 3 & ~3;
    }

    /** Pushes out what {@code out} may have buffered: readers see all packets so far. */
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
