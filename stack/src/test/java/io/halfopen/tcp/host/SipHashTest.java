package io.halfopen.tcp.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.wire.IpAddress;
import org.junit.jupiter.api.Test;

class SipHashTest {
    /** The key of the authors' test vectors: octets 0 to 15. */
    private static final long KEY0 = 0x0706050403020100L;

    private static final long KEY1 = 0x0f0e0d0c0b0a0908L;

    /** The authors' vector for the 40 octets 0 to 39; OpenSSL's "mac SIPHASH" agrees. */
    @Test
    void theReferenceVectorOfFortyOctetsComesOut() {
        long hash =
                new SipHash(KEY0, KEY1).hash(KEY0, KEY1, 0x1716151413121110L, 0x1f1e1d1c1b1a1918L, 0x2726252423222120L);
        assertThat(hash).isEqualTo(0x0e3ea96b5304a7d0L);
    }

    @Test
    void theReferenceVectorOfSixteenOctetsComesOut() {
        assertThat(new SipHash(KEY0, KEY1).hash(KEY0, KEY1)).isEqualTo(0x3f2acc7f57c29bdbL);
    }

    /** Two addresses and two ports, IPv4's, are hashed as their twelve octets in a row. */
    @Test
    void theReferenceVectorOfTwelveOctetsComesOutOfATuple() {
        IpAddress local = IpAddress.parse("7.6.5.4");
        IpAddress remote = IpAddress.parse("3.2.1.0");
        long hash = new SipHash(KEY0, KEY1)
                .tuple(local.high(), local.low(), remote.high(), remote.low(), /* ports= */ 0x0b0a0908);
        assertThat(hash).isEqualTo(0x751e8fbc860ee5fbL);
    }

    @Test
    void everyBitOfKeyAndInputChangesAboutHalfTheResult() {
        long base = hash(new long[7]);
        for (int bit = 0; bit < 7 * 64; bit++) {
            long[] words = new long[7];
            words[bit / 64] = 1L << bit % 64;
            assertThat(Long.bitCount(base ^ hash(words))).isBetween(12, 52);
        }
    }

    private static long hash(long[] w) {
        return new SipHash(w[5], w[6]).hash(w[0], w[1], w[2], w[3], w[4]);
    }
}
