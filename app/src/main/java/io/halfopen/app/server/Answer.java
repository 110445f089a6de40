package io.halfopen.app.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * What a server writes: some pieces, each with one write(), then octets counting up from 0 to 255 and around.
 *
 * @param filler how many of those, written as much as fits at a time
 */
public record Answer(List<byte[]> pieces, long filler) {
    private static final byte[] HELLO = "Hello World!\n".getBytes(StandardCharsets.US_ASCII);

    /** Pieces of these sizes, all zeros. */
    public static Answer ofSizes(List<Integer> sizes) {
        return new Answer(sizes.stream().map(byte[]::new).toList(), 0);
    }

    /** What the article's HTTP server says: 117 octets of header in one write and 13 of body in another. */
    public static Answer hello() {
        return new Answer(List.of(header(HELLO.length), HELLO), 0);
    }

    /** The same header before a body of that many octets. */
    public static Answer ofBody(long length) {
        return new Answer(Collections.singletonList(header(length)), length);
    }

    /** The article's server writes these words, an empty content type included. */
    private static byte[] header(long length) {
        String text = String.join(
                "\r\n",
                "HTTP/1.1 200 success",
                "Server: NBS/1.0",
                "Accept-range: bytes",
                "Connection: close",
                "Content-type: ",
                "Content-length: " + length,
                "",
                "");
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Fills a buffer with the octets of the filler that start at a position; returns how many there are. */
    int fill(byte[] buffer, long position) {
        int count = (int) Math.min(buffer.length, filler - position);
        for (int i = 0; i < count; i++) {
            buffer[i] = (byte) (position + i);
        }
        return count;
    }

    @Override
    public String toString() {
        return Arrays.toString(pieces.stream().mapToInt(piece -> piece.length).toArray()) + " + " + filler;
    }
}
