package io.halfopen.app.explain;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any bytes as a capture file. */
class CaptureFuzzTest {
    @FuzzTest(maxDuration = "10s")
    void anyBytesAreExplainedOrRefused(byte[] bytes) throws Exception {
        AnyCapture.explain(bytes);
    }
}
