package io.halfopen.tcp;

import static io.halfopen.linux.Errno.EADDRINUSE;
import static io.halfopen.linux.Errno.EAGAIN;
import static io.halfopen.linux.Errno.EINVAL;
import static io.halfopen.linux.Errno.EISCONN;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Poll;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.wire.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many finished connections a listener keeps for accept(), and in which order it gives them back. */
class AcceptQueueTest {
    private static final String REFUSED = "ListenOverflows+1 ListenDrops+1";
    private static final String SYN = "S 0:0(0) win 65535 <mss 1460>";

    private final Scene scene = new Scene();

    /** The effective backlog is min(backlog, somaxconn), unsigned; the queue holds one more. */
    @ParameterizedTest
    @CsvSource(useHeadersInDisplayName = true, delimiter = '|', textBlock = """
                    backlog     | somaxconn 0 | 1 | 5 | 128 | 4096
                    0           | 0           | 0 | 0 | 0   | 0
                    1           | 0           | 1 | 1 | 1   | 1
                    2           | 0           | 1 | 2 | 2   | 2
                    5           | 0           | 1 | 5 | 5   | 5
                    10          | 0           | 1 | 5 | 10  | 10
                    128         | 0           | 1 | 5 | 128 | 128
                    5000        | 0           | 1 | 5 | 128 | 4096
                    2147483647  | 0           | 1 | 5 | 128 | 4096
                    -1          | 0           | 1 | 5 | 128 | 4096
                    -2147483648 | 0           | 1 | 5 | 128 | 4096
                    """)
    void holdsOneMoreThanTheEffectiveBacklog(int backlog, int with0, int with1, int with5, int with128, int with4096) {
        fill(backlog, 0, with0);
        fill(backlog, 1, with1);
        fill(backlog, 5, with5);
        fill(backlog, 128, with128);
        fill(backlog, 4096, with4096);
    }

    private static void fill(int backlog, int somaxconn, int effective) {
        Scene scene = new Scene().set(Sysctl.somaxconn, somaxconn);
        int listener = scene.listener(backlog);
        for (int i = 0; i <= effective; i++) {
            scene.peer().handshake();
        }
        for (int i = 0; i < 3; i++) {
            assertThat(scene.peer().inject(SYN)).isEqualTo(Rule.ACCEPT_QUEUE_FULL);
            assertThat(scene.changes()).isEqualTo(REFUSED);
        }
        scene.expectNothing();

        SocketRow row = scene.stack.row(listener);
        assertThat(row.receiveQueue()).as("Recv-Q").isEqualTo(effective + 1);
        assertThat(row.sendQueue()).as("Send-Q").isEqualTo(effective);
        assertThat(scene.stack.snapshot())
                .filteredOn(each -> each.state() == TcpState.ESTABLISHED)
                .hasSize(effective + 1);
        ListenQueues queues = scene.stack.queues(listener);
        assertThat(queues.backlog()).isEqualTo(backlog);
        assertThat(queues.effectiveBacklog()).isEqualTo(effective);
        assertThat(queues.acceptQueuePeak()).isEqualTo(effective + 1);
        assertThat(queues.synQueue()).isZero();
        assertThat(queues.synQueuePeak()).isEqualTo(1);
    }

    @Test
    void backlogIsNotCutTo16Bits() {
        int listener = scene.set(Sysctl.somaxconn, 70000).listener(70000);
        assertThat(scene.stack.row(listener).sendQueue()).isEqualTo(70000);
    }

    @Test
    void aRepeatedSynIsRefusedAndCountedAgain() {
        scene.listener(0);
        scene.peer().handshake();
        Peer refused = scene.peer();
        for (int i = 0; i < 5; i++) {
            refused.inject(SYN);
            assertThat(scene.changes()).isEqualTo(REFUSED);
        }
        assertThat(scene.stack.counter(Counter.ListenOverflows)).isEqualTo(5);
        assertThat(scene.stack.counted(Rule.ACCEPT_QUEUE_FULL)).isEqualTo(5);
    }

    @Test
    void listenAgainMovesTheLimitAndDropsNothing() {
        int listener = scene.listener(5);
        connect(4, 0);
        assertThat(queues(listener)).isEqualTo("4/5");
        scene.stack.listen(listener, 1);
        assertThat(queues(listener)).isEqualTo("4/1");
        connect(0, 2);
        scene.stack.listen(listener, 8);
        connect(5, 17);
        assertThat(queues(listener)).isEqualTo("9/8");

        scene.set(Sysctl.somaxconn, 3);
        assertThat(queues(listener))
                .as("somaxconn counts when listen() is called")
                .isEqualTo("9/8");
        scene.stack.listen(listener, 8);
        assertThat(queues(listener)).isEqualTo("9/3");
        scene.stack.listen(listener, 0);
        assertThat(queues(listener)).isEqualTo("9/0");
        for (int i = 0; i < 9; i++) {
            assertThat(scene.accept(listener)).isPositive();
        }
        connect(1, 2);
        assertThat(queues(listener)).isEqualTo("1/0");
    }

