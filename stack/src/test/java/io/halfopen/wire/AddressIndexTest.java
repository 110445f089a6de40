package io.halfopen.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AddressIndexTest {
    private final AddressIndex index = new AddressIndex();

    @Test
    void addressesAreNumberedInTheOrderInWhichTheyWereAdded() {
        for (int i = 0; i < 1000; i++) {
            assertThat(index.add(0, IpAddress.mapped(0x0a00_0002 + i))).isEqualTo(2 * i);
            assertThat(index.add(0x2001_0db8_0000_0000L + i, i)).isEqualTo(2 * i + 1);
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(index.find(0, IpAddress.mapped(0x0a00_0002 + i))).isEqualTo(2 * i);
            assertThat(index.find(0x2001_0db8_0000_0000L + i, i)).isEqualTo(2 * i + 1);
        }
        assertThat(index.size()).isEqualTo(2000);
    }

    @Test
    void anAddressKeepsItsNumber() {
        index.add(0, 7);
        index.add(1, 7);
        assertThat(index.add(0, 7)).isZero();
        assertThat(index.size()).isEqualTo(2);
    }

    @Test
    void whatWasNotAddedHasNone() {
        assertThat(index.find(0, 0)).isNegative();
        index.add(0, 1);
        assertThat(index.find(0, 0)).isNegative();
        assertThat(index.find(1, 1)).isNegative();
    }
}
