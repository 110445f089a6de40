package io.halfopen.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpHeaderTest {
    /** Found by simulate, seed 7000404: the seventeenth bit of a window became a FIN. */
    @Test
    void aWindowTooLargeForItsFieldChangesNoFlag() {
        byte[] packet = new byte[TcpHeader.LENGTH];
        TcpHeader.write(packet, 0, 80, 34498, 2, 2133, TcpHeader.LENGTH, TcpHeader.ACK, 0x10430);
        assertThat(packet[TcpHeader.FLAGS]).isEqualTo((byte) TcpHeader.ACK);
        assertThat(Bytes.getShort(packet, TcpHeader.WINDOW)).isEqualTo(0x430);
    }

    private static byte[] packet(IpAddress from, IpAddress to, int flags) {
        int tcp = IpHeader.lengthFor(to.high(), to.low());
        byte[] packet = new byte[tcp + TcpHeader.LENGTH];
        TcpHeader.write(packet, tcp, 80, 34498, 2, 0, TcpHeader.LENGTH, flags, 1000);
        IpHeader.write(packet, 0, from.high(), from.low(), to.high(), to.low(), TcpHeader.LENGTH, 0, 64, 0);
        return packet;
    }

    private static boolean isOpening(byte[] packet) {
        return TcpHeader.isOpening(packet, 0, packet.length);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1, 192.0.2.2", "2001:db8::1, 2001:db8::2"})
    void aSynAsksForAConnectionAndNothingElseDoes(String source, String destination) {
        IpAddress from = IpAddress.parse(source);
        IpAddress to = IpAddress.parse(destination);
        for (int flags = 0; flags < 0x100; flags++) {
            boolean syn = (flags & 0x17) == TcpHeader.SYN;
            assertThat(isOpening(packet(from, to, flags))).as("flags %x", flags).isEqualTo(syn);
        }
        byte[] whole = packet(from, to, TcpHeader.SYN);
        byte[] shifted = new byte[whole.length + 3];
        System.arraycopy(whole, 0, shifted, 3, whole.length);
        assertThat(TcpHeader.isOpening(shifted, 3, whole.length)).isTrue();
        for (int length = 0; length < whole.length; length++) {
            assertThat(TcpHeader.isOpening(whole, 0, length))
                    .as("%d octets", length)
                    .isFalse();
        }
    }

    /** It may be a SYN all the same: such a one only does not wait. */
    @Test
    void whatIsNotPlainlyASynDoesNotCountAsOne() {
        byte[] fragment = packet(IpAddress.parse("192.0.2.1"), IpAddress.parse("192.0.2.2"), TcpHeader.SYN);
        byte[] udp = fragment.clone();
        byte[] options = fragment.clone();
        byte[] extended = packet(IpAddress.parse("2001:db8::1"), IpAddress.parse("2001:db8::2"), TcpHeader.SYN);
        assertThat(isOpening(fragment)).isTrue();
        Bytes.putShort(fragment, IpHeader.V4_FRAGMENT, IpHeader.MORE_FRAGMENTS);
        udp[IpHeader.V4_PROTOCOL] = IpHeader.UDP;
        options[0] = 0x46;
        extended[IpHeader.V6_NEXT_HEADER] = IpHeader.FRAGMENT;
        assertThat(List.of(fragment, udp, options, extended)).noneMatch(TcpHeaderTest::isOpening);
    }
}
