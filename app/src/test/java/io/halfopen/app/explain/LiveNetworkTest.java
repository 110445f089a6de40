package io.halfopen.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.lab.LiveKernel;
import io.halfopen.linux.Counter;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.TcpHeader;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Captures of this machine's own kernel: what the lab does not make, Fast Open, TIME_WAIT, firewalls and floods. */
class LiveNetworkTest {
    private static final int PORT = LivePair.PORT;
    private static final int CLIENTS_PORT = 40_000;
    private static final int FLOOD = 300;

    private LivePair pair;

    @BeforeAll
    static void thereIsAKernel() {
        LiveKernel.require();
    }

    @BeforeEach
    void open() throws Exception {
        pair = new LivePair();
    }

    @AfterEach
    void close() {
        if (pair != null) {
            pair.close();
        }
    }

    /** In the whole capture the cause itself; in each half at least as one of two, or nothing of it can be seen there. */
    private void assertFound(Cause cause, boolean inClients, boolean inServers) {
        assertThat(pair.findings(packet -> true)).extracting(Finding::cause).contains(cause);
        assertInHalf(cause, inClients, pair.findings(packet -> packet.destinationPort == PORT));
        assertInHalf(cause, inServers, pair.findings(packet -> packet.sourcePort == PORT));
    }

    private static void assertInHalf(Cause cause, boolean shows, List<Finding> findings) {
        if (shows) {
            assertThat(findings).anyMatch(each -> each.cause() == cause || each.or() == cause);
        } else {
            assertThat(findings).extracting(Finding::cause).doesNotContain(cause);
        }
    }

    private Finding only(Cause cause) {
        return pair.findings(packet -> true).stream()
                .filter(each -> each.cause() == cause)
                .findFirst()
                .orElseThrow(() -> new AssertionError(cause + " is not in " + pair.findings(packet -> true)));
    }

    private void assertNothingElseOf(Cause... wrong) {
        assertThat(pair.findings(packet -> true)).extracting(Finding::cause).doesNotContain(wrong);
    }

    /** A connection that brings a cookie. */
    private int fastOpenListener() throws Exception {
        pair.client.set(Sysctl.tcp_fastopen, 1);
        pair.server.set(Sysctl.tcp_fastopen, 2);
        int listener = pair.listen(PORT, 16);
        assertThat(pair.server.setsockopt(listener, SocketOption.TCP_FASTOPEN, 16))
                .isZero();
        exchange(listener);
        return listener;
    }

    private void exchange(int listener) throws Exception {
        int client = pair.client.socket(LivePair.AF_INET);
        assertThat(pair.client.setsockopt(client, SocketOption.TCP_FASTOPEN_CONNECT, 1))
                .isZero();
        pair.client.connect(client, LivePair.SERVER, PORT);
        pair.until(() -> pair.client.write(client, new byte[50], 0, 50) == 50);
        int server = pair.accept(listener);
        assertThat(pair.read(pair.server, server)).isEqualTo(50);
        pair.write(pair.server, server, "answer");
        assertThat(pair.read(pair.client, client)).isEqualTo(6);
        pair.client.close(client);
        pair.server.close(server);
        pair.pass(50);
    }

    @Test
    void aCookieIsAskedForAndTheNextSynsDataIsTaken() throws Exception {
        exchange(fastOpenListener());
        assertFound(Cause.FAST_OPEN_REQUEST, true, true);
        assertFound(Cause.FAST_OPEN, true, true);
    }

    @Test
    void aServerThatDoesNoFastOpenAnyMoreFallsBack() throws Exception {
        int listener = fastOpenListener();
        pair.server.set(Sysctl.tcp_fastopen, 0);
        exchange(listener);
        assertFound(Cause.FAST_OPEN_FALLBACK, true, false);
        assertNothingElseOf(Cause.FAST_OPEN);
    }

    /** The server closes first: its end is in TIME_WAIT. */
    private int closeFirst() throws Exception {
        int listener = pair.listen(PORT, 16);
        int client = pair.connect(CLIENTS_PORT, PORT);
        int server = pair.accept(listener);
        pair.write(pair.server, server, "bye");
        pair.server.close(server);
        assertThat(pair.read(pair.client, client)).isEqualTo(3);
        assertThat(pair.read(pair.client, client)).isZero();
        pair.client.close(client);
        pair.pass(100);
        return listener;
    }

    @Test
    void aNewSynOfTheSamePortsTakesTimeWaitOver() throws Exception {
        int listener = closeFirst();
        pair.connect(CLIENTS_PORT, PORT);
        pair.accept(listener);
        assertFound(Cause.TIME_WAIT_REUSED, true, true);
        assertNothingElseOf(Cause.TIME_WAIT_REFUSED);
    }

