package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TCP_DEFER_ACCEPT beside the queues, cookies, timestamps and round trips, and on a client; all as measured on 6.18. */
class DeferAcceptBesideTest {
    private static final String SYN = DeferAcceptTest.SYN;

    private final Scene scene = new Scene();
    private final Peer peer = scene.peer();
    private int listener;

    private void listen(int backlog, int seconds) {
        listener = scene.listener(backlog);
        assertThat(scene.stack.setsockopt(listener, SocketOption.TCP_DEFER_ACCEPT, seconds))
                .isZero();
    }

    private int synQueue() {
        return scene.stack.queues(listener).synQueue();
    }

    private int acceptQueue() {
        return scene.stack.queues(listener).acceptQueue();
    }

    /** Backlog 2: three wait half-open, and a fourth finds the SYN queue full. */
    @Test
    void deferredHandshakesFillTheSynQueue() {
        scene.set(Sysctl.tcp_syncookies, 0);
        listen(2, 30);
        for (int i = 0; i < 3; i++) {
            DeferAcceptTest.synAndAck(scene, scene.peer());
        }
        assertThat(peer.inject(SYN)).isEqualTo(Rule.SYN_QUEUE_FULL);
        assertThat(scene.changes()).isEqualTo("ListenDrops+1 TCPReqQFullDrop+1");
        assertThat(synQueue()).isEqualTo(3);
        assertThat(acceptQueue()).isZero();
    }

    @Test
    void aCookieIsNotDeferred() {
        listen(2, 30);
        for (int i = 0; i < 3; i++) {
            DeferAcceptTest.synAndAck(scene, scene.peer());
        }
        for (int i = 0; i < 2; i++) {
            assertThat(cookie(scene.peer())).isEqualTo(Rule.COOKIE_ACCEPTED);
        }
        assertThat(synQueue()).isEqualTo(3);
        assertThat(acceptQueue()).isEqualTo(2);
    }

    private Rule cookie(Peer client) {
        assertThat(client.inject(SYN)).isEqualTo(Rule.SYN_COOKIE_SENT);
        client.expect("S. 0:0(0) ack 1");
        return client.inject(". 1:1(0) ack 1 <TS val 104 ecr 0>");
    }

    @Test
    void withCookiesForEverybodyNobodyIsDeferred() {
        scene.set(Sysctl.tcp_syncookies, 2);
        listen(2, 30);
        for (int i = 0; i < 3; i++) {
            assertThat(cookie(scene.peer())).isEqualTo(Rule.COOKIE_ACCEPTED);
        }
        assertThat(acceptQueue()).isEqualTo(3);
        assertThat(peer.inject(SYN)).isEqualTo(Rule.COOKIE_ACCEPT_QUEUE_FULL);
        assertThat(scene.counted(Counter.ListenOverflows)).isEqualTo(1);
    }

    /** Backlog 1, two connections queued with data, and a third deferred one whose data finds the queue full. */
    private void dataFindsTheAcceptQueueFull(int abort) {
        scene.set(Sysctl.tcp_abort_on_overflow, abort);
        listen(1, 10);
        Peer[] first = {scene.peer(), scene.peer()};
        for (Peer client : first) {
            DeferAcceptTest.synAndAck(scene, client);
        }
        first[0].inject("P. 1:2(1) ack 1 <TS val 105 ecr 0>");
        DeferAcceptTest.synAndAck(scene, peer);
        first[1].inject("P. 1:2(1) ack 1 <TS val 105 ecr 0>");
        for (Peer client : first) {
            client.expect(". 1:1(0) ack 2");
        }
        assertThat(acceptQueue()).isEqualTo(2);
    }

