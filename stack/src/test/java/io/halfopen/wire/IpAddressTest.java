package io.halfopen.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {

    /** The examples of RFC 5952, sections 1 to 5, and RFC 4291, section 2.2. */
    @ParameterizedTest
    @CsvSource({
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8::1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8::0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0db8::1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:0:1::1, 2001:db8::1:0:0:1",
        "2001:DB8:0:0:1::1, 2001:db8::1:0:0:1",
        "2001:0db8::0001, 2001:db8::1",
        "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
        "2001:db8::1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "ABCD:EF01:2345:6789:ABCD:EF01:2345:6789, abcd:ef01:2345:6789:abcd:ef01:2345:6789",
        "0:0:0:0:0:0:0:1, ::1",
        "0:0:0:0:0:0:0:0, ::",
        "1:0:0:0:0:0:0:0, 1::",
        "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
        "::ffff:192.0.2.1, 192.0.2.1",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "192.0.2.1, 192.0.2.1",
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255"
    })
    void isWrittenCanonically(String text, String canonical) {
        assertThat(IpAddress.parse(text)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "localhost",
                "1.2.3",
                "1.2.3.4.5",
                "256.0.0.1",
                "1.2.3.-4",
                "1.2.3.+4",
                "1..2.3",
                "1.2.3.4 ",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7::8",
                "12345::",
                "g::",
                "-1::",
                "::1.2.3",
                "1.2.3.4::",
                "1:",
                ":1",
                "fe80::1%eth0",
                "[::1]",
                "::0001.2.3.4"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> IpAddress.parse(text));
    }

    @Test
    void textAndBytesComeBackUnchanged() throws UnknownHostException {
        Random random = new Random(5952);
        for (int i = 0; i < 20_000; i++) {
            IpAddress address = new IpAddress(sparse(random), sparse(random));
            assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
            // The library knows the same address by another text.
            InetAddress other = InetAddress.getByAddress(address.toBytes());
            assertThat(IpAddress.parse(other.getHostAddress())).isEqualTo(address);
        }
    }

    @Test
    void ipv4IsTheMappedAddress() {
        IpAddress address = IpAddress.ofIpv4(0xc0000201);
        assertThat(address).isEqualTo(new IpAddress(0, 0xffff_c000_0201L)).hasToString("192.0.2.1");
        assertThat(address.isIpv4()).isTrue();
        assertThat(address.toBytes()).containsExactly(192, 0, 2, 1);
        assertThat(IpAddress.parse("::ffff:c000:201")).isEqualTo(address);
        assertThat(IpAddress.parse("::c000:201").isIpv4()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, true, false, false",
        "::, true, false, false",
        "127.0.0.1, false, true, false",
        "127.255.255.255, false, true, false",
        "128.0.0.1, false, false, false",
        "::1, false, true, false",
        "::2, false, false, false",
        "223.255.255.255, false, false, false",
        "224.0.0.1, false, false, true",
        "239.255.255.255, false, false, true",
        "240.0.0.1, false, false, false",
        "255.255.255.255, false, false, true",
        "ff02::1, false, false, true",
        "fe80::1, false, false, false"
    })
    void kindsAreToldApart(String text, boolean any, boolean loopback, boolean multicast) {
        IpAddress address = IpAddress.parse(text);
        assertThat(address.isAny()).isEqualTo(any);
        assertThat(address.isLoopback()).isEqualTo(loopback);
        assertThat(IpAddress.isMulticast(address.high(), address.low())).isEqualTo(multicast);
    }

    /** Four groups of which about half are 0, so that all places of the gap are met. */
    private static long sparse(Random random) {
        long half = 0;
        for (int i = 0; i < 4; i++) {
            half = half << 16 | (random.nextBoolean() ? 0 : random.nextInt(0x10000) >>> random.nextInt(16));
        }
        return half;
    }
}
