package io.halfopen.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Kernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the runner says of scripts that expect the wrong thing, and how time passes. */
class RunnerTest {
    private static final String LISTEN = """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            """;

    private static final String HANDSHAKE = LISTEN + """
            +0 < S 0:0(0) win 65535 <mss 1460>
            +0 > S. 0:0(0) ack 1 <mss 1460>
            +0 < . 1:1(0) ack 1 win 65535
            +0 accept(3, ..., ...) = 4
            """;

    private static Outcome run(String script) throws ScriptException {
        return Drill.onStack(Script.parse("x.pkt", script), Settings.none(), Kernel.LINUX_6_18, false);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            +0 > S. 0:0(0) ack 2           | ack is 1, not 2; expected at 0 > S. 0:0(0) ack 2; sent at 0 > S. 0:0(0) ack 1 <mss 1460>
            +0 > SE. 0:0(0) ack 1          | the flags differ; expected at 0 > SE. 0:0(0) ack 1; sent at 0 > S. 0:0(0) ack 1 <mss 1460>
            +0 > S. 0:0(0) ack 1           | the options differ; expected at 0 > S. 0:0(0) ack 1; sent at 0 > S. 0:0(0) ack 1 <mss 1460>
            +0 > S. 0:0(0) ack 1 win 1     | window is 64240, not 1; expected at 0 > S. 0:0(0) ack 1 win 1; sent at 0 > S. 0:0(0) ack 1 win 64240 <mss 1460>
            +0 > [ect0] S. 0:0(0) ack 1    | ECN differs; expected at 0 > [ect0] S. 0:0(0) ack 1; sent at 0 > [noecn] S. 0:0(0) ack 1 <mss 1460>
            +.1 > S. 0:0(0) ack 1 <...>    | sent too early; expected at 0.1 > S. 0:0(0) ack 1 <...>; sent at 0 > S. 0:0(0) ack 1 <mss 1460>
            +0 > S. 0:0(0) ack 1 <ECN e1b 1 ceb 0 e0b 16777215,nop> | the options differ; expected at 0 > S. 0:0(0) ack 1 <ECN e1b 1 ceb 0 e0b 16777215,nop>; sent at 0 > S. 0:0(0) ack 1 <mss 1460>
            +0 %{ assert PassiveOpens == 1 }% | assert PassiveOpens == 1: PassiveOpens is 0
            +0 accept(3, ..., ...) = 4     | accept() blocks: where that is meant, write 0...1 before it
            +0 close(9) = 0                | the script has no descriptor 9 now
            +0 listen(3, 1) = -1 EINVAL (x) | listen() returned 0, not -1 EINVAL
            +0 bind(3, ..., ...) = 0       | bind() returned -1 EINVAL, not 0
            """)
    void aFailureNamesItsLineAndWhatWasThere(String line, String why) throws ScriptException {
        Outcome outcome = run(LISTEN + "+0 < S 0:0(0) win 65535 <mss 1460>\n" + line);
        assertThat(outcome).hasToString("FAIL x.pkt:5: " + why);
    }

    @Test
    void whatCameLaterIsSaidWithItsTime() throws ScriptException {
        Outcome outcome =
                run(LISTEN + "+0 < S 0:0(0) win 65535\n+0 > S. 0:0(0) ack 1 <...>\n+.5 > S. 0:0(0) ack 1 <...>");
        assertThat(outcome)
                .hasToString("FAIL x.pkt:6: nothing was sent in time; expected at 0.5 > S. 0:0(0) ack 1 <...>;"
                        + " sent at 1 > S. 0:0(0) ack 1 <mss 1460>");
    }

    @Test
    void whatNeverComesIsSaid() throws ScriptException {
        assertThat(run(HANDSHAKE + "+0 > . 1:1(0) ack 1"))
                .hasToString("FAIL x.pkt:8: nothing was sent; expected at 0 > . 1:1(0) ack 1");
    }

    @Test
    void aCallThatBlocksReturnsWhenItCan() throws ScriptException {
        String blocked = HANDSHAKE + "+0...0.3 read(4, ..., 100) = 5\n+.3 < P. 1:6(5) ack 1 win 65535\n";
        assertThat(run(blocked)).hasToString("PASS x.pkt");
        assertThat(run(blocked.replace("+.3", "+.2")))
                .hasToString("FAIL x.pkt:8: the call returned at 0.2, and should at 0.3");
        assertThat(run(blocked.replace("+.3", "+.4")))
                .hasToString("FAIL x.pkt:8: the call still blocks at 0.304, and should have returned at 0.3");
    }

    @Test
    void pollWaitsItsTimeout() throws ScriptException {
        assertThat(run(LISTEN + "+0...0.1 poll([{fd=3, events=POLLIN, revents=0}], 1, 100) = 0"))
                .hasToString("PASS x.pkt");
    }

    @Test
    void aConnectThatBlocksIsOverWithTheSynAck() throws ScriptException {
        assertThat(run("""
                                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                                +0...0.1 connect(3, ..., ...) = 0
                                +0 > S 0:0(0) <...>
                                +.1 < S. 0:0(0) ack 1 win 65535 <mss 1460>
                                +0 > . 1:1(0) ack 1
                                """)).hasToString("PASS x.pkt");
    }

    @Test
    void edgesAreReportedOnce() throws ScriptException {
        assertThat(run(HANDSHAKE + """
                                        +0 epoll_create(1) = 5
                                        +0 epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, fd=4}) = 0
                                        +0 epoll_wait(5, {events=0, ptr=0}, 1, 0) = 0
                                        +0 < P. 1:6(5) ack 1 win 65535
                                        +0 > . 1:1(0) ack 6
                                        +0 epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0) = 1
                                        +0 epoll_wait(5, {events=0, ptr=0}, 1, 0) = 0
                                        """)).hasToString("PASS x.pkt");
    }

    @Test
    void variablesAndPrintsOfChecks() throws ScriptException {
        Outcome outcome = run(HANDSHAKE + """
                        +0 %{
                        # a comment
                        half = tcpi_snd_mss // 2
                        assert half == 730 and (half
                             < tcpi_snd_mss), half
                        assert 1 < 2 < 3 and not 3 < 2 < 1; assert min(3, max(1, 2)) ** 2 == 4 or False
                        print(half, "is half")
                        }%
                        """);
        assertThat(outcome).hasToString("PASS x.pkt");
        assertThat(outcome.notes()).isEqualTo("print(half, \"is half\"): 730\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            +0 `rm -rf /`                                    | the command `rm -rf /`, without --allow-shell, is not supported
            +0 `sysctl -q net.ipv4.nope=1`                   | the sysctl net.ipv4.nope on the stack is not supported
            +0 setsockopt(4, SOL_TCP, TCP_REPAIR, [1], 4) = 0 | the socket option TCP_REPAIR on the stack is not supported
            +0 send(4, ..., 10, MSG_CONFIRM) = 10            | MSG_CONFIRM on the stack is not supported
            +0 sendto(4, ..., 10, MSG_CONFIRM, ..., ...) = 10 | MSG_CONFIRM on the stack is not supported
            +0 sendto(4, ..., 10, 536872960, ..., ...) = 10  | MSG_CONFIRM on the stack is not supported
            +0 sendmsg(4, {msg_iov(1)=[{..., 9}], msg_control=[]}, 0) = 9 | msg_control of sendmsg() is not supported
            +0 cap_set(1) = 0                                | cap_set() is not supported
            +0 %{ assert tcpi_nope == 0 }%                   | tcpi_nope is not supported
            """)
    void whatTheStackHasNotSkipsTheScript(String line, String what) throws ScriptException {
        assertThat(run(HANDSHAKE + line)).hasToString("SKIP x.pkt:8: " + what);
    }

    @Test
    void flowsWithPortsHaveTheirOwnNumbers() throws ScriptException {
        assertThat(run(LISTEN + """
                                        +0 < 192.0.2.7:1000>8080 S 5000:5000(0) win 65535 <mss 1460>
                                        +0 < 1001>8080 S 0:0(0) win 65535 <mss 1460>
                                        +0 > 8080>1001 S. 100:100(0) ack 1 <mss 1460>
                                        +0 > 8080>192.0.2.7:1000 S. 0:0(0) ack 5001 <mss 1460>
                                        +0 %{ assert unexpected_packets == 0 }%
                                        """)).hasToString("PASS x.pkt");
    }

    @Test
    void aSkippedCommandIsNamedAndItsLineToo() throws ScriptException {
        assertThat(run(LISTEN + "+0 `sysctl -q net.ipv4.tcp_sack=0\nip route flush cache`"))
                .hasToString(
                        "SKIP x.pkt:5: the command `ip route flush cache`, without --allow-shell, is not supported");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            nstat -x                                      | SKIP x.pkt:8: the command `nstat -x`, without --allow-shell, is not supported
            ^nstat; nstat | grep ListenDrops^             | FAIL x.pkt:8: nstat shows no ListenDrops that has grown
            ^grep " 0A " /proc/net/tcp | grep ":0050"^    | FAIL x.pkt:8: no line of /proc/net/tcp has ' 0A ' and ':0050'
            ^grep " 0A " /proc/net/tcp6^                  | FAIL x.pkt:8: no line of /proc/net/tcp6 has ' 0A '
            tc qdisc replace dev tun0 root fq             | SKIP x.pkt:8: the command `tc qdisc replace dev tun0 root fq`, without --allow-shell, is not supported
            ^tc qdisc add dev tun0 root pfifo limit 0; tc qdisc add dev tun0 root pfifo^ | SKIP x.pkt:8: the command `tc qdisc add dev tun0 root pfifo`, without --allow-shell, is not supported
            dd if=/etc/passwd of=x count=1                | SKIP x.pkt:8: the command `dd if=/etc/passwd of=x count=1`, without --allow-shell, is not supported
            dd if=/dev/zero of=x bs=999999 count=999      | SKIP x.pkt:8: a file of 998999001 octets is not supported
            ethtool -K tun0 tso on                        | SKIP x.pkt:8: the command `ethtool -K tun0 tso on`, without --allow-shell, is not supported
            echo 1 > /sys/module/tcp_cubic/parameters/hystart_detect | SKIP x.pkt:8: hystart_detect 1 is not supported
            ^nstat -x || grep 0A /etc/passwd^             | SKIP x.pkt:8: the command `grep 0A /etc/passwd`, without --allow-shell, is not supported
            """)
    void commandsThatLookAtTheMachine(String command, String what) throws ScriptException {
        assertThat(run(HANDSHAKE + "+0 `" + command + "`")).hasToString(what);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            msg_flags=MSG_TRUNC, msg_control=[]       | msg_flags is 0, not MSG_TRUNC
            msg_flags=0, msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=1}] | msg_control is [TCP_CM_INQ 5], not [TCP_CM_INQ 1]
            msg_flags=0, msg_control=[]               | msg_control is [TCP_CM_INQ 5], not []
            msg_flags=0, msg_control=5                | recvmsg(): msg_control is [...], not 5
            msg_flags=0, msg_control=[5]              | expected {cmsg_level=..., cmsg_type=..., cmsg_data=...}, not 5
            """)
    void whatRecvmsgTellsBesideTheOctets(String message, String what) throws ScriptException {
        String script = HANDSHAKE + """
                +0 setsockopt(4, SOL_TCP, TCP_INQ, [1], 4) = 0
                +0 < P. 1:11(10) ack 1 win 65535
                +0 recvmsg(4, {msg_iov(1)=[{..., 5}],""";
        assertThat(run(script + " " + message + "}, 0) = 5")).hasToString("FAIL x.pkt:10: " + what);
    }

    @Test
    void whoIsAtBothEnds() throws ScriptException {
        String named = HANDSHAKE + """
                +0 getsockname(4, {sa_family = AF_INET, sin_port = htons(8080), sin_addr = inet_addr("192.168.0.1")}, ...) = 0
                +0 getpeername(4, {sa_family = AF_INET, sin_port = htons(50001), sin_addr = inet_addr("192.0.2.1")}, ...) = 0
                +0 getpeername(3, ..., ...) = -1 ENOTCONN (x)
                """;
        assertThat(run(named)).hasToString("PASS x.pkt");
        assertThat(run(named.replace("50001", "50002")))
                .hasToString("FAIL x.pkt:9: getpeername() says 192.0.2.1 port 50001, not 192.0.2.1 port 50002");
    }

    @Test
    void aConnectionThatWasResetHasNoPeer() throws ScriptException {
        String reset = HANDSHAKE.replace("+0 accept", "+0 < R. 1:1(0) ack 1 win 0\n+0 accept");
        assertThat(run(reset + "+0 getpeername(4, ..., ...) = -1 ENOTCONN (x)")).hasToString("PASS x.pkt");
    }

    @Test
    void numbersInShellsParentheses() throws ScriptException {
        assertThat(run("`sysctl -q net.ipv4.tcp_rmem=\"4096 131072 $((4*1024*1024 + 2**3))\"`\n" + LISTEN))
                .hasToString("PASS x.pkt");
        assertThat(run("`sysctl -q net.core.somaxconn=$((1 + $x))`\n" + LISTEN).status())
                .isNotEqualTo(Outcome.Status.PASS);
    }

    @Test
    void pythonsFormats() throws ScriptException {
        assertThat(run(HANDSHAKE + """
                        +0 %{ assert tcpi_rto > 0, 'rtt is %d, rto %d' % (tcpi_rtt, tcpi_rto) }%
                        +0 %{ assert tcpi_rto > 0, 'rto %d' % (tcpi_rto + 1) * 2 }%
                        +0 %{ print('%d and %d' % (tcpi_snd_cwnd, 7)) }%
                        """)).hasToString("PASS x.pkt");
    }

    @Test
    void aDefinitionInAnIcmpMessage() throws ScriptException {
        assertThat(run("""
                --define=WHY=host_unreachable
                --define=WHAT=unreachable
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
                +0 connect(3, ..., ...) = -1 EINPROGRESS (x)
                +0 > S 0:0(0) <...>
                +.01 < icmp WHAT WHY [0:0(0)]
                +0 getsockopt(3, SOL_SOCKET, SO_ERROR, [EHOSTUNREACH], [4]) = 0
                """)).hasToString("PASS x.pkt");
    }

    @Test
    void itTakesTimeToWriteUnlessTimesAreExact() throws ScriptException {
        String script = HANDSHAKE + """
                +0 write(4, ..., 1460) = 1460
                +0 write(4, ..., 1460) = 1460
                +0 > P. 1:1461(1460) ack 1
                +0 > F. 1461:2921(1460) ack 1
                """;
        assertThat(run(script)).asString().contains("; sent at 0.000001 > P. 1461:2921(1460)");
        assertThat(run("--tolerance_usecs=0\n" + script)).asString().contains("; sent at 0 > P. 1461:2921(1460)");
    }

    /** packetdrill maps the number anew, too; the older socket goes on without one. */
    @Test
    void theSameDescriptorTwiceIsTheNewerOne() throws ScriptException {
        assertThat(run(HANDSHAKE + """
                                        +0 < 1001>8080 S 0:0(0) win 65535
                                        +0 > 8080>1001 S. 0:0(0) ack 1 <mss 1460>
                                        +0 < 1001>8080 . 1:1(0) ack 1 win 65535
                                        +0 accept(3, ..., ...) = 4
                                        +0 write(4, ..., 10) = 10
                                        +0 > 8080>1001 P. 1:11(10) ack 1
                                        +0 %{ assert unexpected_packets == 0 }%
                                        """)).hasToString("PASS x.pkt");
    }

    /** A socket whose connect() waits for its first write, and one that repeats its SYN meanwhile. */
    @Test
    void aSynBelongsToTheSocketThatSendsIt() throws ScriptException {
        assertThat(run("""
                `sysctl -q net.ipv4.tcp_fastopen=0x5`
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
                +0 setsockopt(3, SOL_TCP, TCP_FASTOPEN_CONNECT, [1], 4) = 0
                +0 connect(3, ..., ...) = 0
                +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 4
                +0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0
                +0 connect(4, ..., ...) = -1 EINPROGRESS (x)
                +0 > S 0:0(0) <...>
                +.9 socket(..., SOCK_STREAM, IPPROTO_TCP) = 5
                +0 fcntl(5, F_SETFL, O_RDWR|O_NONBLOCK) = 0
                +.2 sendto(5, ..., 200, MSG_FASTOPEN, ..., ...) = 200
                +0 > S 0:200(200) <...>
                """)).hasToString("PASS x.pkt");
    }

    /** As on a kernel whose thread sleeps in the call: its data carries the ACK (sk_write_pending). */
    @Test
    void whatSleepsInWriteUntilTheHandshakeIsDoneCarriesItsAck() throws ScriptException {
        assertThat(run("""
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
                +0 connect(3, ..., ...) = -1 EINPROGRESS (x)
                +0 > S 0:0(0) <...>
                +0 fcntl(3, F_SETFL, O_RDWR) = 0
                +0...0.05 write(3, ..., 500) = 500
                +.05 < S. 0:0(0) ack 1 win 32768 <mss 1460,nop,nop,sackOK>
                +0 > P. 1:501(500) ack 1
                """)).hasToString("PASS x.pkt");
        assertThat(run("""
                `sysctl -q net.ipv4.tcp_fastopen=0x5 net.ipv4.tcp_timestamps=0`
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0...0.05 sendto(3, ..., 1900, MSG_FASTOPEN, ..., ...) = 1900
                +0 > S 0:1420(1420) <...>
                +.05 < S. 0:0(0) ack 1421 win 32768 <mss 1460,nop,nop,sackOK>
                +0 > P. 1421:1901(480) ack 1
                """)).hasToString("PASS x.pkt");
    }

    /** Who has given up waiting (SO_SNDTIMEO) sends nothing that could carry it. */
    @Test
    void whoSleepsNoLongerLeavesTheAckAlone() throws ScriptException {
        assertThat(run("""
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0 setsockopt(3, SOL_SOCKET, SO_SNDTIMEO, {tv_sec=0, tv_usec=20000}, 16) = 0
                +0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
                +0 connect(3, ..., ...) = -1 EINPROGRESS (x)
                +0 > S 0:0(0) <...>
                +0 fcntl(3, F_SETFL, O_RDWR) = 0
                +0...0.02 write(3, ..., 500) = -1 EAGAIN (x)
                +.03 < S. 0:0(0) ack 1 win 32768 <mss 1460,nop,nop,sackOK>
                +0 > . 1:1(0) ack 1
                """)).hasToString("PASS x.pkt");
    }

    /** As if by another thread: the kernel's connect() is woken by it, and says so. */
    @Test
    void aCallAtTheTimeAtWhichAnotherShouldReturn() throws ScriptException {
        String script = """
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0...0.5 connect(3, ..., ...) = -1 ECONNRESET (x)
                +0 > S 0:0(0) <...>
                +.5 shutdown(3, SHUT_RDWR) = 0
                """;
        assertThat(run(script)).hasToString("PASS x.pkt");
        assertThat(run(script.replace("+.5", "+.4")))
                .hasToString("FAIL x.pkt:2: the call still blocks at 0.504, and should have returned at 0.5");
    }

    /** 127.0.0.1 is there without being asked for. */
    @Test
    void loopback() throws ScriptException {
        String address = "{sa_family = AF_INET, sin_port = htons(99), sin_addr = inet_addr(\"127.0.0.1\")}";
        assertThat(run("""
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0 bind(3, ADDRESS, ...) = 0
                +0 listen(3, 1) = 0
                +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 4
                +0 connect(4, ADDRESS, ...) = 0
                +0 accept(3, ..., ...) = 5
                +0 getpeername(4, ADDRESS, ...) = 0
                +0 %{ assert unexpected_packets == 0 }%
                """.replace("ADDRESS", address))).hasToString("PASS x.pkt");
    }

    @Test
    void whatWasSentIsToldWhereThatIsAsked() throws ScriptException {
        Settings verbose = new Settings.Builder().set("verbose", null).build();
        String script = HANDSHAKE + "+0 write(4, ..., 10) = 10\n";
        Outcome outcome = Drill.onStack(Script.parse("x.pkt", script), verbose, Kernel.LINUX_6_18, false);
        assertThat(outcome.notes())
                .startsWith("at 0 > 8080>50001 S. 0:0(0) ack 1 win 64240 <mss 1460>\n")
                .containsPattern(
                        "not expected, with the wire's numbers: at 0 > 8080>50001 P\\. \\d+:\\d+\\(10\\) ack 1 ");
        assertThat(run(script).notes()).isEmpty();
    }

    @Test
    void overIpv6() throws ScriptException {
        assertThat(run("--ip_version=ipv6\n" + HANDSHAKE.replace("mss 1460>\n+0 < .", "mss 1440>\n+0 < .")))
                .hasToString("PASS x.pkt");
    }
}
