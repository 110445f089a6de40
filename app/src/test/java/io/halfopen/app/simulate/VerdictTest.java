package io.halfopen.app.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.SocketOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How one side may end, given how the other did: docs/simulate.md, "How a connection may end". */
class VerdictTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
                    closed       | closed       | true  | false | -
                    left         | ECONNRESET   | true  | false | -
                    ECONNRESET   | closed       | true  | false | reset, though the other side closed in order
                    EPIPE        | closed       | true  | false | reset, though the other side closed in order
                    ENOTCONN     | closed       | true  | false | reset, though the other side closed in order
                    ECONNRESET   | closed       | false | false | -
                    ECONNRESET   | left         | true  | false | -
                    ECONNRESET   | closed       | true  | true  | -
                    ETIMEDOUT    | closed       | true  | false | timed out on a path where hardly anything is lost
                    ETIMEDOUT    | left         | false | false | timed out on a path where hardly anything is lost
                    ETIMEDOUT    | closed       | true  | true  | -
                    ECONNREFUSED | open         | true  | true  | refused, though the other side accepted it
                    ECONNREFUSED | left         | false | false | -
                    stuck        | closed       | true  | false | waits for what the other side has done long ago
                    stuck        | stuck        | true  | true  | waits for what the other side has done long ago
                    stuck        | open         | true  | true  | waits for what the other side has done long ago
                    stuck        | ETIMEDOUT    | true  | true  | -
                    stuck        | left         | false | false | -
                    EHOSTUNREACH | closed       | true  | true  | an error without a reason: EHOSTUNREACH
                    """)
    void anEndNeedsAReason(String result, String partners, boolean orderly, boolean rough, @Nullable String fault) {
        assertThat(Verdict.faultOf(result, partners, orderly, rough)).isEqualTo(fault);
    }

    /** Octets that are written and how they are read; the buffer is the reader's own, or its listener's. */
    @ParameterizedTest
    @CsvSource({
        "16011, 29847, 36, 2102, 0, false",
        "16011, 29847, 36, 0, 2102, false",
        "16011, 29847, 36, 16384, 2102, true",
        "16011, 2000, 36, 16384, 0, false",
        "16011, 2000, 12, 16384, 0, true",
        "16011, 29847, 90, 0, 0, true"
    })
    void whoReadsForLongerThanAnOrphanRepeatsIsInItsWay(
            long octets, int piece, long every, int buffer, int inherited, boolean inTime) {
        Plan.Side writer = side(octets, 1000, 0, Map.of());
        Plan.Side reader = side(0, piece, every * 1_000_000_000L, buffer(buffer));

        assertThat(Verdict.isReadInTime(reader, writer, buffer(inherited))).isEqualTo(inTime);
    }

    private static Map<SocketOption, Integer> buffer(int octets) {
        return octets == 0 ? Map.of() : Map.of(SocketOption.SO_RCVBUF, octets);
    }

    private static Plan.Side side(long octets, int piece, long readEvery, Map<SocketOption, Integer> options) {
        return new Plan.Side(octets, piece, 0, readEvery, 0, Plan.Ending.ORDERLY, Long.MAX_VALUE, options);
    }
}
