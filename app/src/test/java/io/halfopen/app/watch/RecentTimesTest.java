package io.halfopen.app.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.wire.IpAddress;
import org.junit.jupiter.api.Test;

/** What is kept of those who wait, and what has to give way. */
class RecentTimesTest {
    private final RecentTimes times = new RecentTimes();

    private static Flow flow(int number) {
        return new Flow(IpAddress.ofIpv4(0x0a00_0001), 80, IpAddress.ofIpv4(number), number & 0xffff);
    }

    @Test
    void theFirstTimeCountsUntilItIsTaken() {
        times.putIfAbsent(flow(7), 100);
        times.putIfAbsent(flow(7), 200);
        assertThat(times.remove(flow(8))).isEqualTo(RecentTimes.NONE);
        assertThat(times.remove(flow(7))).isEqualTo(100);
        assertThat(times.remove(flow(7))).isEqualTo(RecentTimes.NONE);
    }

    @Test
    void aHundredThousandHaveRoomAndOfAMillionTheLatestAreThere() {
        for (int i = 0; i < 100_000; i++) {
            times.putIfAbsent(flow(i), 1 + i);
        }
        int there = 0;
        for (int i = 0; i < 100_000; i++) {
            there += times.remove(flow(i)) == 1 + i ? 1 : 0;
        }
        assertThat(there).isGreaterThan(99_990);
        for (int i = 0; i < 1_000_000; i++) {
            times.putIfAbsent(flow(i), 1 + i);
        }
        for (int i = 999_000; i < 1_000_000; i++) {
            assertThat(times.remove(flow(i))).isEqualTo(1 + i);
        }
    }
}
