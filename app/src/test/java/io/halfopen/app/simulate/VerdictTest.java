package io.halfopen.app.simulate;

import static org.assertj.core.api.Assertions.assertThat;

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
}
