package io.halfopen.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TcpHeaderTest {
    /** Found by simulate, seed 7000404: the seventeenth bit of a window became a FIN. */
    @Test
    void aWindowTooLargeForItsFieldChangesNoFlag() {
        byte[] packet = new byte[TcpHeader.LENGTH];
        TcpHeader.write(packet, 0, 80, 34498, 2, 2133, TcpHeader.LENGTH, TcpHeader.ACK, 0x10430);
        assertThat(packet[TcpHeader.FLAGS]).isEqualTo((byte) TcpHeader.ACK);
        assertThat(Bytes.getShort(packet, TcpHeader.WINDOW)).isEqualTo(0x430);
    }
}