    private void connect(int accepted, int refused) {
        for (int i = 0; i < accepted; i++) {
            scene.peer().handshake();
        }
        for (int i = 0; i < refused; i++) {
            scene.peer().inject(SYN);
            assertThat(scene.changes()).isEqualTo(REFUSED);
        }
    }

    private String queues(int listener) {
        SocketRow row = scene.stack.row(listener);
        return row.receiveQueue() + "/" + row.sendQueue();
    }

    @Test
    void acceptGivesConnectionsInTheOrderOfTheirFinalAcks() {
        int listener = scene.listener(5);
        Peer[] peers = {scene.peer(), scene.peer(), scene.peer()};
        for (Peer peer : peers) {
            peer.inject(SYN);
        }
        for (int i = 2; i >= 0; i--) {
            peers[i].inject(". 1:1(0) ack 1");
        }
        for (int i = 2; i >= 0; i--) {
            assertThat(scene.stack.row(scene.accept(listener)).remotePort()).isEqualTo(peers[i].port());
        }
        assertThat(scene.accept(listener)).isEqualTo(-EAGAIN);
    }

    @Test
    void aConnectionThatWasResetKeepsItsSlotAndIsStillAccepted() {
        int listener = scene.listener(1);
        Peer silent = scene.peer().handshake();
        Peer talker = scene.peer().handshake();
        talker.inject("P. 1:3(2) ack 1");
        talker.expect(". 1:1(0) ack 3");
        assertThat(silent.inject("R. 1:1(0) ack 1")).isEqualTo(Rule.RST_ACCEPTED);
        assertThat(scene.changes()).isEqualTo("EstabResets+1");
        talker.inject("R. 3:3(0) ack 1");
        assertThat(scene.changes()).isEqualTo("EstabResets+1");

        assertThat(scene.stack.snapshot()).as("only the listener is left").hasSize(1);
        assertThat(queues(listener)).isEqualTo("2/1");
        scene.peer().inject(SYN);
        assertThat(scene.changes()).isEqualTo(REFUSED);
        scene.expectNothing();

        int first = scene.accept(listener);
        assertThat(scene.stack.row(first).state()).isEqualTo(TcpState.CLOSE);
        assertThat(scene.read(first)).isEqualTo("ECONNRESET");
        assertThat(scene.read(first)).isEqualTo("EOF");
        int second = scene.accept(listener);
        assertThat(scene.read(second)).as("what came before the reset").isEqualTo("ab");
        assertThat(scene.read(second)).isEqualTo("ECONNRESET");
        assertThat(scene.read(second)).isEqualTo("EOF");
    }

    @Test
    void pollOfAListenerTellsOfTheAcceptQueueOnly() {
        int listener = scene.listener(1);
        Peer peer = scene.peer();
        peer.inject(SYN);
        assertThat(scene.stack.poll(listener)).as("half-open").isZero();
        peer.inject(". 1:1(0) ack 1");
        assertThat(scene.stack.poll(listener)).isEqualTo(Poll.POLLIN);
        scene.accept(listener);
        assertThat(scene.stack.poll(listener)).isZero();
    }

    @Test
    void listenBindsAnUnboundSocket() {
        int fd = scene.socket();
        assertThat(scene.stack.listen(fd, 1)).isZero();
        SocketRow row = scene.stack.row(fd);
        assertThat(row.localAddress()).isEqualTo(OverIpv6.isChosen() ? IpAddress.ANY_V6 : IpAddress.ANY_V4);
        assertThat(row.localPort()).isBetween(32768, 60999);
        assertThat(scene.stack.getsockopt(fd, SocketOption.SO_ACCEPTCONN)).isEqualTo(1);
    }

    @Test
    void whatIsNoListenerCannotAcceptAndWhatIsOneCannotConnect() {
        int listener = scene.listener(1);
        Peer peer = scene.peer();
        assertThat(scene.accept(listener)).isEqualTo(-EAGAIN);
        assertThat(scene.connect(listener, peer)).isEqualTo(-EISCONN);
        peer.handshake();
        int fd = scene.accept(listener);
        assertThat(scene.accept(fd)).isEqualTo(-EINVAL);
        assertThat(scene.stack.listen(fd, 1)).isEqualTo(-EINVAL);
        assertThat(scene.stack.getsockopt(fd, SocketOption.SO_ACCEPTCONN)).isZero();
        assertThat(scene.accept(scene.socket())).isEqualTo(-EINVAL);
    }

    @Test
    void aListenersPortIsTakenEvenWithReuseaddr() {
        int listener = scene.listener(1);
        scene.stack.setsockopt(listener, SocketOption.SO_REUSEADDR, 1);
        int second = scene.socket();
        scene.stack.setsockopt(second, SocketOption.SO_REUSEADDR, 1);
        assertThat(scene.stack.bind(second, IpAddress.ANY_V4, Scene.PORT)).isEqualTo(-EADDRINUSE);
    }
}
