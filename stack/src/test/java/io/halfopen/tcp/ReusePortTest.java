package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two listeners of one SO_REUSEPORT group: who gets which SYN, and what becomes of what a closed one leaves, without and
 * with tcp_migrate_req, as measured on 6.18.
 */
class ReusePortTest {
    private static final String SYN = "S 0:0(0) win 65535 <mss 1460>";
    private static final String ACK = ". 1:1(0) ack 1";

    private final Scene scene = new Scene();
    private int first;
    private int second;

    private void listen() {
        first = member();
        second = member();
    }

    private int member() {
        int fd = scene.socket();
        scene.stack.setsockopt(fd, SocketOption.SO_REUSEPORT, 1);
        boolean ipv6 = OverIpv6.isChosen();
        assertThat(scene.stack.bind(fd, ipv6 ? IpAddress.ANY_V6 : IpAddress.ANY_V4, Scene.PORT))
                .isZero();
        assertThat(scene.stack.listen(fd, 100)).isZero();
        return fd;
    }

    private int queued(int fd) {
        return scene.stack.queues(fd).acceptQueue();
    }

    private int halfOpen(int fd) {
        return scene.stack.queues(fd).synQueue();
    }

    private List<Peer> peers(int count) {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(scene.peer());
        }
        return peers;
    }

    private List<Peer> halfOpen(List<Peer> peers) {
        for (Peer peer : peers) {
            peer.inject(SYN);
            peer.expectOnly("S. 0:0(0) ack 1");
        }
        return peers;
    }

    /** Those of the peers with a half-open that {@code fd} alone has. */
    private List<Peer> halfOpensOf(int fd, int count) {
        List<Peer> mine = new ArrayList<>();
        for (Peer peer : peers(count)) {
            int before = halfOpen(fd);
            halfOpen(List.of(peer));
            if (halfOpen(fd) > before) {
                mine.add(peer);
            }
        }
        return mine;
    }

    // ---- who gets what

    @Test
    void theTuplesHashChooses() {
        listen();
        for (int i = 0; i < 120; i++) {
            scene.peer().handshake();
        }
        assertThat(queued(first) + queued(second)).isEqualTo(120);
        assertThat(queued(first)).isBetween(35, 85);
    }

    @Test
    void aFinalAckAndACookieFindTheListenerOfTheirSyn() {
        scene.set(Sysctl.tcp_syncookies, 2);
        listen();
        List<Peer> peers = halfOpen(peers(20));
        for (Peer peer : peers) {
            peer.inject(ACK);
        }
        assertThat(scene.stack.counted(Rule.COOKIE_ACCEPTED)).isEqualTo(20);
        scene.expectNothing();
    }

    @Test
    void aListenerForTheAddressItselfComesBeforeAGroupOfAll() {
        listen();
        int exact = scene.socket();
        scene.stack.setsockopt(exact, SocketOption.SO_REUSEPORT, 1);
        assertThat(scene.stack.bind(exact, scene.host(), Scene.PORT)).isZero();
        assertThat(scene.stack.listen(exact, 100)).isZero();
        halfOpen(peers(20));
        assertThat(halfOpen(exact)).isEqualTo(20);
    }

    @Test
    void withoutAMemberTheOtherGetsAll() {
        listen();
        scene.close(first);
        halfOpen(peers(20));
        assertThat(halfOpen(second)).isEqualTo(20);
    }

    // ---- tcp_migrate_req = 0

    @Test
    void withoutMigrationTheQueuedAreReset() {
        listen();
        List<Peer> peers = peers(20);
        peers.forEach(Peer::handshake);
        int left = queued(first);
        scene.close(first);
        assertThat(scene.changes()).isEqualTo("EstabResets+" + left + " OutRsts+" + left);
        assertThat(scene.stack.counted(Rule.LISTENER_CLOSED)).isEqualTo(left);
        assertThat(queued(second)).isEqualTo(20 - left);
    }

    /** Each segment finds the other listener, which knows nothing of it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    S 0:0(0) win 65535 <mss 1460> | S. 0:0(0) ack 1       |
                    S 50:50(0)                    | S. 0:0(0) ack 51      |
                    R 1:1(0)                      |                       |
                    . 1:1(0) ack 1                | R 1:1(0) win 0 <>     | OutRsts+1
                    """)
    void withoutMigrationTheHalfOpenAreStrangers(String segment, String reply, String changes) {
        listen();
        Peer peer = halfOpensOf(first, 20).getFirst();
        scene.close(first);
        peer.inject(segment);
        assertThat(scene.changes()).isEqualTo(changes == null ? "" : changes);
        peer.expectOnly(reply);
    }

    @Test
    void withoutMigrationTheirTimersEnd() {
        listen();
        int others = 20 - halfOpensOf(first, 20).size();
        scene.close(first);
        scene.at("1s");
        assertThat(scene.stack.counter(Counter.TCPSynRetrans)).isEqualTo(others);
    }

    // ---- tcp_migrate_req = 1

    /** There is no limit but memory: the other queue may have more than B + 1 then. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theQueuedGoToTheOtherHoweverFullItIs(boolean shutdown) {
        scene.set(Sysctl.tcp_migrate_req, 1);
        listen();
        List<Peer> peers = peers(20);
        peers.forEach(Peer::handshake);
        int left = queued(first);
        scene.stack.listen(second, 0);
        if (shutdown) {
            scene.shutdown(first, Stack.SHUT_RD);
        } else {
            scene.close(first);
        }
        assertThat(scene.changes()).isEqualTo("TCPMigrateReqSuccess+" + left);
        assertThat(scene.stack.counted(Rule.LISTENER_CLOSED_MIGRATED)).isEqualTo(left);
        scene.expectNothing();
        assertThat(queued(second)).isEqualTo(20);
        for (int i = 0; i < 20; i++) {
            int fd = scene.accept(second);
            assertThat(scene.write(fd, "hi")).isEqualTo(2);
        }
        peers.forEach(peer -> peer.expectOnly("P. 1:3(2) ack 1"));
    }

    @Test
    void soDoesOneThatWasReset() {
        scene.set(Sysctl.tcp_migrate_req, 1);
        listen();
        List<Peer> peers = peers(20);
        peers.forEach(Peer::handshake);
        peers.forEach(peer -> peer.inject("R 1:1(0)"));
        int left = queued(first);
        scene.close(first);
        assertThat(scene.changes()).isEqualTo("TCPMigrateReqSuccess+" + left);
        assertThat(queued(second)).isEqualTo(20);
        assertThat(scene.read(scene.accept(second))).isEqualTo("ECONNRESET");
    }

    @Test
    void theLastOfAGroupHasNobodyToLeaveThemTo() {
        scene.set(Sysctl.tcp_migrate_req, 1);
        listen();
        List<Peer> halves = halfOpensOf(first, 20);
        List<Peer> peers = peers(10);
        peers.forEach(Peer::handshake);
        scene.close(second);
        scene.close(first);
        assertThat(scene.changes()).isEqualTo("EstabResets+10 OutRsts+10 TCPMigrateReqFailure+10");
        assertThat(scene.stack.counted(Rule.LISTENER_CLOSED_LAST)).isEqualTo(10);
        halves.getFirst().inject(ACK);
        assertThat(scene.changes()).isEqualTo("OutRsts+1 TCPMigrateReqFailure+1");
        halves.getFirst().expectOnly("R 1:1(0) win 0 <>");
    }

    @Test
    void aHalfOpenMovesWithItsFinalAck() {
        scene.set(Sysctl.tcp_migrate_req, 1);
        listen();
        Peer peer = halfOpensOf(first, 20).getFirst();
        scene.close(first);
        assertThat(scene.changes()).isEmpty();
        int before = halfOpen(second);
        assertThat(peer.inject(ACK)).isEqualTo(Rule.FINAL_ACK_ACCEPTED);
        assertThat(scene.changes()).isEqualTo("PassiveOpens+1 TCPMigrateReqSuccess+1");
        assertThat(queued(second)).isEqualTo(1);
        assertThat(halfOpen(second)).isEqualTo(before);
        scene.expectNothing();
    }

    /** Whatever comes before that is answered as ever, and moves nothing. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    S 0:0(0) win 65535 <mss 1460> | S. 0:0(0) ack 1        | RetransSegs+1 TCPSynRetrans+1
                    R 1:1(0)                      |                        | AttemptFails+1 EmbryonicRsts+1
                    S 50:50(0)                    | R. 0:0(0) ack 51 win 0 <> | AttemptFails+1 OutRsts+1 EmbryonicRsts+1
                    . 1:1(0) ack 7                | R 7:7(0) win 0 <>      | OutRsts+1
                    """)
    void otherSegmentsMoveNothing(String segment, String reply, String changes) {
        scene.set(Sysctl.tcp_migrate_req, 1);
        listen();
        Peer peer = halfOpensOf(first, 20).getFirst();
        scene.close(first);
        int before = halfOpen(second);
        peer.inject(segment);
        assertThat(scene.changes()).isEqualTo(changes);
        peer.expectOnly(reply);
        assertThat(halfOpen(second)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void theOthersQueueMayBeFullForItsFinalAck(int tcp_abort_on_overflow) {
        scene.set(Sysctl.tcp_migrate_req, 1).set(Sysctl.tcp_abort_on_overflow, tcp_abort_on_overflow);
        listen();
        Peer peer = halfOpensOf(first, 20).getFirst();
        scene.close(first);
        scene.stack.listen(second, 0);
        scene.peer().handshake();
        peer.inject(ACK);
        assertThat(scene.changes())
                .isEqualTo((tcp_abort_on_overflow == 1 ? "OutRsts+1 EmbryonicRsts+1 " : "")
                        + "ListenOverflows+1 ListenDrops+1 TCPMigrateReqFailure+1");
        peer.expectOnly(tcp_abort_on_overflow == 1 ? "R 1:1(0) win 0 <>" : null);
    }

    /** The timer of its SYN-ACK moves a half-open as well, and from then on the other counts it. */
    @Test
    void theTimerMovesThem() {
        scene.set(Sysctl.tcp_migrate_req, 1);
        listen();
        int left = halfOpensOf(first, 20).size();
        scene.close(first);
        scene.at("1s");
        assertThat(scene.changes())
                .isEqualTo("RetransSegs+20 TCPTimeouts+20 TCPSynRetrans+20 TCPMigrateReqSuccess+" + left);
        assertThat(halfOpen(second)).isEqualTo(20);
        scene.at("3s");
        assertThat(scene.changes()).isEqualTo("RetransSegs+20 TCPTimeouts+20 TCPSynRetrans+20");
        scene.at("63s");
        assertThat(halfOpen(second)).isZero();
    }

    @Test
    void oneThatExpiresIsNotWorthMoving() {
        scene.set(Sysctl.tcp_migrate_req, 1).set(Sysctl.tcp_synack_retries, 0);
        listen();
        int left = halfOpensOf(first, 20).size();
        scene.close(first);
        scene.at("1s");
        assertThat(scene.changes()).isEqualTo("TCPTimeouts+20 TCPMigrateReqFailure+" + left);
        assertThat(halfOpen(second)).isZero();
    }

    /** After shutdown(SHUT_RD) and listen() nothing has happened to a half-open, with migration and without. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void listeningAgainGoesOnWithTheHalfOpen(int tcp_migrate_req) {
        scene.set(Sysctl.tcp_migrate_req, tcp_migrate_req);
        listen();
        List<Peer> peers = halfOpen(peers(20));
        int left = halfOpen(first);
        scene.shutdown(first, Stack.SHUT_RD);
        assertThat(scene.stack.listen(first, 100)).isZero();
        assertThat(halfOpen(first)).isEqualTo(left);
        peers.forEach(peer -> peer.inject(ACK));
        assertThat(queued(first)).isEqualTo(left);
        assertThat(queued(second)).isEqualTo(20 - left);
        scene.expectNothing();
    }
}
