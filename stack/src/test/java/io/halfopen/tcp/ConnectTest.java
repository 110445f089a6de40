package io.halfopen.tcp;

import static io.halfopen.linux.Errno.EADDRNOTAVAIL;
import static io.halfopen.linux.Errno.EALREADY;
import static io.halfopen.linux.Errno.ECONNREFUSED;
import static io.halfopen.linux.Errno.EINPROGRESS;
import static io.halfopen.linux.Errno.EISCONN;
import static io.halfopen.linux.Errno.ETIMEDOUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Poll;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** connect(): when it sends its SYNs, what it takes for an answer, and what the caller is told. */
class ConnectTest {
    private static final String SYN_ACK = "S. 0:0(0) ack 1 win 65535 <mss 1460>";

    private final Scene scene = new Scene();
    private final Peer server = scene.peer("192.0.2.9", 9);
    private final int fd = scene.socket();

    private void connect() {
        assertThat(scene.connect(fd, server)).isEqualTo(-EINPROGRESS);
        server.expect("S 0:0(0) win 64240 <mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 10>");
    }

    /** Two limits, a number and a time, end it; TCP_SYNCNT 0 is "not set". */
    @ParameterizedTest
    @CsvSource(useHeadersInDisplayName = true, delimiter = '|', textBlock = """
                    retries | linear | SYNCNT | SYNs                                           | ETIMEDOUT
                    1       | 0      | 0      | 0 1                                            | 3
                    2       | 0      | 0      | 0 1 3                                          | 7
                    3       | 0      | 0      | 0 1 3 7                                        | 15
                    4       | 0      | 0      | 0 1 3 7 15                                     | 31
                    5       | 0      | 0      | 0 1 3 7 15 31                                  | 63
                    6       | 0      | 0      | 0 1 3 7 15 31 63                               | 127
                    1       | 4      | 0      | 0 1 2                                          | 3
                    2       | 4      | 0      | 0 1 2 3 4 5                                    | 7
                    3       | 4      | 0      | 0 1 2 3 4 5 7 11                               | 19
                    4       | 4      | 0      | 0 1 2 3 4 5 7 11 19                            | 35
                    5       | 4      | 0      | 0 1 2 3 4 5 7 11 19 35                         | 67
                    6       | 4      | 0      | 0 1 2 3 4 5 7 11 19 35 67                      | 131
                    4       | 1      | 0      | 0 1 2 4 8 16                                   | 32
                    4       | 2      | 0      | 0 1 2 3 5 9 17                                 | 33
                    6       | 10     | 0      | 0 1 2 3 4 5 6 7 8 9 10 11 13 17 25 41 73      | 137
                    6       | 0      | 2      | 0 1 3                                          | 7
                    """)
    void nobodyAnswers(int retries, int linear, int synCnt, String syns, int end) {
        scene.set(Sysctl.tcp_syn_retries, retries).set(Sysctl.tcp_syn_linear_timeouts, linear);
        if (synCnt > 0) {
            scene.stack.setsockopt(fd, SocketOption.TCP_SYNCNT, synCnt);
        }
        scene.connect(fd, server);
        scene.at(end - 0.001 + "s");
        assertThat(scene.stack.row(fd).state()).isEqualTo(TcpState.SYN_SENT);
        assertThat(scene.stack.poll(fd)).isZero();
        scene.at(end + "s");
        assertThat(scene.changes()).isEqualTo("AttemptFails+1 TCPTimeouts+1 TCPAbortOnTimeout+1");
        assertThat(server.times()).isEqualTo(syns);
        assertThat(scene.connect(fd, server)).isEqualTo(-ETIMEDOUT);
        assertThat(scene.stack.counted(Rule.SYN_RETRANSMITTED)).isEqualTo(syns.split(" ").length - 1);
        assertThat(scene.stack.counted(Rule.SYN_TIMED_OUT)).isEqualTo(1);
    }

    @Test
    void allSynsAreTheSameButForTheClock() {
        connect();
        assertThat(scene.changes()).isEqualTo("ActiveOpens+1");
        scene.at("1s");
        assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPTimeouts+1 TCPSynRetrans+1 TcpTimeoutRehash+1");
        server.expect("S 0:0(0) win 64240 <mss 1460,sackOK,TS val 1000 ecr 0,nop,wscale 10>");
        scene.at("2s");
        server.expect("S 0:0(0) win 64240 <mss 1460,sackOK,TS val 2000 ecr 0,nop,wscale 10>");
    }

    @Test
    void whileItGoesOnConnectSaysSoAndThenOnceThatItIsDone() {
        connect();
        assertThat(scene.connect(fd, server)).isEqualTo(-EALREADY);
        assertThat(scene.stack.poll(fd)).isZero();
        assertThat(server.inject(SYN_ACK)).isEqualTo(Rule.SYN_SENT_ESTABLISHED);
        server.expect(". 1:1(0) ack 1 win 64240 <>");
        assertThat(scene.stack.poll(fd)).isEqualTo(Poll.POLLOUT);
        assertThat(scene.connect(fd, server)).isZero();
        assertThat(scene.connect(fd, server)).isEqualTo(-EISCONN);
        scene.at("200s").expectNothing();
    }

