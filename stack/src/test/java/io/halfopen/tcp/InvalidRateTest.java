package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** tcp_invalid_ratelimit: two ends that disagree must not answer each other for ever. */
class InvalidRateTest {
    private final Scene scene = new Scene();
    private final Peer peer = scene.peer();
    private int fd;

    @BeforeEach
    void connect() {
        int listener = scene.listener(1);
        peer.inject("S 0:0(0) win 65535 <mss 1460>");
        peer.expect("S. 0:0(0) ack 1");
        peer.inject(". 1:1(0) ack 1 win 65535");
        fd = scene.accept(listener);
    }

    @Test
    void theSecondChallengeWithin500MsIsNotSent() {
        assertThat(peer.inject(". 1:1(0) ack 5000")).isEqualTo(Rule.ACK_OF_UNSENT);
        peer.expect(". 1:1(0) ack 1");
        assertThat(peer.inject(". 1:1(0) ack 5000")).isEqualTo(Rule.CHALLENGE_SKIPPED);
        assertThat(peer.inject("S 0:0(0) win 65535")).isEqualTo(Rule.SYN_CHALLENGE_SKIPPED);
        scene.expectNothing();
        assertThat(scene.stack.counter(Counter.TCPACKSkippedChallenge)).isEqualTo(2);
        scene.at("0.5s");
        assertThat(peer.inject(". 1:1(0) ack 5000")).isEqualTo(Rule.ACK_OF_UNSENT);
        peer.expect(". 1:1(0) ack 1");
    }

    @Test
    void anEmptySegmentOutsideTheWindowIsAnsweredOnceIn500MsButDataAlways() {
        assertThat(peer.inject(". 900000:900000(0) ack 1")).isEqualTo(Rule.BEYOND_WINDOW);
        peer.expect(". 1:1(0) ack 1");
        assertThat(peer.inject(". 900000:900000(0) ack 1")).isEqualTo(Rule.BEYOND_WINDOW_SKIPPED);
        scene.expectNothing();
        assertThat(scene.stack.counter(Counter.TCPACKSkippedSeq)).isEqualTo(1);
        assertThat(peer.inject(". 0:0(0) ack 1")).isEqualTo(Rule.OUT_OF_WINDOW_SKIPPED);
        peer.inject("P. 900000:900010(10) ack 1");
        peer.expect(". 1:1(0) ack 1");
    }

    @Test
    void anOldTimestampIsAnsweredOnceIn500Ms() {
        Peer stamped = scene.peer();
        stamped.inject("S 0:0(0) win 65535 <mss 1460,sackOK,TS val 1000 ecr 0>");
        stamped.expect("S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS val 0 ecr 1000>");
        stamped.inject(". 1:1(0) ack 1 win 65535 <TS val 1000 ecr 0>");
        assertThat(stamped.inject(". 1:1(0) ack 1 win 65535 <TS val 500 ecr 0>"))
                .isEqualTo(Rule.PAWS_REJECTED);
        stamped.expect(". 1:1(0) ack 1 win 65160 <nop,nop,TS val 0 ecr 1000>");
        assertThat(stamped.inject(". 1:1(0) ack 1 win 65535 <TS val 500 ecr 0>"))
                .isEqualTo(Rule.PAWS_SKIPPED);
        scene.expectNothing();
        assertThat(scene.stack.counter(Counter.TCPACKSkippedPAWS)).isEqualTo(1);
    }

    @Test
    void soItIsInTimeWait() {
        scene.close(fd);
        peer.expect("F. 1:1(0) ack 1");
        peer.inject("F. 1:1(0) ack 2");
        peer.expect(". 2:2(0) ack 2");
        assertThat(peer.inject(". 0:0(0) ack 2")).isEqualTo(Rule.TIME_WAIT_ACKED);
        peer.expect(". 2:2(0) ack 2");
        assertThat(peer.inject(". 0:0(0) ack 2")).isEqualTo(Rule.TIME_WAIT_SKIPPED);
        scene.expectNothing();
        assertThat(scene.stack.counter(Counter.TCPACKSkippedTimeWait)).isEqualTo(1);
    }

    @Test
    void zeroMeansNoLimit() {
        scene.stack.sysctls().set(Sysctl.tcp_invalid_ratelimit, 0);
        for (int i = 0; i < 3; i++) {
            assertThat(peer.inject(". 1:1(0) ack 5000")).isEqualTo(Rule.ACK_OF_UNSENT);
            peer.expect(". 1:1(0) ack 1");
        }
        assertThat(scene.stack.poll(fd)).isNotNegative();
    }

    // ---- tcp_challenge_ack_limit: of the whole host, in each second

    private int answersOf(int count, String segment) {
        scene.set(Sysctl.tcp_invalid_ratelimit, 0);
        int answers = 0;
        for (int i = 0; i < count; i++) {
            Rule rule = peer.inject(segment);
            answers += rule == Rule.CHALLENGE_LIMITED || rule == Rule.SYN_CHALLENGE_LIMITED ? 0 : 1;
        }
        assertThat(peer.times().split(" ", -1)).as("sent").hasSize(Math.max(1, answers));
        return answers;
    }

    /** Half as many to half as many more, so that nobody can count the host's other connections off (6.18: 2 to 5). */
    @ParameterizedTest
    @ValueSource(strings = {"R 100:100(0)", "S 100:100(0)", ". 1:1(0) ack 90000"})
    void aSecondHasSoManyChallenges(String segment) {
        scene.set(Sysctl.tcp_challenge_ack_limit, 3);
        assertThat(answersOf(20, segment)).isBetween(2, 4);
        assertThat(answersOf(20, segment)).as("in the same second").isZero();
        scene.after("1s");
        assertThat(answersOf(20, segment)).isBetween(2, 4);
    }

    @Test
    void onlySynsAreCountedThen() {
        scene.set(Sysctl.tcp_challenge_ack_limit, 1);
        answersOf(5, "R 100:100(0)");
        peer.inject("R 100:100(0)");
        assertThat(scene.changes()).isEmpty();
        peer.inject("S 100:100(0)");
        assertThat(scene.changes()).isEqualTo("InErrs+1 TCPSYNChallenge+1");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, Integer.MAX_VALUE})
    void theDefaultAndZeroAreNoLimit(int tcp_challenge_ack_limit) {
        scene.set(Sysctl.tcp_challenge_ack_limit, tcp_challenge_ack_limit);
        assertThat(answersOf(200, "R 100:100(0)")).isEqualTo(200);
    }

    @Test
    void aHalfOpenTakesItsShare() {
        scene.set(Sysctl.tcp_challenge_ack_limit, 3);
        answersOf(20, "R 100:100(0)");
        Peer half = scene.peer();
        half.inject("S 0:0(0) win 65535 <mss 1460>");
        half.expect("S. 0:0(0) ack 1");
        assertThat(half.inject("R 100:100(0)")).isEqualTo(Rule.CHALLENGE_LIMITED);
        half.inject(". 900000:900000(0) ack 1");
        half.expectOnly(". 1:1(0) ack 1");
    }

    @Test
    void oldKernelsHadAHundred() {
        assertThat(Kernel.LINUX_3_10.challengeAcks(100, 7)).isEqualTo(100);
        assertThat(new Scene(Kernel.LINUX_3_10).stack.sysctls().get(Sysctl.tcp_challenge_ack_limit))
                .isEqualTo(100);
    }
}