    @Test
    void dataThatFindsTheAcceptQueueFullIsIgnoredAndTheSynAckStaysMuted() {
        dataFindsTheAcceptQueueFull(0);
        assertThat(peer.inject("P. 1:2(1) ack 1 <TS val 105 ecr 0>")).isEqualTo(Rule.FINAL_ACK_IGNORED);
        assertThat(scene.changes()).isEqualTo("ListenOverflows+1 ListenDrops+1");
        scene.at("8s").expectNothing();
        assertThat(scene.counted(Counter.TCPTimeouts)).isEqualTo(3);
        scene.at("15s");
        peer.expectOnly("S. 0:0(0) ack 1");
        scene.accept(listener);
        peer.inject("P. 1:2(1) ack 1 <TS val 105 ecr 0>");
        assertThat(scene.changes()).as("the client's own retransmission").isEqualTo("PassiveOpens+1");
    }

    @Test
    void withAbortOnOverflowItIsReset() {
        dataFindsTheAcceptQueueFull(1);
        assertThat(peer.inject("P. 1:2(1) ack 1 <TS val 105 ecr 0>")).isEqualTo(Rule.FINAL_ACK_RESET);
        assertThat(scene.changes()).isEqualTo("OutRsts+1 EmbryonicRsts+1 ListenOverflows+1 ListenDrops+1");
        peer.expectOnly("R 1:1(0) win 0 <>");
        assertThat(synQueue()).isZero();
    }

    // ---- what else was measured

    /** Seen in the SYN-ACK of the deadline: an ACK that is not let in moves no timestamp, other than on 3.10. */
    @ParameterizedTest
    @CsvSource({"6.18, 100", "3.10, 104"})
    void theSynAckEchoes(Kernel kernel, int echo) {
        Scene old = new Scene(kernel);
        listener = old.listener(10);
        old.stack.setsockopt(listener, SocketOption.TCP_DEFER_ACCEPT, 1);
        Peer client = old.peer();
        client.inject(SYN);
        client.expect("S. 0:0(0) ack 1");
        client.inject(". 1:1(0) ack 1 <TS val 104 ecr 0>");
        old.at("1.5s");
        assertThat(client.next().segment().tsEcho()).isEqualTo(echo);
    }

    /** The deferral is measured as round trip: data after 2.5 s, then a retransmission timeout of 7.5 s, and a tail loss probe after 5.2 s. */
    @Test
    void theWaitCountsAsRoundTripTime() {
        listen(5, 10);
        DeferAcceptTest.synAndAck(scene, peer);
        scene.at("2.5s");
        peer.inject("P. 1:6(5) ack 1 <TS val 200 ecr 0>");
        peer.expect(". 1:1(0) ack 6");
        int fd = scene.accept(listener);
        scene.write(fd, "x");
        peer.expect("P. 1:2(1) ack 6");
        scene.at("20s");
        assertThat(peer.times()).as("tail loss probe after 2 round trips").startsWith("7.7 ");
    }

    /** Measured: 202 ms. */
    @Test
    void aClientWithTheOptionHoldsItsLastAckBackForItsData() {
        int fd = scene.socket();
        scene.stack.setsockopt(fd, SocketOption.TCP_DEFER_ACCEPT, 1);
        scene.connect(fd, peer);
        peer.expect("S 0:0(0)");
        peer.inject("S. 0:0(0) ack 1 win 65535 <mss 1460>");
        assertThat(scene.connect(fd, peer)).as("connect() is done").isZero();
        scene.at("0.199s").expectNothing();
        scene.at("0.2s");
        assertThat(scene.changes()).isEqualTo("DelayedACKs+1");
        peer.expectOnly(". 1:1(0) ack 1");
    }

    @Test
    void aClientsDataCarriesThatAck() {
        int fd = scene.socket();
        scene.stack.setsockopt(fd, SocketOption.TCP_DEFER_ACCEPT, 1);
        scene.connect(fd, peer);
        peer.expect("S 0:0(0)");
        peer.inject("S. 0:0(0) ack 1 win 65535 <mss 1460>");
        scene.write(fd, "hello");
        peer.expectOnly("P. 1:6(5) ack 1");
        peer.inject(". 1:1(0) ack 6");
        scene.at("1s").expectNothing();
    }
}
