package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Message;
import io.halfopen.linux.Poll;
import io.halfopen.linux.SocketOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What recvmsg(2) with MSG_ERRQUEUE tells; scripts of errqueue/ have the same compared with a live kernel. */
class ErrorQueueTest {
    private static final int SND_AND_ACK = 1 << 1 | 1 << 9;
    private static final int OPT_ID = 1 << 7;

    /** How long an ACK waits at most, ns. */
    private static final long ANSWER = 50_000_000;

    private final TwoStacks two = new TwoStacks(1500);
    private final int listener = two.listen(1);
    private final int fd = two.connect();

    @Test
    void callsWithZerocopyAreNumberedOnceTheyAreAllowed() {
        send(100);
        assertThat(two.client.readErrorQueue(fd)).isNull();
        assertThat(two.client.setsockopt(fd, SocketOption.SO_ZEROCOPY, 1)).isZero();
        send(100);
        send(100);
        assertThat(two.client.poll(fd) & Poll.POLLERR).isEqualTo(Poll.POLLERR);
        ErrorNotice notice = two.client.readErrorQueue(fd);
        assertThat(notice).isEqualTo(new ErrorNotice(0, ErrorNotice.ZEROCOPY, 1, 0, 1, false, two.now - ANSWER));
        assertThat(two.client.poll(fd) & Poll.POLLERR).isZero();
    }

    @Test
    void aCallThatTakesNothingHasNoNumber() {
        two.client.setsockopt(fd, SocketOption.SO_ZEROCOPY, 1);
        assertThat(two.client.sendmsg(two.now, fd, new byte[0], new int[] {0, 0}, Message.MSG_ZEROCOPY))
                .isZero();
        send(100);
        assertThat(two.client.readErrorQueue(fd))
                .extracting(ErrorNotice::info, ErrorNotice::data)
                .containsExactly(0, 0);
    }

    @Test
    void stampsCountOctetsFromWhereTheyWereAskedFor() {
        send(100);
        assertThat(two.client.setsockopt(fd, SocketOption.SO_TIMESTAMPING, SND_AND_ACK | OPT_ID))
                .isZero();
        send(50);
        assertThat(two.client.readErrorQueue(fd))
                .isEqualTo(new ErrorNotice(42, ErrorNotice.TIMESTAMPING, 0, 0, 49, true, two.now - ANSWER));
        assertThat(two.client.readErrorQueue(fd))
                .extracting(ErrorNotice::info, ErrorNotice::data)
                .containsExactly(2, 49);
        assertThat(two.client.readErrorQueue(fd)).isNull();
    }

    /** sock_set_timestamping: unknown bits, OPT_ID_TCP without OPT_ID, OPT_STATS without OPT_TSONLY. */
    @ParameterizedTest
    @ValueSource(ints = {1 << 19, 1 << 16, 1 << 12})
    void stampsThatLinuxRefuses(int bits) {
        assertThat(two.client.setsockopt(fd, SocketOption.SO_TIMESTAMPING, bits))
                .isEqualTo(-Errno.EINVAL);
    }

    @Test
    void numbersNeedAConnection() {
        assertThat(two.server.setsockopt(listener, SocketOption.SO_TIMESTAMPING, OPT_ID))
                .isEqualTo(-Errno.EINVAL);
        assertThat(two.server.setsockopt(listener, SocketOption.SO_TIMESTAMPING, SND_AND_ACK))
                .isZero();
    }

    /** The ACK of each is there before the next. */
    private void send(int octets) {
        byte[] data = new byte[octets];
        assertThat(two.client.send(two.now, fd, data, 0, octets, Message.MSG_ZEROCOPY))
                .isEqualTo(octets);
        two.exchange();
        two.now += ANSWER;
        two.server.onTimeout(two.now); // of the ACK that waits
        two.exchange();
    }
}
