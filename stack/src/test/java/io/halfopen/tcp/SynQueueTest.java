package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Timers;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.PeerMetrics;
import io.halfopen.tcp.socket.PortUse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many handshakes a listener keeps, which it gives up first, whom it trusts, and what the kernel's log says. */
class SynQueueTest {
    private static final String SYN = "S 0:0(0) win 65535 <mss 1460>";

    private final Scene scene = new Scene();

    private List<Peer> flood(int count) {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Peer peer = scene.peer();
            peer.inject(SYN);
            peers.add(peer);
        }
        return peers;
    }

    /** As measured; beyond the last one everything is a cookie, nothing is dropped, and tcp_max_syn_backlog is nothing. */
    @ParameterizedTest(name = "syncookies {0}, max_syn_backlog {1}, backlog {2}, somaxconn {3}")
    @CsvSource({
        "1, 2048, 0,    4096, 1",
        "1, 2048, 1,    4096, 2",
        "1, 2048, 2,    4096, 3",
        "1, 2048, 5,    4096, 6",
        "1, 2048, 10,   4096, 11",
        "1, 2048, 128,  4096, 129",
        "1, 2048, 4096, 4096, 4097",
        "1, 16,   8,    4096, 9",
        "1, 16,   4096, 4096, 4097",
        "1, 2048, 128,  10,   11",
        "2, 2048, 128,  4096, 0",
        "2, 16,   8,    10,   0"
    })
    void holdsThatManyAndThenSendsCookies(int cookies, int maxSynBacklog, int backlog, int somaxconn, int held) {
        scene.set(Sysctl.tcp_syncookies, cookies)
                .set(Sysctl.tcp_max_syn_backlog, maxSynBacklog)
                .set(Sysctl.somaxconn, somaxconn);
        int listener = scene.listener(backlog);
        List<Peer> peers = flood(held + 2);
        assertThat(scene.rule()).isEqualTo(Rule.SYN_COOKIE_SENT);
        assertThat(scene.changes()).isEqualTo("SyncookiesSent+1 TCPReqQFullDoCookies+1");
        assertThat(scene.stack.queues(listener).synQueue()).isEqualTo(held);
        assertThat(scene.stack.counted(Rule.SYN_COOKIE_SENT)).isEqualTo(2);
        assertThat(scene.stack.counter(Counter.ListenDrops)).isZero();
        assertThat(peers).allSatisfy(peer -> peer.expectOnly("S. 0:0(0) ack 1"));
    }

    // ---- the young and the old

    /** As measured; each keeps its retries, or gets the three SYN-ACKs that the least allows. */
    @ParameterizedTest(name = "backlog {0}, {1} half-open")
    @CsvSource({"128, 64, 64", "128, 80, 64", "128, 129, 64", "1000, 600, 500", "5, 6, 4", "3, 4, 4"})
    void aCloggedQueueGivesUpTheOldAtSevenSeconds(int backlog, int halfOpens, int survivors) {
        int listener = scene.listener(backlog);
        List<Peer> peers = flood(halfOpens);
        scene.at("6.999s");
        assertThat(scene.stack.queues(listener).synQueue()).isEqualTo(halfOpens);
        scene.at("7s");
        assertThat(scene.stack.queues(listener).synQueue()).isEqualTo(survivors);
        scene.at("62.999s");
        assertThat(scene.stack.queues(listener).synQueue()).isEqualTo(survivors);
        scene.at("63s");
        assertThat(scene.stack.queues(listener).synQueue()).isZero();
        assertThat(peers.stream().map(Peer::times).filter("0 1 3 7 15 31"::equals))
                .hasSize(survivors);
    }

    @Test
    void theYoungCountForRoom() {
        int listener = scene.listener(128);
        flood(100);
        scene.at("5s");
        flood(20);
        scene.at("7s");
        assertThat(scene.stack.queues(listener).synQueue()).isEqualTo(64);
        scene.at("63s");
        assertThat(scene.stack.queues(listener).synQueue()).isEqualTo(20);
        scene.at("68s");
        assertThat(scene.stack.queues(listener).synQueue()).isZero();
    }

    // ---- proven peers

    /** As measured with ip-tcp_metrics(8): 25 held, then one whom an earlier connection has measured. */
    @Test
    void aPeerWithAMeasuredRoundTripMayUseTheReserve() {
        int listener = scene.set(Sysctl.tcp_syncookies, 0)
                .set(Sysctl.tcp_max_syn_backlog, 32)
                .listener(128);
        closeOneConnection(listener, scene.peer("192.0.2.77", 1));
        flood(26);
        assertThat(scene.rule()).isEqualTo(Rule.SYN_BACKLOG_RESERVED);
        assertThat(scene.stack.queues(listener).synQueue()).isEqualTo(25);
        assertThat(scene.peer("192.0.2.77", 2).inject(SYN)).isEqualTo(Rule.SYN_ANSWERED);
        assertThat(scene.peer("192.0.2.78", 3).inject(SYN)).isEqualTo(Rule.SYN_BACKLOG_RESERVED);
    }

    @Test
    void anHourLaterItIsAStranger() {
        int listener = scene.set(Sysctl.tcp_syncookies, 0)
                .set(Sysctl.tcp_max_syn_backlog, 0)
                .listener(128);
        closeOneConnection(listener, scene.peer("192.0.2.77", 1));
        scene.at("3601s");
        flood(1);
        assertThat(scene.peer("192.0.2.77", 2).inject(SYN)).isEqualTo(Rule.SYN_BACKLOG_RESERVED);
    }

    @Test
    void withoutMetricsNobodyIsProven() {
        int listener = scene.set(Sysctl.tcp_no_metrics_save, 1)
                .set(Sysctl.tcp_syncookies, 0)
                .set(Sysctl.tcp_max_syn_backlog, 0)
                .listener(128);
        closeOneConnection(listener, scene.peer("192.0.2.77", 1));
        flood(1);
        assertThat(scene.peer("192.0.2.77", 2).inject(SYN)).isEqualTo(Rule.SYN_BACKLOG_RESERVED);
    }

    private void closeOneConnection(int listener, Peer peer) {
        peer.handshake();
        int fd = scene.accept(listener);
        peer.inject("F. 1:1(0) ack 1");
        scene.after("0.1s");
        peer.expect(". 1:1(0) ack 2");
        scene.close(fd);
        peer.expect("F. 1:1(0) ack 2");
        peer.inject(". 2:2(0) ack 2");
    }

    @Test
    void theLastFiveThousandsOfPeersAreRemembered() {
        PeerMetrics metrics = new PeerMetrics(0x9e3779b97f4a7c15L);
        Core core = new Core(Kernel.LINUX_6_18, Secrets.ofSeed(1).keys(), Timers.EXACT);
        PortUse port = core.ports.of(Scene.PORT);
        for (int i = 0; i < 200_000; i++) {
            Connection c = core.pools.connection(port);
            c.remoteLow = i;
            c.sender.roundTrip.sample(1_000_000, 0, 0);
            core.setNow(i);
            metrics.update(core, c);
            core.pools.give(c);
        }
        int known = 0;
        for (int i = 195_000; i < 200_000; i++) {
            known += metrics.isProven(0, 0, 0, i, core.now()) ? 1 : 0;
        }
        assertThat(known).isGreaterThan(4_000);
        assertThat(metrics.isProven(0, 0, 0, 1, core.now())).as("the first").isFalse();
    }

    // ---- SYNs that are known to be real

    @Test
    void aSynThatEndsTimeWaitIsLetPastAFullSynQueue() {
        int listener = scene.set(Sysctl.tcp_syncookies, 0).listener(1);
        Peer peer = scene.peer().handshake();
        scene.close(scene.accept(listener));
        peer.expect("F. 1:1(0) ack 1");
        peer.inject("F. 1:1(0) ack 2");
        peer.expect(". 2:2(0) ack 2");
        flood(3);
        assertThat(scene.rule()).isEqualTo(Rule.SYN_QUEUE_FULL);
        assertThat(peer.inject("S 1000:1000(0) win 65535 <mss 1460>")).isEqualTo(Rule.SYN_ANSWERED);
        assertThat(scene.stack.queues(listener).synQueue()).isEqualTo(3);
    }

    // ---- the log

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    6.18 | 1 | [    2.500000] TCP: request_sock_TCP: Possible SYN flooding on port [::]:8080. Sending cookies.
                    6.18 | 0 | [    2.500000] TCP: request_sock_TCP: Possible SYN flooding on port [::]:8080. Dropping request.
                    6.18 | 2 |
                    3.10 | 1 | [    2.500000] TCP: TCP: Possible SYN flooding on port 8080. Sending cookies.  Check SNMP counters.
                    """)
    void theLogTellsOfAFullSynQueueOnce(Kernel kernel, int cookies, @org.jspecify.annotations.Nullable String line) {
        Scene logged = new Scene(kernel);
        logged.set(Sysctl.tcp_syncookies, cookies).listener(1);
        logged.at("2.5s");
        for (int i = 0; i < 40; i++) {
            logged.peer().inject(SYN);
        }
        assertThat(String.join("\n", logged.stack.dmesg())).isEqualTo(line == null ? "" : ofFamily(line));
    }

    private static String ofFamily(String line) {
        return OverIpv6.isChosen() ? line.replace("TCP: Possible", "TCPv6: Possible") : line;
    }

    @Test
    void theReserveIsNotLogged() {
        scene.set(Sysctl.tcp_syncookies, 0).set(Sysctl.tcp_max_syn_backlog, 16).listener(4096);
        flood(40);
        assertThat(scene.rule()).isEqualTo(Rule.SYN_BACKLOG_RESERVED);
        assertThat(scene.stack.dmesg()).isEmpty();
    }
}
