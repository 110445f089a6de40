package io.halfopen.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class TcpdumpTimeTest {
    private static final long HOUR = 3_600_000_000_000L;

    @Test
    void aClockShowsTheTimeOfADay() {
        assertThat(TcpdumpTime.CLOCK.prefix(0)).isEqualTo("00:00:00.000000 ");
        assertThat(TcpdumpTime.CLOCK.prefix(13 * HOUR + 61_000_250_000L)).isEqualTo("13:01:01.000250 ");
    }

    @Test
    void aClockWrapsAfterADay() {
        assertThat(TcpdumpTime.CLOCK.prefix(25 * HOUR)).isEqualTo("01:00:00.000000 ");
    }

    @Test
    void secondsDoNotWrap() {
        assertThat(TcpdumpTime.SECONDS.prefix(0)).isEqualTo("0.000000 ");
        assertThat(TcpdumpTime.SECONDS.prefix(25 * HOUR + 1_000)).isEqualTo("90000.000001 ");
    }

    @Test
    void nanosecondsAreCutNotRounded() {
        assertThat(TcpdumpTime.SECONDS.prefix(1_999_999_999L)).isEqualTo("1.999999 ");
    }

    @Test
    void noTimeIsNoText() {
        assertThat(TcpdumpTime.NONE.prefix(HOUR)).isEmpty();
    }

    @Test
    void prefixesAreThoseOfTheRealTcpdump() throws Exception {
        List<byte[]> packets =
                new ArrayList<>(Collections.nCopies(5000, TestPackets.V4.segment(TestPackets.SYN, 1, 0, 0)));
        assertSame(RealTcpdump.lines(packets), TcpdumpTime.CLOCK);
        assertSame(RealTcpdump.lines(packets, "-tt"), TcpdumpTime.SECONDS);
        assertSame(RealTcpdump.lines(packets, "-t"), TcpdumpTime.NONE);
    }

    private static void assertSame(List<String> lines, TcpdumpTime time) {
        assertThat(lines).hasSize(5000);
        for (int second = 0; second < lines.size(); second++) {
            assertThat(lines.get(second)).startsWith(time.prefix(second * 1_000_000_000L) + "IP 127.0.0.1");
        }
    }
}
