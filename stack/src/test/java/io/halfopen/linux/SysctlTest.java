package io.halfopen.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and values as sysctl(8) takes them. */
class SysctlTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    net.ipv4.tcp_rmem               | 4096 87380 6291456 | 4096 87380 6291456
                    net/ipv4/tcp_sack               | 0                  | 0
                    net.ipv4.tcp_max_syn_backlog    | 0x70403            | 459779
                    net.ipv4.tcp_retries2           | 010                | 8
                    net.ipv4.tcp_adv_win_scale      | -31                | -31
                    net.ipv4.tcp_notsent_lowat      | 4294967295         | -1
                    net.ipv4.tcp_notsent_lowat      | 0                  | 0
                    net.ipv4.tcp_congestion_control | reno               | 0
                    """)
    void readsWhatLinuxReads(String name, String text, String numbers) {
        int[] expected = Arrays.stream(numbers.split(" ", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        int[] values = Sysctl.named(name).parse(text);
        assertThat(values).containsExactly(expected);
        new Sysctls(Kernel.LINUX_6_18).set(Sysctl.named(name), values);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    net.ipv4.tcp_rmem               | 1           | net.ipv4.tcp_rmem takes 3 numbers, not '1'
                    net.ipv4.tcp_retries2           | 256         | net.ipv4.tcp_retries2 takes 0 to 255, not '256'
                    net.ipv4.tcp_retries2           | #1          | net.ipv4.tcp_retries2 takes 0 to 255, not '#1'
                    net.ipv4.tcp_retries2           | 4294967297  | net.ipv4.tcp_retries2 takes 0 to 255, not '4294967297'
                    net.ipv4.tcp_notsent_lowat      | 4294967296  | net.ipv4.tcp_notsent_lowat takes 0 to 4294967295, not '4294967296'
                    net.ipv4.tcp_notsent_lowat      | -1          | net.ipv4.tcp_notsent_lowat takes 0 to 4294967295, not '-1'
                    net.ipv4.tcp_congestion_control | reno cubic  | net.ipv4.tcp_congestion_control takes one of reno bbr cubic, not 'reno cubic'
                    """, quoteCharacter = '"')
    void refusesTheRestInOneLine(String name, String text, String complaint) {
        assertThatThrownBy(() -> Sysctl.named(name).parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(complaint);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    tcp_syncookies            | : did you mean net.ipv4.tcp_syncookies?
                    net.ipv4.tcp_syn_cookies  | : did you mean net.ipv4.tcp_syncookies?
                    net.core.somaxcon         | : did you mean net.core.somaxconn?
                    kernel.hostname           | ""
                    """, quoteCharacter = '"')
    void anUnknownNameIsRefusedWithThoseLikeIt(String name, String hint) {
        assertThatThrownBy(() -> Sysctl.named(name)).hasMessage("unknown sysctl '" + name + "'" + hint);
    }

    @Test
    void whatCameLaterAKernelDoesNotHave() {
        Sysctls older = new Sysctls(Kernel.named("6.1"));

        assertThat(older.has(Sysctl.tcp_syn_linear_timeouts)).isFalse();
        assertThatThrownBy(() -> older.set(Sysctl.tcp_syn_linear_timeouts, 0))
                .hasMessage("6.1 has no net.ipv4.tcp_syn_linear_timeouts: it came with 6.5");
        assertThat(new Sysctls(Kernel.named("6.6")).has(Sysctl.tcp_syn_linear_timeouts))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    TCP_NODELY       | : did you mean TCP_NODELAY?
                    tcp_cork         | : did you mean TCP_CORK?
                    TCP_DEFER_ACEPT  | : did you mean TCP_DEFER_ACCEPT?
                    SO_BINDTODEVICE  | ""
                    """, quoteCharacter = '"')
    void soIsAnUnknownOption(String name, String hint) {
        assertThatThrownBy(() -> SocketOption.named(name)).hasMessage("unknown socket option '" + name + "'" + hint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp_abort_on_overflow", "tcp_syncookies", "tcp_syn_retries", "somaxconn"})
    void whatTheListenPathIsMadeOfIsEffective(String name) {
        assertThat(Sysctl.valueOf(name).effect()).isEqualTo(Effect.EFFECTIVE);
    }

    @Test
    void whatIsLeftToLaterIsIgnored() {
        assertThat(Sysctl.tcp_autocorking.effect().tag()).isEqualTo("accepted and ignored");
        assertThat(SocketOption.named("SO_PRIORITY").effect()).isEqualTo(Effect.IGNORED);
    }
}
