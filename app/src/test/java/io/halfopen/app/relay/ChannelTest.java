package io.halfopen.app.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChannelTest {
    private static final long MS = 1_000_000L;
    private final List<String> arrived = new ArrayList<>();

    @Test
    void aPacketArrivesAfterTheDelayAndNotBefore() {
        Channel channel = channel("delay=10ms");
        channel.offer(5 * MS, new byte[100], 100);
        assertThat(channel.nextDue()).isEqualTo(15 * MS);
        assertThat(channel.poll(15 * MS - 1)).isNull();
        assertThat(channel.poll(15 * MS)).hasSize(100);
        assertThat(channel.nextDue()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void atARatePacketsLeaveOneAfterTheOther() {
        // 1,250 octets are 10,000 bits: 1 ms at 10 Mbit/s.
        Channel channel = channel("rate=10000000,queue=2");
        send(channel, 1250, 4);
        assertThat(drain(channel)).containsExactly("0 at 1000000", "1 at 2000000", "2 at 3000000");
        assertThat(channel).hasToString("4 packets, 0 lost, 1 beyond the queue, 0 doubled, 0 overtaken");
    }

    @Test
    void jitterKeepsTheOrder() {
        Channel channel = channel("delay=5ms,jitter=20ms");
        send(channel, 100, 200);
        assertThat(drain(channel).stream().map(ChannelTest::number).toList())
                .isSorted()
                .hasSize(200);
    }

    @Test
    void lossDuplicationAndReorderingHappenAsOftenAsToldAndTheSeedDecidesToWhom() {
        Channel channel = channel("loss=0.1,duplicate=0.1,reorder=0.1");
        send(channel, 100, 200);
        List<String> first = drain(channel);
        // 200 draws at 0.1 are 20, give or take three deviations of 4.2.
        assertThat(channel.toString().replaceAll("\\D+", " ").split(" ", -1))
                .satisfiesExactly(
                        seen -> assertThat(seen).isEqualTo("200"),
                        lost -> assertThat(Integer.parseInt(lost)).isBetween(7, 33),
                        beyond -> assertThat(beyond).isEqualTo("0"),
                        doubled -> assertThat(Integer.parseInt(doubled)).isBetween(7, 33),
                        overtaken -> assertThat(Integer.parseInt(overtaken)).isBetween(7, 33),
                        end -> assertThat(end).isEmpty());
        Channel same = channel("loss=0.1,duplicate=0.1,reorder=0.1");
        send(same, 100, 200);
        arrived.clear();
        assertThat(drain(same)).isEqualTo(first);
    }

    private static Channel channel(String weather) {
        return new Channel(Weather.parse(weather), 1);
    }

    /** All at once, each with its number in front. */
    private static void send(Channel channel, int length, int count) {
        for (int i = 0; i < count; i++) {
            byte[] packet = new byte[length];
            packet[0] = (byte) i;
            channel.offer(0, packet, length);
        }
    }

    private List<String> drain(Channel channel) {
        while (channel.nextDue() != Long.MAX_VALUE) {
            long now = channel.nextDue();
            byte @Nullable [] packet = channel.poll(now);
            assertThat(packet).isNotNull();
            arrived.add((packet[0] & 0xff) + " at " + now);
        }
        return List.copyOf(arrived);
    }

    private static int number(String arrival) {
        return Integer.parseInt(arrival.substring(0, arrival.indexOf(' ')));
    }
}
