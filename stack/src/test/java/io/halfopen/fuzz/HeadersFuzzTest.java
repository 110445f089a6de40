package io.halfopen.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any bytes as a packet, with those of others before and behind. */
class HeadersFuzzTest {
    private static final int MARGIN = 7;

    @FuzzTest(maxDuration = "5s")
    void anyBytesAreRead(byte[] bytes) {
        byte[] buffer = new byte[bytes.length + 2 * MARGIN];
        System.arraycopy(bytes, 0, buffer, MARGIN, bytes.length);
        AnyBytes.read(buffer, MARGIN, bytes.length);
    }
}