    /** Its number is smaller, as another machine's behind the same NAT may be, and there are no timestamps. */
    @Test
    void aSynWithASmallerNumberDoesNot() throws Exception {
        IpAddress client = IpAddress.parse("10.9.0.1");
        int listener = pair.listen(PORT, 16);
        pair.inject(client, CLIENTS_PORT, 5_000_000, 0, TcpHeader.SYN);
        int isn = pair.lastSeq(CLIENTS_PORT, TcpHeader.SYN);
        pair.inject(client, CLIENTS_PORT, 5_000_001, isn + 1, TcpHeader.ACK);
        pair.server.close(pair.accept(listener));
        pair.lastSeq(CLIENTS_PORT, TcpHeader.FIN);
        pair.inject(client, CLIENTS_PORT, 5_000_001, isn + 2, TcpHeader.ACK | TcpHeader.FIN);
        pair.pass(100);
        pair.server.set(Sysctl.tcp_rfc1337, 1);
        for (int i = 0; i < 4; i++) { // as a client repeats it
            pair.inject(client, CLIENTS_PORT, 1_000_000, 0, TcpHeader.SYN);
            pair.pass(100);
            pair.inject(client, CLIENTS_PORT, 5_000_002, 0, TcpHeader.RST);
            pair.pass(900);
        }
        assertFound(Cause.TIME_WAIT_REFUSED, true, true);
        assertNothingElseOf(Cause.TIME_WAIT_REUSED);
    }

    private void firewall(String rule) throws Exception {
        pair.onServer("nft", "add table inet wall");
        pair.onServer("nft", "add chain inet wall in { type filter hook input priority 0; }");
        pair.onServer("nft", "add rule inet wall in " + rule);
    }

    @Test
    void aFirewallThatDropsLeavesSynsWithoutAnAnswerWhileTheHostAnswers() throws Exception {
        firewall("tcp dport " + PORT + " drop");
        pair.listen(PORT, 16);
        int other = pair.listen(PORT + 1, 16);
        pair.connect(0, PORT);
        pair.connect(0, PORT + 1);
        pair.accept(other);
        pair.pass(3500);
        Finding found = only(Cause.SYN_UNANSWERED);
        assertThat(found.certainty()).isEqualTo(Certainty.OPEN);
        assertThat(found.sentence()).contains("while the host does: a firewall");
    }

    @Test
    void aFirewallThatDropsOnlyOneClientsSynsIsNotTheQueue() throws Exception {
        firewall("tcp sport " + CLIENTS_PORT + " drop");
        int listener = pair.listen(PORT, 64);
        pair.connect(CLIENTS_PORT, PORT);
        for (int i = 0; i < 14; i++) {
            pair.connect(0, PORT);
            pair.accept(listener);
            pair.pass(300);
        }
        Finding found = only(Cause.PAWS);
        assertThat(found.otherwise()).anyMatch(each -> each.contains("a firewall that lets others through"));
        assertNothingElseOf(Cause.ACCEPT_QUEUE_FULL, Cause.SYN_QUEUE_FULL);
    }

    /** The kernel's own RST to a port on which nobody listens has the same fields. */
    @Test
    void aRejectWithTcpResetIsAClosedPortOrAFirewall() throws Exception {
        firewall("tcp dport " + PORT + " reject with tcp reset");
        pair.listen(PORT, 16);
        refused(0);
        Finding found = only(Cause.PORT_CLOSED);
        assertThat(found.certainty()).isEqualTo(Certainty.LIKELY);
        assertThat(found.or()).isEqualTo(Cause.FIREWALL_RESET);
    }

    @Test
    void aRejectOfOneClientWhileOthersAreServedIsAFirewall() throws Exception {
        firewall("tcp sport " + CLIENTS_PORT + " reject with tcp reset");
        int listener = pair.listen(PORT, 16);
        for (int from : new int[] {0, CLIENTS_PORT, 0}) {
            if (from == 0) {
                pair.connect(from, PORT);
                pair.accept(listener);
            } else {
                refused(from);
            }
        }
        Finding found = only(Cause.FIREWALL_RESET);
        assertThat(found.certainty()).isEqualTo(Certainty.LIKELY);
        assertNothingElseOf(Cause.PORT_CLOSED);
    }

    @Test
    void aRejectWithIcmpSaysWhichAndWhatConnectReturns() throws Exception {
        firewall("tcp dport " + PORT + " reject with icmp type admin-prohibited");
        pair.listen(PORT, 16);
        int client = refused(0);
        Finding found = only(Cause.ICMP_REFUSED);
        assertThat(found.sentence()).contains("EHOSTUNREACH");
        assertThat(-pair.client.getsockopt(client, SocketOption.SO_ERROR)).isNegative();
    }

    /** A connect() from this port, 0 for any, until something is known of it. */
    private int refused(int from) throws Exception {
        int client = pair.connect(from, PORT);
        pair.until(() -> pair.client.poll(client) != 0);
        return client;
    }

