package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import org.junit.jupiter.api.Test;

/** What is taken in when the receive buffer, or the memory of all connections, is full; numbers as measured on Linux 6.18. */
class ReceiveMemoryTest {
    private final Scene scene = new Scene();
    private final Peer peer = scene.peer();

    private int connection(int receiveBuffer) {
        int listener = scene.socket();
        if (receiveBuffer > 0) {
            scene.stack.setsockopt(listener, SocketOption.SO_RCVBUF, receiveBuffer);
        }
        scene.stack.bind(listener, scene.host(), Scene.PORT);
        scene.stack.listen(listener, 1);
        peer.inject("S 0:0(0) win 65535 <mss 1460,nop,nop,sackOK>");
        peer.next();
        peer.inject(". 1:1(0) ack 1 win 65535");
        return scene.accept(listener);
    }

    /** Each segment with one octet costs 832 octets: 49 of them more than SO_RCVBUF allows. */
    @Test
    void whatLiesBeyondGapsIsBoundedByTheReceiveBuffer() {
        connection(20000);
        int count = 0;
        while (peer.inject("P. %d:%d(1) ack 1".formatted(3 + 2 * count, 4 + 2 * count)) == Rule.DATA_OUT_OF_ORDER) {
            count++;
        }
        assertThat(count).isEqualTo(49);
        assertThat(scene.rule()).isEqualTo(Rule.DATA_TOO_MANY_GAPS);
        assertThat(scene.changes()).isEqualTo("PruneCalled+1 RcvPruned+1 TCPOFODrop+1");
    }

    @Test
    void theLastOfItMakesRoomForWhatComesBefore() {
        connection(20000);
        for (int seq = 3; seq <= 99; seq += 2) {
            peer.inject("P. %d:%d(1) ack 1".formatted(seq, seq + 1));
        }
        scene.after("0.01s");
        scene.mark();
        assertThat(peer.inject("P. 2:3(1) ack 1")).isEqualTo(Rule.DATA_OUT_OF_ORDER);
        assertThat(scene.changes()).isEqualTo("PruneCalled+1 OfoPruned+1 TCPOFOQueue+1");
        scene.after("0.01s");
        assertThat(peer.inject("P. 1:2(1) ack 1")).isEqualTo(Rule.DATA_ACCEPTED);
    }

    @Test
    void aBufferThatNobodyHasFixedGrowsInstead() {
        connection(0);
        for (int seq = 3; seq < 2003; seq += 2) {
            assertThat(peer.inject("P. %d:%d(1) ack 1".formatted(seq, seq + 1))).isEqualTo(Rule.DATA_OUT_OF_ORDER);
        }
        assertThat(scene.stack.counter(Counter.PruneCalled)).isEqualTo(842);
        assertThat(scene.stack.counter(Counter.TCPOFODrop)).isZero();
    }

    /** Linux's tcp_mem is that of all namespaces, so this was read in its sources, not measured. */
    @Test
    void aboveTcpMemNothingMoreIsTakenIn() {
        int fd = connection(0);
        scene.set(Sysctl.tcp_mem, 0, 0, 0);
        int seq = 1;
        while (peer.inject(". %d:%d(1460) ack 1".formatted(seq, seq + 1460)) == Rule.DATA_ACCEPTED) {
            seq += 1460;
            peer.next();
        }
        assertThat(scene.rule()).isEqualTo(Rule.DATA_NO_MEMORY);
        assertThat(seq)
                .as("tcp_rmem's first number is for each, whatever there is")
                .isEqualTo(1 + 2 * 1460);
        assertThat(scene.stack.counter(Counter.TCPRcvQDrop)).isEqualTo(1);
        assertThat(scene.stack.counter(Counter.TCPMemoryPressures)).isEqualTo(1);
        peer.expectOnly(". 1:1(0) ack 2921 win 0");
        assertThat(scene.read(fd)).hasSize(2920);
        peer.expectOnly(". 1:1(0) ack 2921 win 5840");
    }

    /**
     * A segment of 1000 octets teaches that so small a buffer is a window of 999. Then the buffer grows while the window
     * is shut, and without scaling only whole segments are offered: the 999 must count as one.
     */
    @Test
    void aShutWindowOpensThoughTheLargestSegmentIsLarger() {
        int fd = connection(1152);
        peer.inject(". 1:1001(1000) ack 1");
        peer.expect(". 1:1(0) ack 1001 win 152");
        peer.inject(". 1001:1153(152) ack 1");
        scene.after("0.04s");
        peer.expect(". 1:1(0) ack 1153 win 0");
        scene.stack.setsockopt(fd, SocketOption.SO_RCVBUF, 100_000);
        scene.stack.setsockopt(fd, SocketOption.TCP_WINDOW_CLAMP, 100_000);
        assertThat(scene.read(fd)).hasSize(1152);
        peer.expectOnly(". 1:1(0) ack 1153 win 999");
    }
}
