package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.halfopen.wire.IpAddress;
import org.junit.jupiter.api.Test;

/** What connect's HOST may be. */
class HostNamesTest {
    @Test
    void anAddressIsItself() {
        assertThat(HostNames.resolve("10.9.0.7", true)).isEqualTo(IpAddress.parse("10.9.0.7"));
        assertThat(HostNames.resolve("fd00::7", true)).isEqualTo(IpAddress.parse("fd00::7"));
    }

    @Test
    void aNameIsLookedUp() {
        assertThat(HostNames.resolve("localhost", true)).isEqualTo(IpAddress.parse("127.0.0.1"));
    }

    @Test
    void halfAnAddressIsNoName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostNames.resolve("10.9", true))
                .withMessage("not an IPv4 or IPv6 address: '10.9'");
        assertThatIllegalArgumentException().isThrownBy(() -> HostNames.resolve("fe80::1%lo", false));
    }

    @Test
    void aNameThatCannotBeOneIsSaid() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostNames.resolve("no host", true))
                .withMessage("no host is known by the name 'no host'");
    }
}
