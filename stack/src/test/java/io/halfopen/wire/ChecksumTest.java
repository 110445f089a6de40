package io.halfopen.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChecksumTest {
    private final Random random = new Random(1071);

    @Test
    void theExampleOfRfc1071SumsToDdf2() {
        byte[] bytes = {0x00, 0x01, (byte) 0xf2, 0x03, (byte) 0xf4, (byte) 0xf5, (byte) 0xf6, (byte) 0xf7};
        assertThat(Checksum.sum(bytes, 0, 8)).isEqualTo(0xddf2);
    }

    @Test
    void everyLengthAtEveryOffsetSumsAsWordByWord() {
        byte[] bytes = new byte[400];
        for (int length = 0; length <= 300; length++) {
            for (int offset = 0; offset < 17; offset++) {
                random.nextBytes(bytes);
                assertThat(Checksum.sum(bytes, offset, length))
                        .as("length %d, offset %d", length, offset)
                        .isEqualTo(wordByWord(bytes, offset, length));
            }
        }
    }

    @Test
    void theGreatestPacketOfAllOnesDoesNotOverflow() {
        byte[] bytes = new byte[65535];
        Arrays.fill(bytes, (byte) 0xff);
        assertThat(Checksum.sum(bytes, 0, 65535)).isEqualTo(wordByWord(bytes, 0, 65535));
        assertThat(Checksum.sum(bytes, 1, 65534)).isEqualTo(0xffff);
    }

    @Test
    void anOddByteIsTheHighHalfOfAWord() {
        assertThat(Checksum.sum(new byte[] {0x12}, 0, 1)).isEqualTo(0x1200);
        assertThat(Checksum.sum(new byte[] {0, 1, 0x12}, 0, 3)).isEqualTo(0x1201);
    }

    @Test
    void nothingSumsToZero() {
        assertThat(Checksum.sum(new byte[0], 0, 0)).isZero();
        assertThat(Checksum.sum(new byte[64], 0, 64)).isZero();
    }

    @Test
    void thePseudoHeaderSumsAsItsBytesDo() {
        for (int i = 0; i < 1000; i++) {
            int tcpLength = random.nextInt(65516);
            int source = random.nextInt();
            int destination = random.nextInt();
            byte[] v4 = new byte[12];
            Bytes.putInt(v4, 0, source);
            Bytes.putInt(v4, 4, destination);
            Bytes.putInt(v4, 8, IpHeader.TCP << 16 | tcpLength);
            long sum = Checksum.pseudoHeader(0, IpAddress.mapped(source), 0, IpAddress.mapped(destination), tcpLength);
            assertThat(sum % 0xffff).isEqualTo(wordByWord(v4, 0, 12) % 0xffff);

            byte[] v6 = new byte[40];
            random.nextBytes(v6);
            Bytes.putInt(v6, 32, tcpLength);
            Bytes.putInt(v6, 36, IpHeader.TCP);
            sum = Checksum.pseudoHeader(
                    Bytes.getLong(v6, 0),
                    Bytes.getLong(v6, 8),
                    Bytes.getLong(v6, 16),
                    Bytes.getLong(v6, 24),
                    tcpLength);
            assertThat(sum % 0xffff).isEqualTo(wordByWord(v6, 0, 40) % 0xffff);
        }
    }

    @Test
    void aComplementMakesTheWholeIntactAndOneWrongBitBreaksIt() {
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = new byte[2 + random.nextInt(100)];
            random.nextBytes(bytes);
            int pseudo = random.nextInt(0x10000);
            Bytes.putShort(bytes, 0, 0);
            Bytes.putShort(bytes, 0, Checksum.complement(pseudo, Checksum.sum(bytes, 0, bytes.length)));
            assertThat(Checksum.isIntact(pseudo, Checksum.sum(bytes, 0, bytes.length)))
                    .isTrue();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            assertThat(Checksum.isIntact(pseudo, Checksum.sum(bytes, 0, bytes.length)))
                    .isFalse();
        }
    }

    /** RFC 1071, section 4.1. */
    private static int wordByWord(byte[] bytes, int offset, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += i % 2 == 0 ? Bytes.getByte(bytes, offset + i) << 8 : Bytes.getByte(bytes, offset + i);
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (sum & 0xffff) + (sum >>> 16);
    }
}