    @Test
    void aResetIsConnectionRefusedAndTheSocketMayTryAgain() {
        connect();
        assertThat(server.inject("R. 0:0(0) ack 1")).isEqualTo(Rule.SYN_SENT_REFUSED);
        assertThat(scene.changes()).isEqualTo("AttemptFails+1");
        int ended = Poll.POLLIN | Poll.POLLOUT | Poll.POLLERR | Poll.POLLHUP | Poll.POLLRDHUP;
        assertThat(scene.stack.poll(fd)).isEqualTo(ended);
        assertThat(scene.connect(fd, server)).isEqualTo(-ECONNREFUSED);
        assertThat(scene.connect(fd, server)).isEqualTo(-EINPROGRESS);
        server.expect("S 0:0(0)");
        scene.expectNothing();
    }

    @Test
    void soErrorTakesTheErrorBeforeConnectCan() {
        connect();
        server.inject("R. 0:0(0) ack 1");
        assertThat(scene.stack.getsockopt(fd, SocketOption.SO_ERROR)).isEqualTo(ECONNREFUSED);
        assertThat(scene.stack.getsockopt(fd, SocketOption.SO_ERROR)).isZero();
    }

    /** An ACK of something else may come from an old connection: the SYN is sent again at once, two ticks later. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    S. 0:0(0) ack 2  | R 2:2(0) win 0 <>   | SYN_SENT_BAD_ACK
                    S. 0:0(0) ack 0  | R 0:0(0) win 0 <>   | SYN_SENT_BAD_ACK
                    . 0:0(0) ack 55  | R 55:55(0) win 0 <> | SYN_SENT_BAD_ACK
                    R. 0:0(0) ack 9  |                     | SYN_SENT_BAD_RST
                    """)
    void aWrongAckMakesTheSynGoOutAgainSoon(String segment, @Nullable String reply, Rule rule) {
        connect();
        scene.at("0.1s");
        assertThat(server.inject(segment)).isEqualTo(rule);
        assertThat(scene.changes()).isEqualTo(reply == null ? "" : "OutRsts+1");
        server.expectOnly(reply);
        scene.at("4s");
        assertThat(server.times()).isEqualTo("0.108 1.108 2.108 3.108");
        server.inject(SYN_ACK);
        assertThat(scene.connect(fd, server)).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    . 0:0(0) ack 1
                    F 0:0(0)
                    SR 0:0(0)
                    R 0:0(0)
                    F. 0:0(0) ack 1
                    - 0:0(0)
                    """)
    void whatIsNoAnswerIsIgnored(String segment) {
        connect();
        scene.at("0.1s");
        assertThat(server.inject(segment)).isEqualTo(Rule.SYN_SENT_IGNORED);
        assertThat(scene.changes()).isEmpty();
        scene.at("2s");
        assertThat(server.times()).isEqualTo("1 2");
    }

    @Test
    void aSynAckThatEchoesATimestampNeverSentIsReset() {
        connect();
        assertThat(server.inject("S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 500 ecr 12345,nop,wscale 7>"))
                .isEqualTo(Rule.SYN_SENT_BAD_ECHO);
        assertThat(scene.changes()).isEqualTo("OutRsts+1 PAWSActive+1");
        server.expect("R 1:1(0) win 0 <>");
        scene.at("1s");
        assertThat(server.times()).as("the SYN has its own time").isEqualTo("1");
    }

    @Test
    void dataInASynAckIsNotTaken() {
        connect();
        server.inject("S. 0:5(5) ack 1 win 65535 <mss 1460,sackOK,TS val 500 ecr 0,nop,wscale 7>");
        server.expectOnly(". 1:1(0) ack 1 win 63 <nop,nop,TS val 0 ecr 500>");
        assertThat(scene.read(fd)).isEqualTo("EAGAIN");
    }

    @Test
    void aSecondSynAckIsChallenged() {
        connect();
        server.inject(SYN_ACK);
        server.expect(". 1:1(0) ack 1");
        assertThat(server.inject(SYN_ACK)).isEqualTo(Rule.SYN_CHALLENGED);
        assertThat(scene.changes()).isEqualTo("InErrs+1 TCPChallengeACK+1 TCPSYNChallenge+1");
        server.expectOnly(". 1:1(0) ack 1");
    }

    @Test
    void takesEvenPortsTwoApartThenOddOnesThenNone() {
        scene.set(Sysctl.ip_local_port_range, 50000, 50009);
        Set<Integer> even = new HashSet<>();
        int last = -1;
        for (int i = 0; i < 5; i++) {
            int port = connectedPort(server);
            assertThat(port % 2).isZero();
            assertThat(last < 0 || port == last + 2 || port == 50000).isTrue();
            even.add(port);
            last = port;
        }
        assertThat(even).hasSize(5);
        for (int i = 0; i < 5; i++) {
            assertThat(connectedPort(server) % 2).isEqualTo(1);
        }
        assertThat(scene.connect(scene.socket(), server)).isEqualTo(-EADDRNOTAVAIL);
        assertThat(connectedPort(scene.peer("192.0.2.9", 10)))
                .as("another peer")
                .isBetween(50000, 50009);
    }

    private int connectedPort(Peer to) {
        int socket = scene.socket();
        assertThat(scene.connect(socket, to)).isEqualTo(-EINPROGRESS);
        return scene.stack.row(socket).localPort();
    }
}
