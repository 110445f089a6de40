package io.halfopen.compat;

import java.util.stream.IntStream;

/** What servers answer: so many octets, none of which is where its neighbour should be. */
final class Bodies {
    /** The largest that is asked for. */
    static final int MOST = 10 << 20;

    private static final int LARGE = 1 << 20;
    private static final int[] SMALL = {0, 1, 100, 1448, 1449, 8192, 65536};

    private static final byte[] ALL = new byte[MOST];

    static {
        for (int i = 0; i < MOST; i++) {
            ALL[i] = (byte) (i * 31 + (i >> 8) * 7 + (i >> 16));
        }
    }

    private Bodies() {}

    static byte[] of(int size) {
        return java.util.Arrays.copyOf(ALL, size);
    }

    /** What the path of a request asks for: {@code /n}. */
    static byte[] of(String path) {
        return of(Integer.parseInt(path.substring(1)));
    }

    /** Whether a body is what was asked for. */
    static boolean isRight(byte[] body, int size) {
        return body.length == size && java.util.Arrays.equals(body, 0, size, ALL, 0, size);
    }

    /** How large the body of the request with this number is: most are small, each thousandth is the largest. */
    static int size(int number) {
        if (number % 1000 == 500) {
            return MOST;
        }
        if (number % 100 == 50) {
            return LARGE;
        }
        return SMALL[number % SMALL.length];
    }

    /** All sizes that there are. */
    static IntStream sizes() {
        return IntStream.concat(IntStream.of(SMALL), IntStream.of(LARGE, MOST));
    }
}
