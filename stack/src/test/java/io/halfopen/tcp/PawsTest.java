package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Segments whose timestamps are older than the latest: RFC 7323, section 5, with Linux 6.18's exceptions, as measured. */
class PawsTest {
    private static Peer connected(Scene scene) {
        Peer peer = scene.peer();
        scene.listener(5);
        peer.inject("S 0:0(0) win 65535 <mss 1460,sackOK,TS val 1000 ecr 0>");
        peer.next();
        peer.inject(". 1:1(0) ack 1 win 65535 <nop,nop,TS val 1000 ecr 0>");
        peer.inject("P. 1:6(5) ack 1 win 65535 <nop,nop,TS val 1000 ecr 0>");
        peer.next();
        peer.inject(". 6:6(0) ack 1 win 65535 <nop,nop,TS val 1000 ecr 0>");
        return peer;
    }

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource(delimiter = '|', textBlock = """
                    P. 6:9(3) ack 1 win 65535  | 999  | DATA_ACCEPTED  | . 1:1(0) ack 9 |
                    P. 6:9(3) ack 1 win 65535  | 998  | PAWS_REJECTED  | . 1:1(0) ack 6 | PAWSEstab+1
                    P. 6:9(3) ack 1 win 65535  | -89000 | PAWS_REJECTED | . 1:1(0) ack 6 | PAWSEstab+1
                    . 6:6(0) ack 1 win 65535   | 900  | ACK_ACCEPTED   |                |
                    . 6:6(0) ack 1 win 65535   | 0    | PAWS_REJECTED  | . 1:1(0) ack 6 | PAWSEstab+1
                    . 6:6(0) ack 1 win 0       | 998  | PAWS_REJECTED  | . 1:1(0) ack 6 | PAWSEstab+1
                    . 9:9(0) ack 1 win 65535   | 998  | PAWS_REJECTED  | . 1:1(0) ack 6 | PAWSEstab+1
                    . 5:5(0) ack 1 win 65535   | 998  | PAWS_OLD_ACK   |                | PAWSOldAck+1
                    . 1:1(0) ack 1 win 65535   | -89000 | PAWS_OLD_ACK |                | PAWSOldAck+1
                    F. 6:6(0) ack 1 win 65535  | 998  | PAWS_REJECTED  | . 1:1(0) ack 6 | PAWSEstab+1
                    S 0:0(0) win 65535         | 998  | SYN_CHALLENGED | . 1:1(0) ack 6 | InErrs+1 TCPChallengeACK+1 TCPSYNChallenge+1
                    R 9:9(0) win 65535         | 998  | RST_CHALLENGED | . 1:1(0) ack 6 | TCPChallengeACK+1
                    """)
    void isJudgedByWhatItIs(String segment, int stamp, Rule rule, @Nullable String reply, @Nullable String counted) {
        Scene scene = new Scene();
        Peer peer = connected(scene);
        assertThat(peer.inject(segment + " <nop,nop,TS val " + stamp + " ecr 0>"))
                .isEqualTo(rule);
        assertThat(scene.changes()).isEqualTo(counted == null ? "" : counted);
        peer.expectOnly(reply);
    }

    @Test
    void aResetNeedsNoTimestamp() {
        Scene scene = new Scene();
        assertThat(connected(scene).inject("R 6:6(0) win 0 <nop,nop,TS val 0 ecr 0>"))
                .isEqualTo(Rule.RST_ACCEPTED);
    }

    @Test
    void aPeerWhoseTimestampWas0MayStartAnywhere() {
        Scene scene = new Scene();
        scene.listener(5);
        Peer peer = scene.peer();
        peer.inject("S 0:0(0) win 65535 <mss 1460,sackOK,TS val 0 ecr 0>");
        peer.next();
        peer.inject(". 1:1(0) ack 1 win 65535 <nop,nop,TS val -5 ecr 0>");
        assertThat(scene.rule()).isEqualTo(Rule.FINAL_ACK_ACCEPTED);
    }

    @ParameterizedTest
    @CsvSource({". 5:5(0) ack 1 win 65535", "S 0:0(0) win 65535"})
    void linux3AnswersAllAlike(String segment) {
        Scene scene = new Scene(Kernel.LINUX_3_10);
        Peer peer = connected(scene);
        assertThat(peer.inject(segment + " <nop,nop,TS val 900 ecr 0>")).isEqualTo(Rule.PAWS_REJECTED);
        peer.expect(". 1:1(0) ack 6");
    }
}
