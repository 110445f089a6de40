package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a writer that found no room is told that there is some. */
class WriterRoomTest {
    private static final int LEAST_BUFFER = 2304;

    private final TwoStacks two = new TwoStacks(1500);
    private final int listener = two.listen(1);
    private final int fd = two.connect();
    private final int reader = two.server.accept(listener);
    private final List<Integer> told = new ArrayList<>();

    /** tcp_poll sets SOCK_NOSPACE. */
    @Test
    void oneThatWasToldOfRoomAndFindsNoneIsToldAgain() {
        fill();
        exchangeOnce();
        assertThat(two.client.setsockopt(fd, SocketOption.SO_SNDBUF, LEAST_BUFFER))
                .isZero();
        assertThat(two.client.poll(fd) & Poll.POLLOUT).isZero();
        two.client.drainReady((ready, events) -> told.add(events));
        assertThat(told).doesNotContain(Poll.POLLOUT);
        byte[] buffer = new byte[1 << 20];
        for (int i = 0; i < 100; i++) {
            exchangeOnce();
            two.server.read(two.now, reader, buffer, 0, buffer.length);
        }
        two.client.drainReady((ready, events) -> told.add(events));
        assertThat(told.getLast()).isEqualTo(Poll.POLLOUT);
    }

    /** sk_stream_moderate_sndbuf: beyond the third number of tcp_mem it is a buffer at a time, and none before that is sent. */
    @Test
    void whereMemoryIsOutOneWriterTakesNoMoreThanABuffer() {
        int plenty = new WriterRoomTest().fill();
        two.client.sysctls().set(Sysctl.tcp_mem, 1, 1, 2);
        int little = fill();
        assertThat(little).isBetween(4096, plenty - 1);
        assertThat(two.client.poll(fd) & Poll.POLLOUT).isZero();
        byte[] buffer = new byte[1 << 20];
        for (int i = 0; i < 100; i++) {
            exchangeOnce();
            two.server.read(two.now, reader, buffer, 0, buffer.length);
        }
        assertThat(two.client.poll(fd) & Poll.POLLOUT).isEqualTo(Poll.POLLOUT);
        assertThat(fill()).isPositive();
    }

    private int fill() {
        byte[] data = new byte[1 << 16];
        int total = 0;
        int count = two.client.write(two.now, fd, data, 0, data.length);
        while (count > 0) {
            total += count;
            count = two.client.write(two.now, fd, data, 0, data.length);
        }
        assertThat(count).isEqualTo(-Errno.EAGAIN);
        return total;
    }

    /** What is under way now, both ways; nobody is told of anything. */
    private void exchangeOnce() {
        two.client.drainPackets((why, bytes, at, length) -> two.server.onPacket(two.now, bytes, at, length));
        two.server.drainPackets((why, bytes, at, length) -> two.client.onPacket(two.now, bytes, at, length));
    }
}
