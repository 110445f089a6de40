package io.halfopen.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What packetdrill's grammar has, and what is said of what it has not. */
class ScriptParserTest {
    private static Event first(String line) throws ScriptException {
        return Script.parse("x.pkt", line).events().getFirst();
    }

    /** Packets print as they are read. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            S 0:0(0) win 65535 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>
            S. 0:0(0) ack 1 win 0 <...>
            . 1:1001(1000) ack 1 win 257
            FP. 1:1001(1000) ack 1 win 257 urg 5
            R 1:1(0) win 0
            - 1:1(0) win 0
            SEW 4294967295:0(1) win 65535
            [ect0] . 1:1(0) ack 1
            [tos 0x10] . 1:1(0) ack 1
            [ttl 3] . 1:1(0) ack 1
            8080>40001 . 1:1(0) ack 1
            . 1:1(0) ack 1 <nop,nop,sack 1:2 4294967295:3>
            S 0:0(0) <mss 1460,FO 0123456789abcdef,nop,nop>
            S 0:0(0) <mss 1460,FOEXP 0123456789abcdef>
            S 0:0(0) <md5 00112233445566778899aabbccddeeff,eol,eol>
            """)
    void packetsAreWrittenAsTheyAreRead(String packet) throws ScriptException {
        assertThat(first("+0 > " + packet).action()).hasToString(packet);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            0,           ABSOLUTE, 0,         0
            1.5,         ABSOLUTE, 1500000000,1500000000
            .1,          ABSOLUTE, 100000000, 100000000
            +0.1,        RELATIVE, 100000000, 100000000
            +.001,       RELATIVE, 1000000,   1000000
            0.1~0.2,     ABSOLUTE, 100000000, 200000000
            +0~+0.05,    RELATIVE, 0,         50000000
            *,           ANY,      0,         0
            """)
    void timesAreNanoseconds(String time, When.Kind kind, long from, long to) throws ScriptException {
        assertThat(first(time + " > . 1:1(0) ack 1").when()).isEqualTo(new When(kind, from, to));
    }

    @Test
    void aCallThatBlocksHasAnEnd() throws ScriptException {
        Action.Call call =
                (Action.Call) first("0...0.25 accept(3, ..., ...) = 4").action();
        assertThat(call.end()).isEqualTo(250_000_000);
        assertThat(call.arguments()).hasToString("[3, ..., ...]");
        assertThat(((Action.Call) first("0 accept(3, ..., ...) = 4").action()).blocks())
                .isFalse();
    }

    /** Arguments print as they are read. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "3, ..., 100",
                "3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8",
                "[{fd=4, events=POLLIN|POLLOUT, revents=POLLOUT}], 1, 0",
                "5, {events=EPOLLIN|EPOLLET, ptr=0}, 1, -1",
                "4, {msg_name=..., msg_iov=[{..., 100}, {..., 200}], msg_flags=0}, 0",
                "3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"192.0.2.1\")}, ..."
            })
    void argumentsAreWrittenAsTheyAreRead(String arguments) throws ScriptException {
        String message = arguments.replace("msg_name", "msg_name(...)").replace("msg_iov", "msg_iov(2)");
        Action.Call call = (Action.Call) first("0 poll(" + message + ") = 0").action();
        assertThat(call.arguments()).hasToString("[" + arguments + "]");
    }

    @Test
    void commentsAreOfCAndOfTheShell() throws ScriptException {
        Script script = Script.parse("x.pkt", "// a\n# b\n/* c\n c */ 0 close(3) = 0 // d\n+0 /* e */ close(4) = 0\n");
        assertThat(script.events()).hasSize(2);
        assertThat(script.events().get(1).place()).hasToString("x.pkt:5:1");
    }

    @Test
    void aCommandMayStandFirstAndLast() throws ScriptException {
        Script script = Script.parse("x.pkt", "--mtu=1400\n`../common/defaults.sh`\n0 close(3) = 0\n`../clean`");
        assertThat(script.events()).hasSize(2);
        assertThat(script.cleanup()).isNotNull();
        assertThat(script.settings().mtu()).isEqualTo(1400);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            0 socket(..., SOCK_STREAM, 3 = 3  | 1:30: expected ',' or ')', not '='
            0 nope(3) = 0                    | 1:3: unknown system call 'nope'
            0 close(NOPE) = 0                | 1:9: unknown symbol 'NOPE'
            0 close(3) = -1 ENOPE (x)        | 1:17: unknown error 'ENOPE'
            0 close(3)                       | 1:11: expected '=', not the end of the file
            0 < S 0:0(0)                     | 1:13: a packet that is injected needs a window: win
            0 < S 0:1(0) win 1               | 1:11: the length is not the difference of the sequence numbers
            0 < X 0:0(0) win 1               | 1:5: 'X' is not a TCP flag
            0 < S 0:0(0) win 65536           | 1:18: win is 0 to 65535, not 65536
            0 < S 0:0(0) win 1 <mss>         | 1:24: expected mss, not '>'
            0 < S 0:0(0) win 1 <nope>        | 1:21: unknown TCP option 'nope'
            0 < S 0:0(0) win 1 <nop>         | 1:24: the options take 1 octets, which is no multiple of 4: add nop or eol
            0 < S 0:0(0) win 1 <...>         | 1:24: <...> may only stand in a packet that is expected
            0 > . 1:1(0) ack x               | 1:18: expected ack, not 'x'
            0~1 < S 0:0(0) win 1             | 1:1: only a packet that is expected may have a range of times
            * close(3) = 0                   | 1:1: only a packet that is expected may have the time *
            0.2~0.1 > . 1:1(0) ack 1         | 1:5: the range of times goes backwards
            soon close(3) = 0                | 1:1: expected the time of an event, not 'soon'
            0 `sysctl                        | 1:3: this command has no end
            0 %{ assert 1 ==                 | 1:3: this code has no end
            0 %{ assert 1 == }%              | 1:18: expected a number, a name or '('
            --nope=1                         | 1:1: unknown option --nope
            --mtu=x                          | 1:1: --mtu is 68 to 65535, not 'x'
            /* no end                        | 1:1: this comment has no end
            // nothing                       | 1:11: the script has no events
            """)
    void whatIsWrongIsSaidWithItsPlace(String script, String message) {
        ScriptException wrong =
                catchThrowableOfType(ScriptException.class, () -> Script.parse("x.pkt", script.strip()));
        assertThat(wrong).hasMessage("x.pkt:" + message);
        assertThat(wrong.isUnsupported()).isFalse();
    }

    /** RFC 9768, section 3.2.3: kinds 172 and 174, whose counters are in opposite orders; the last may be missing. */
    @ParameterizedTest
    @CsvSource({
        "ECN e0b 1 ceb 258 e1b 16777215, ac0b000001000102ffffff",
        "ECN e1b 1 ceb 0, ae08000001000000",
        "ECN e0b 66051, ac05010203"
    })
    void theCountersOfAccurateEcn(String text, String octets) throws ScriptException {
        String padding = ",nop".repeat(-(octets.length() / 2) & 3);
        Script script = Script.parse("x.pkt", "0 < S 0:0(0) win 1 <" + text + padding + ">");
        List<TcpOption> options = ((TcpPacket) script.events().getFirst().action()).options();
        assertThat(options).isNotNull();
        byte[] bytes = options.getFirst().toBytes();
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(octets);
        assertThat(TcpOption.parse(bytes, 0, bytes.length)).hasSize(1).first().hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 3.10 6.1 6.18",
        "from 6.6, 6.6 6.12.117+deb12-amd64 7.0",
        "until 4.4, 2.6 3.10 4.4.0",
        "'until 4.4, from 6.12', 4.4 6.12",
        "from 5.16 until 6.1, 5.16 6.1.192",
        "'until 3.10, from 4.4 until 5.4', 2.6 4.4 5.4.1"
    })
    void aScriptHoldsOnTheKernelsThatItNames(String kernels, String all) throws ScriptException {
        String comment = kernels.isEmpty() ? "" : "// kernels: " + kernels + "\n";
        Header header = Script.parse("x.pkt", comment + "0 close(3) = 0").header();
        assertThat(all.split(" ", -1)).allMatch(header::holdsOn);
        assertThat(header.holdsOn("unp")).isTrue();
        assertThat(header.holdsOn("5.15")).isEqualTo(kernels.isEmpty());
    }

    @Test
    void whatIsNoRangeOfKernelsIsSaidWithItsLine() {
        ScriptException wrong = catchThrowableOfType(
                ScriptException.class, () -> Script.parse("x.pkt", "// a\n// kernels: from 6.6, 5.4\n0 close(3) = 0"));
        assertThat(wrong).hasMessage("x.pkt:2:1: '5.4' is no range of kernels: from 6.6, until 4.4");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            0 < udp (1000)                         | 1:5: UDP
            0 < gre: S 0:0(0) win 1                | 1:5: a packet within another (gre)
            0 < ipv4 1.1.1.1 > 2.2.2.2: S 0:0(0)   | 1:5: a packet within another (ipv4)
            0 > icmp unreachable                   | 1:5: an ICMP message that is expected
            0 > [flowlabel 0x1] . 1:1(0) ack 1     | 1:6: a flow label
            0 %{ import os }%                      | 1:6: Python beyond assert, print and assignment
            """)
    void whatIsNotSupportedIsNotWrong(String script, String what) {
        ScriptException unsupported = catchThrowableOfType(ScriptException.class, () -> Script.parse("x.pkt", script));
        assertThat(unsupported).hasMessage("x.pkt:" + what + " is not supported");
        assertThat(unsupported.isUnsupported()).isTrue();
    }
}
