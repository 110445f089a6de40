package io.halfopen.tcp;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.PSH;
import static io.halfopen.wire.TcpHeader.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.TcpHeader;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TCP-MD5, TCP-AO and options that make no sense, where no socket has a key: as measured on Linux 6.18 without TCP-AO. */
class SignatureTest {
    private static final IpAddress HOST = IpAddress.parse("192.168.0.1");
    private static final IpAddress PEER = IpAddress.parse("192.0.2.1");
    private static final int PORT = 80;
    private static final int CLOSED = 81;

    private int answered;
    private int theirs;

    private Stack stack(Kernel kernel) {
        Stack stack = new Stack(kernel, Secrets.ofSeed(1));
        stack.addAddress(HOST, 1500);
        int fd = stack.socket(Stack.AF_INET);
        stack.bind(fd, HOST, PORT);
        stack.listen(fd, 9);
        return stack;
    }

    /** 17x01 stands for 17 octets of NOP. */
    private static byte[] options(String text) {
        StringBuilder hex = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            String[] times = word.split("x", -1);
            hex.append(times.length == 1 ? word : times[1].repeat(Integer.parseInt(times[0])));
        }
        return HexFormat.of().parseHex(hex.append("00".repeat(-hex.length() / 2 & 3)));
    }

    private Rule send(Stack stack, int port, int flags, int seq, int ack, byte[] options, int data) {
        int tcp = IpHeader.V4_LENGTH;
        int header = TcpHeader.LENGTH + options.length;
        byte[] packet = new byte[tcp + header + data];
        long from = PEER.low();
        long to = HOST.low();
        IpHeader.write(packet, 0, 0, from, 0, to, header + data, 0, 64, 0);
        TcpHeader.write(packet, tcp, 40000, port, seq, ack, header, flags, 65535);
        System.arraycopy(options, 0, packet, tcp + TcpHeader.LENGTH, options.length);
        TcpHeader.seal(packet, tcp, header + data, 0, from, 0, to);
        Rule rule = stack.onPacket(0, packet, 0, packet.length);
        answered = stack.drainPackets((why, bytes, offset, length) -> theirs = Bytes.getInt(bytes, offset + tcp + 4));
        return rule;
    }

    @ParameterizedTest
    @CsvSource({
        "1312 16x00,                    MD5_UNEXPECTED,       NO_SOCKET_SIGNED, MD5_UNEXPECTED",
        "1312 16x00 0101 1312 16x00,    SIGNATURE_UNREADABLE, NO_SOCKET_SIGNED, SIGNATURE_UNREADABLE",
        "1312 16x00 1d100101 12x00,     SIGNATURE_UNREADABLE, NO_SOCKET_SIGNED, SIGNATURE_UNREADABLE",
        "1311 15x00 01,                 SIGNATURE_UNREADABLE, NO_SOCKET_SIGNED, SIGNATURE_UNREADABLE",
        "130a 8x00 12x01,               SIGNATURE_UNREADABLE, NO_SOCKET_SIGNED, SIGNATURE_UNREADABLE",
        "1d100101 12x00,                SYN_ANSWERED,         NO_SOCKET_RESET,  FINAL_ACK_ACCEPTED",
        "1d100101 12x00 1d100101 12x00, SYN_ANSWERED,         NO_SOCKET_SIGNED, AO_UNEXPECTED",
        "1d040101 16x01,                SIGNATURE_UNREADABLE, NO_SOCKET_SIGNED, SIGNATURE_UNREADABLE",
        "fe00 18x01,                    SIGNATURE_UNREADABLE, NO_SOCKET_SIGNED, SIGNATURE_UNREADABLE",
        "fe01 18x01,                    SIGNATURE_UNREADABLE, NO_SOCKET_SIGNED, SIGNATURE_UNREADABLE",
        "fe16 18x01,                    SIGNATURE_UNREADABLE, NO_SOCKET_SIGNED, SIGNATURE_UNREADABLE",
        "0200 18x01,                    SIGNATURE_UNREADABLE, NO_SOCKET_SIGNED, SIGNATURE_UNREADABLE",
        "fe00 14x01,                    SYN_ANSWERED,         NO_SOCKET_RESET,  FINAL_ACK_ACCEPTED",
        "3x01 fe00 15x01,               SYN_ANSWERED,         NO_SOCKET_RESET,  FINAL_ACK_ACCEPTED",
        "2x01 fe00 16x01,               SIGNATURE_UNREADABLE, NO_SOCKET_SIGNED, SIGNATURE_UNREADABLE",
        "020405b4 fe00 14x01,           SYN_ANSWERED,         NO_SOCKET_RESET,  FINAL_ACK_ACCEPTED",
        "0000 1312 16x00,               SYN_ANSWERED,         NO_SOCKET_RESET,  FINAL_ACK_ACCEPTED",
        "1312 16x00 fe00,               MD5_UNEXPECTED,       NO_SOCKET_SIGNED, MD5_UNEXPECTED",
        "1312 16x00 fe00 18x01,         SIGNATURE_UNREADABLE, NO_SOCKET_SIGNED, SIGNATURE_UNREADABLE",
    })
    void aSynToAListenerAndToNobodyAndAFinalAckMeet(String text, Rule syn, Rule nobody, Rule ack) {
        byte[] options = options(text);
        Stack stack = stack(Kernel.LINUX_6_18);
        assertThat(send(stack, CLOSED, SYN, 1000, 0, options, 0)).isEqualTo(nobody);
        assertThat(answered).isEqualTo(nobody == Rule.NO_SOCKET_RESET ? 1 : 0);
        assertThat(send(stack, PORT, SYN, 1000, 0, options, 0)).isEqualTo(syn);
        assertThat(answered).isEqualTo(syn == Rule.SYN_ANSWERED ? 1 : 0);

        Stack other = stack(Kernel.LINUX_6_18);
        send(other, PORT, SYN, 1000, 0, new byte[0], 0);
        assertThat(send(other, PORT, ACK, 1001, theirs + 1, options, 0)).isEqualTo(ack);
    }

    @Test
    void tcpAoIsNoMatterToAConnection() {
        Stack stack = stack(Kernel.LINUX_6_18);
        send(stack, PORT, SYN, 1000, 0, new byte[0], 0);
        send(stack, PORT, ACK, 1001, theirs + 1, new byte[0], 0);
        byte[] options = options("1d100101 12x00 4x01");
        assertThat(send(stack, PORT, ACK | PSH, 1001, theirs + 1, options, 10)).isEqualTo(Rule.DATA_ACCEPTED);
    }

    @Test
    void noResetAnswersTcpAo() {
        Stack stack = stack(Kernel.LINUX_6_18);
        assertThat(send(stack, PORT, ACK, 1000, 5, options("1d100101 12x00 4x01"), 0))
                .isEqualTo(Rule.LISTENER_ACK_RESET);
        assertThat(answered).isZero();
    }

    @Test
    void anOldKernelKnowsOnlyMd5() {
        Stack stack = stack(Kernel.LINUX_3_10);
        assertThat(send(stack, PORT, SYN, 1000, 0, options("1312 16x00"), 0)).isEqualTo(Rule.MD5_UNEXPECTED);
        assertThat(send(stack, PORT, SYN, 1000, 0, options("fe00 18x01"), 0)).isEqualTo(Rule.SYN_ANSWERED);
    }
}
