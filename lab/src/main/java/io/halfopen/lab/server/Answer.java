package io.halfopen.lab.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What a server writes: some pieces, each with one write(), then octets counting up from 0 to 255 and around.
 *
 * @param filler how many of those, written as much as fits at a time
 */
public record Answer(List<byte[]> pieces, long filler) {
    private static final int PERIOD = 256;
    private static final int LARGE_WRITE = 1 << 16;

    /** Octets counting up, from any of the first on a large write full of them. */
    static final byte[] FILLER = new byte[LARGE_WRITE + PERIOD];

    static {
        for (int i = 0; i < FILLER.length; i++) {
            FILLER[i] = (byte) i;
        }
    }

    private static final byte[] HELLO = "Hello World!\n".getBytes(StandardCharsets.US_ASCII);

    /** Pieces of these sizes, all zeros. */
    public static Answer ofSizes(List<Integer> sizes) {
        return new Answer(sizes.stream().map(byte[]::new).toList(), 0);
    }

    /** What the article's HTTP server says: 117 octets of header in one write and 13 of body in another. */
    public static Answer hello() {
        return new Answer(List.of(header("close", HELLO.length), HELLO), 0);
    }

    /** The same header before a body of that many octets. */
    public static Answer ofBody(long length) {
        return new Answer(List.of(header("close", length)), length);
    }

    /** The same for a client that may ask again. In one write: the rest of two would wait for the ACK of the first. */
    public static Answer keptHello() {
        byte[] header = header("keep-alive", HELLO.length);
        byte[] both = Arrays.copyOf(header, header.length + HELLO.length);
        System.arraycopy(HELLO, 0, both, header.length, HELLO.length);
        return new Answer(List.of(both), 0);
    }

    public static Answer keptOfBody(long length) {
        return new Answer(List.of(header("keep-alive", length)), length);
    }

    /** The article's server writes these words, an empty content type included. */
    private static byte[] header(String connection, long length) {
        String text = String.join(
                "\r\n",
                "HTTP/1.1 200 success",
                "Server: NBS/1.0",
                "Accept-range: bytes",
                "Connection: " + connection,
                "Content-type: ",
                "Content-length: " + length,
                "",
                "");
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Where in {@link #FILLER} the octets are that come after so many. */
    static int fillerOffset(long position) {
        return (int) (position % PERIOD);
    }

    /** How many octets come after so many, at most a large write's. */
    int fillerLength(long position) {
        return (int) Math.min(FILLER.length - PERIOD, filler - position);
    }

    @Override
    public String toString() {
        return Arrays.toString(pieces.stream().mapToInt(piece -> piece.length).toArray()) + " + " + filler;
    }
}
