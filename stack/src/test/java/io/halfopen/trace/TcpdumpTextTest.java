package io.halfopen.trace;

import static io.halfopen.trace.TestPackets.ACK;
import static io.halfopen.trace.TestPackets.FIN;
import static io.halfopen.trace.TestPackets.PSH;
import static io.halfopen.trace.TestPackets.RST;
import static io.halfopen.trace.TestPackets.SYN;
import static io.halfopen.trace.TestPackets.V4;
import static io.halfopen.trace.TestPackets.V6;
import static io.halfopen.trace.TestPackets.hex;
import static io.halfopen.trace.TestPackets.withByte;
import static io.halfopen.trace.TestPackets.withShort;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The expected lines are those of tcpdump 4.99.3; TcpdumpComparisonTest asks the tool itself. */
class TcpdumpTextTest {
    private static final int ISN = (int) 3925820849L;

    private final TcpdumpText text = new TcpdumpText();

    @Test
    void aSynIsPrintedWithItsOptions() {
        byte[] syn = V4.segment(SYN, ISN, 0, 0, hex("0204ffd7 0402080a 9cc70ee2 00000000 01030307"));
        assertThat(line(withShort(syn, 34, 43690)))
                .isEqualTo("IP 127.0.0.1.59830 > 127.0.0.1.8088: Flags [S], seq 3925820849, win 43690, "
                        + "options [mss 65495,sackOK,TS val 2630291170 ecr 0,nop,wscale 7], length 0");
    }

    @Test
    void theAckOfASynAckIsAbsolute() {
        line(V4.segment(SYN, ISN, 0, 0));
        assertThat(line(V4.back().segment(SYN | ACK, 7, ISN + 1, 0)))
                .isEqualTo("IP 127.0.0.1.8088 > 127.0.0.1.59830: Flags [S.], seq 7, ack 3925820850, win 512, length 0");
    }

    @Test
    void seqIsRelativeAfterTheSynAck() {
        line(V6.segment(SYN, ISN, 0, 0));
        line(V6.back().segment(SYN | ACK, 7, ISN + 1, 0));
        assertThat(line(V6.segment(ACK | PSH, ISN + 1, 8, 82)))
                .isEqualTo("IP6 ::1.47368 > 2001:db8::8088.8088: " + "Flags [P.], seq 1:83, ack 1, win 512, length 82");
    }

    @Test
    void aCaptureThatBeginsInTheMiddleCountsFromItsFirstSegment() {
        assertThat(line(V4.segment(ACK, 1000, 2000, 82))).contains(", seq 1000:1082, ack 2000,");
        assertThat(line(V4.segment(ACK, 1000, 2000, 82))).contains(", seq 0:82, ack 1,");
        assertThat(line(V4.back().segment(ACK, 2000, 1082, 1))).contains(", seq 1:2, ack 82,");
    }

    @Test
    void aResetWithoutAckIsAbsolute() {
        line(V4.segment(ACK, 1000, 2000, 0));
        assertThat(line(withShort(V4.segment(RST, 1000, 0, 0), 34, 0)))
                .isEqualTo("IP 127.0.0.1.59830 > 127.0.0.1.8088: Flags [R], seq 1000, win 0, length 0");
        assertThat(line(V4.segment(RST | ACK, 1000, 2000, 0))).contains("Flags [R.], seq 0, ack 1,");
    }

    @Test
    void sequenceNumbersWrap() {
        line(V4.back().segment(SYN | ACK, 5, 0, 0));
        assertThat(line(V4.segment(ACK | FIN, 0, 6, 2))).contains("Flags [F.], seq 1:3, ack 1,");
        assertThat(line(V4.segment(ACK, -2, 6, 1))).contains(", seq 4294967295:0, ack 1,");
    }

    @Test
    void sackEdgesAreRelativeToTheOtherDirection() {
        line(V4.back().segment(SYN | ACK, 100, 1, 0));
        assertThat(line(V4.segment(ACK, 1, 101, 0, hex("0101050a 00000074 00000084"))))
                .contains("Flags [.], ack 1, win 512, options [nop,nop,sack 1 {16:32}], length 0");
    }

    @Test
    void flagsStandInTheOrderOfTheirBits() {
        assertThat(line(V4.segment(0xc2, 0, 0, 0))).contains("Flags [SEW],");
        assertThat(line(V4.segment(0xff, 0, 0, 0))).contains("Flags [FSRP.UEW],");
        assertThat(line(V4.segment(0, 0, 0, 0))).endsWith("Flags [none], win 512, length 0");
    }

    @Test
    void aDamagedOptionEndsTheLine() {
        assertThat(line(V4.segment(SYN, 1, 0, 0, hex("01020000"))))
                .endsWith("Flags [S], seq 1, win 512, options [nop,[bad opt]]");
        assertThat(line(V4.segment(SYN, 1, 0, 0, hex("020305b4")))).contains("options [mss 1460[len 3]], length");
    }

    @Test
    void whatIsNotTcpIsNamedByItsNumber() {
        byte[] packet = V4.segment(SYN, 1, 0, 0);
        assertThat(line(withByte(packet, 9, 17))).isEqualTo("IP 127.0.0.1 > 127.0.0.1:  ip-proto-17 20");
        assertThat(line(withByte(packet, 0, 0x55))).isEqualTo("unknown ip 5");
        assertThat(line(new byte[0])).isEqualTo("[Invalid header: caplen==0, len==0]");
    }

    @Test
    void aLineIsForTheGivenRangeOnly() {
        byte[] packet = V4.segment(ACK, 1, 2, 3);
        byte[] inside = new byte[packet.length + 20];
        System.arraycopy(packet, 0, inside, 7, packet.length);
        assertThat(text.line(inside, 7, packet.length)).isEqualTo(new TcpdumpText().line(packet, 0, packet.length));
    }

    @Test
    void noBytesMakeItThrow() {
        Random random = new Random(9);
        for (int i = 0; i < 200_000; i++) {
            byte[] packet = new byte[random.nextInt(120)];
            random.nextBytes(packet);
            if (packet.length > 9 && random.nextBoolean()) {
                packet[0] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
                packet[2] = 0;
                packet[packet[0] == 0x60 ? 6 : 9] = 6;
            }
            assertThat(line(packet)).isNotEmpty();
        }
    }

    private String line(byte[] packet) {
        return text.line(packet, 0, packet.length);
    }
}
