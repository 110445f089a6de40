package io.halfopen.web.compile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the page's machine.js unpacks; PageTest shows that it does. */
class Base85Test {
    /** The numbers are those of 32 bits to the base of 85, by hand. */
    @ParameterizedTest
    @CsvSource({"0, 00000", "1, 00001", "85, 00010", "7225, 00100", "4294967295, |NsC0"})
    void fourOctetsAreFiveDigits(long word, String digits) {
        byte[] octets = {(byte) (word >> 24), (byte) (word >> 16), (byte) (word >> 8), (byte) word};
        assertThat(Base85.encode(octets)).isEqualTo(digits);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 2", "2, 3", "3, 4", "4, 5", "5, 7", "4096, 5120"})
    void whatIsLeftTakesOneCharacterMore(int octets, int characters) {
        assertThat(Base85.encode(new byte[octets])).hasSize(characters);
    }
}