    private int connected(int listener) throws Exception {
        int client = pair.connect(0, PORT);
        int server = pair.accept(listener);
        pair.write(pair.client, client, "request");
        assertThat(pair.read(pair.server, server)).isEqualTo(7);
        pair.write(pair.server, server, "answer");
        assertThat(pair.read(pair.client, client)).isEqualTo(6);
        return client;
    }

    /** Both ends repeat what they sent, and the client gets two SYN-ACKs: nobody ignored its ACK. */
    @Test
    void aLostSynAckIsNoFullQueue() throws Exception {
        AtomicBoolean once = new AtomicBoolean(true);
        pair.lost = packet -> packet.isSynAck() && once.getAndSet(false);
        connected(pair.listen(PORT, 16));
        pair.pass(500);
        assertFound(Cause.SYN_LOST, true, false);
        assertNothingElseOf(Cause.ACCEPT_QUEUE_FULL, Cause.FINAL_ACK_IGNORED, Cause.DEFER_ACCEPT);
    }

    @Test
    void whatIsDroppedForEcnOfOneAfterTheOtherIsNoFullQueue() throws Exception {
        pair.client.set(Sysctl.tcp_ecn, 1);
        int listener = pair.listen(PORT, 16);
        firewall("tcp flags & (syn | ecn | cwr) == (syn | ecn | cwr) drop");
        for (int i = 0; i < 3; i++) {
            connected(listener);
        }
        assertThat(pair.findings(packet -> true)).extracting(Finding::cause).contains(Cause.ECN_FALLBACK);
        assertNothingElseOf(Cause.ACCEPT_QUEUE_FULL, Cause.SYN_LOST);
    }

    @Test
    void whatTheNetworkDuplicatesIsNotRepeated() throws Exception {
        pair.twice = true;
        connected(pair.listen(PORT, 16));
        pair.pass(300);
        assertThat(pair.findings(packet -> true)).extracting(Finding::cause).containsOnly(Cause.CONNECTED);
    }

    /** It brings a cookie that is not good any more, and gets another: from the answer alone it may just have asked. */
    @Test
    void anotherCookieInTheAnswerMayMeanThatTheFirstWasNotGood() throws Exception {
        int listener = fastOpenListener();
        pair.server.set(Sysctl.tcp_fastopen, 0);
        pair.server.close(listener);
        pair.server.set(Sysctl.tcp_fastopen, 2);
        pair.onServer("sysctl", "-qw", "net.ipv4.tcp_fastopen_key=1-2-3-4");
        int again = pair.listen(PORT, 16);
        assertThat(pair.server.setsockopt(again, SocketOption.TCP_FASTOPEN, 16)).isZero();
        exchange(again);
        assertFound(Cause.FAST_OPEN_FALLBACK, true, true);
        assertThat(pair.findings(packet -> packet.sourcePort == PORT))
                .filteredOn(each -> each.cause() == Cause.FAST_OPEN_REQUEST)
                .allMatch(each -> each.certainty() == Certainty.LIKELY && each.or() == Cause.FAST_OPEN_FALLBACK);
    }

    private int flood(int cookies) throws Exception {
        pair.server.set(Sysctl.tcp_syncookies, cookies);
        int listener = pair.listen(PORT, 64);
        for (int i = 0; i < FLOOD; i++) {
            pair.inject(IpAddress.parse("10.9.0." + (1 + i % 250)), 2000 + i, 77 * i, 0, TcpHeader.SYN);
            pair.pass(2);
        }
        return listener;
    }

    @Test
    void aFloodWithoutCookiesTakesTheSynQueueFromTheHonest() throws Exception {
        flood(0);
        for (int i = 0; i < 3; i++) {
            pair.connect(0, PORT);
        }
        pair.pass(2500);
        assertThat(pair.server.counter(Counter.TCPReqQFullDrop)).isPositive();
        assertThat(only(Cause.FLOOD).certainty()).isEqualTo(Certainty.LIKELY);
        assertFound(Cause.SYN_QUEUE_FULL, false, false);
        assertNothingElseOf(Cause.ACCEPT_QUEUE_FULL);
    }

    @Test
    void aFloodWithCookiesLetsTheHonestIn() throws Exception {
        int listener = flood(1);
        for (int i = 0; i < 6; i++) {
            connected(listener);
        }
        assertThat(pair.server.counter(Counter.SyncookiesRecv)).isEqualTo(6);
        assertThat(only(Cause.FLOOD).certainty()).isEqualTo(Certainty.LIKELY);
        assertFound(Cause.SYN_COOKIE, true, true);
        assertNothingElseOf(Cause.ACCEPT_QUEUE_FULL, Cause.SYN_QUEUE_FULL);
    }
}
