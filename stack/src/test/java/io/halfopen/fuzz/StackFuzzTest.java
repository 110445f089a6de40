package io.halfopen.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Packets, calls and time in any order: {@link StackUnderFuzz} says what must hold. */
class StackFuzzTest {
    @FuzzTest(maxDuration = "20s")
    void anythingInAnyOrder(byte[] script) {
        new StackUnderFuzz(script).run();
    }
}
