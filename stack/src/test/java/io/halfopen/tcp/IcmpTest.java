package io.halfopen.tcp;

import static io.halfopen.linux.Errno.EINPROGRESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.TcpState;
import io.halfopen.wire.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ICMP errors, as measured on 6.18 (docs/linux-6.18.md): about a SYN, a SYN-ACK, and segments of a connection. */
class IcmpTest {
    private static final int HOST_UNREACHABLE = 1;
    private static final int UNREACHABLE = 3;

    private final Scene scene = new Scene();

    /** connect() to a peer; returns the descriptor. */
    private int connect(Peer server) {
        int fd = scene.stack.socket(server.address().isIpv4() ? Stack.AF_INET : Stack.AF_INET6);
        assertThat(scene.connect(fd, server)).isEqualTo(-EINPROGRESS);
        return fd;
    }

    private Peer server(boolean ipv6) {
        return ipv6 ? scene.peer("2001:db8::9", 9) : scene.peer("192.0.2.9", 9);
    }

    @ParameterizedTest(name = "IPv{0} type {1} code {2}")
    @CsvSource(useHeadersInDisplayName = true, delimiter = '|', textBlock = """
                    IPv | type | code | connect() says | counts
                    4   | 3    | 0    | ENETUNREACH    | InDestUnreachs+1
                    4   | 3    | 1    | EHOSTUNREACH   | InDestUnreachs+1
                    4   | 3    | 2    | ENOPROTOOPT    | InDestUnreachs+1
                    4   | 3    | 3    | ECONNREFUSED   | InDestUnreachs+1
                    4   | 3    | 5    | EOPNOTSUPP     | InDestUnreachs+1
                    4   | 3    | 6    | ENETUNREACH    | InDestUnreachs+1
                    4   | 3    | 7    | EHOSTDOWN      | InDestUnreachs+1
                    4   | 3    | 8    | ENONET         | InDestUnreachs+1
                    4   | 3    | 9    | ENETUNREACH    | InDestUnreachs+1
                    4   | 3    | 10   | EHOSTUNREACH   | InDestUnreachs+1
                    4   | 3    | 11   | ENETUNREACH    | InDestUnreachs+1
                    4   | 3    | 12   | EHOSTUNREACH   | InDestUnreachs+1
                    4   | 3    | 13   | EHOSTUNREACH   | InDestUnreachs+1
                    4   | 3    | 14   | EHOSTUNREACH   | InDestUnreachs+1
                    4   | 3    | 15   | EHOSTUNREACH   | InDestUnreachs+1
                    4   | 11   | 0    | EHOSTUNREACH   | InTimeExcds+1
                    4   | 12   | 0    | EPROTO         | InParmProbs+1
                    6   | 1    | 0    | ENETUNREACH    | InDestUnreachs+1
                    6   | 1    | 1    | EACCES         | InDestUnreachs+1
                    6   | 1    | 2    | EHOSTUNREACH   | InDestUnreachs+1
                    6   | 1    | 3    | EHOSTUNREACH   | InDestUnreachs+1
                    6   | 1    | 4    | ECONNREFUSED   | InDestUnreachs+1
                    6   | 1    | 5    | EACCES         | InDestUnreachs+1
                    6   | 1    | 6    | EACCES         | InDestUnreachs+1
                    6   | 1    | 7    | EPROTO         | InDestUnreachs+1
                    6   | 3    | 0    | EHOSTUNREACH   | InTimeExcds+1
                    6   | 3    | 1    | EHOSTUNREACH   | InTimeExcds+1
                    6   | 4    | 0    | EPROTO         | InParmProbs+1
                    """)
    void anErrorAboutTheSynEndsConnectAtOnce(int version, int type, int code, String error, String counter) {
        Peer server = server(version == 6);
        int fd = connect(server);
        byte[] syn = server.next().bytes();
        assertThat(scene.receive(IcmpPacket.about(syn).type(type, code).toBytes()))
                .isEqualTo(Rule.ICMP_CONNECT_FAILED);
        assertThat(scene.changes()).isEqualTo("InMsgs+1 " + counter + " AttemptFails+1");
        assertThat(scene.stack.poll(fd))
                .isEqualTo(Poll.POLLIN | Poll.POLLOUT | Poll.POLLERR | Poll.POLLHUP | Poll.POLLRDHUP);
        assertThat(Errno.name(scene.connect(fd, server))).isEqualTo(error);
        assertThat(scene.connect(fd, server)).as("and the socket may try again").isEqualTo(-EINPROGRESS);
    }

    @ParameterizedTest(name = "IPv{0} type {1} code {2}")
    @CsvSource(delimiter = '|', textBlock = """
                    4 | 3   | 16 | 1 | no such code
                    4 | 4   | 0  | 0 | source quench
                    4 | 5   | 1  | 0 | redirect
                    4 | 11  | 1  | 1 | a fragment waited too long
                    """)
    void otherMessagesDoNothing(int version, int type, int code, int counted, String name) {
        Peer server = server(version == 6);
        int fd = connect(server);
        byte[] message =
                IcmpPacket.about(server.next().bytes()).type(type, code).toBytes();
        assertThat(scene.receive(message)).as(name).isEqualTo(Rule.ICMP_IGNORED);
        String unreachable = type == 11 ? "InTimeExcds+1" : "InDestUnreachs+1";
        assertThat(scene.changes()).isEqualTo("InMsgs+1" + (counted == 0 ? "" : " " + unreachable));
        assertThat(scene.stack.row(fd).state()).isEqualTo(TcpState.SYN_SENT);
        scene.expectNothing();
    }

    @ParameterizedTest
    @CsvSource({"-1, false", "0, true", "1, true", "2, false", "1000, false"})
    void theQuotedSequenceNumberMustBeInFlight(int by, boolean ends) {
        Peer server = server(false);
        connect(server);
        byte[] message = IcmpPacket.about(server.next().bytes())
                .moveSeq(by)
                .type(UNREACHABLE, HOST_UNREACHABLE)
                .toBytes();
        assertThat(scene.receive(message)).isEqualTo(ends ? Rule.ICMP_CONNECT_FAILED : Rule.ICMP_OUT_OF_WINDOW);
        assertThat(scene.changes())
                .isEqualTo("InMsgs+1 InDestUnreachs+1 " + (ends ? "AttemptFails+1" : "OutOfWindowIcmps+1"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsDamagedOrAboutNobodyOnlyCounts(boolean ipv6) {
        Peer server = server(ipv6);
        connect(server);
        byte[] syn = server.next().bytes();
        int ip = ipv6 ? 40 : 20;
        int type = ipv6 ? 1 : UNREACHABLE;
        int unreachable = ipv6 ? 3 : HOST_UNREACHABLE;
        IcmpPacket good = IcmpPacket.about(syn).type(type, unreachable);
        String errors = "InMsgs+1 InErrors+1";
        assertThat(scene.receive(good.toBytes(7))).isEqualTo(Rule.ICMP_BAD_LENGTH);
        assertThat(scene.changes()).isEqualTo(errors);
        for (int quoted : new int[] {0, ip - 1, ip + 7}) {
            byte[] cut = IcmpPacket.about(syn, quoted).type(type, unreachable).toBytes();
            assertThat(scene.receive(cut)).isEqualTo(Rule.ICMP_BAD_LENGTH);
            assertThat(scene.changes()).isEqualTo(errors + " InDestUnreachs+1");
        }
        assertThat(scene.receive(
                        IcmpPacket.about(syn).type(type, unreachable).damaged().toBytes()))
                .isEqualTo(Rule.ICMP_BAD_CHECKSUM);
        assertThat(scene.changes()).isEqualTo(errors + " IcmpInCsumErrors+1");
        byte[] otherPort =
                IcmpPacket.about(syn).set(ip + 3, 10).type(type, unreachable).toBytes();
        assertThat(scene.receive(otherPort)).isEqualTo(Rule.ICMP_NO_SOCKET);
        byte[] udp = IcmpPacket.about(syn)
                .set(ipv6 ? 6 : 9, 17)
                .type(type, unreachable)
                .toBytes();
        assertThat(scene.receive(udp)).isEqualTo(Rule.ICMP_NO_SOCKET);
        assertThat(scene.changes()).isEqualTo(errors + " InDestUnreachs+1");
        assertThat(scene.receive(good.toBytes())).as("the one without a fault").isEqualTo(Rule.ICMP_CONNECT_FAILED);
    }

    @Test
    void anIpv4HeaderCannotBeShorterThanFiveWords() {
        Peer server = server(false);
        connect(server);
        byte[] message = IcmpPacket.about(server.next().bytes())
                .set(0, 0x44)
                .type(UNREACHABLE, 1)
                .toBytes();
        assertThat(scene.receive(message)).isEqualTo(Rule.ICMP_BAD_LENGTH);
    }

    @ParameterizedTest(name = "IPv{0} type {1} code {2}")
    @CsvSource(useHeadersInDisplayName = true, delimiter = '|', textBlock = """
                    IPv | type | code | ends
                    4   | 3    | 0    | true
                    4   | 3    | 1    | true
                    4   | 3    | 2    | false
                    4   | 3    | 3    | false
                    4   | 3    | 4    | false
                    4   | 3    | 13   | false
                    4   | 11   | 0    | true
                    4   | 12   | 0    | true
                    4   | 4    | 0    | false
                    6   | 1    | 0    | false
                    6   | 1    | 1    | true
                    6   | 1    | 2    | false
                    6   | 1    | 3    | false
                    6   | 1    | 4    | true
                    6   | 1    | 5    | true
                    6   | 1    | 6    | true
                    6   | 2    | 0    | false
                    6   | 3    | 0    | false
                    6   | 4    | 0    | true
                    """)
    void someErrorsAboutTheSynAckEndAHalfOpen(int version, int type, int code, boolean ends) {
        int listener = scene.listener(1);
        Peer peer = version == 6 ? scene.peer("2001:db8::9", 4000) : scene.peer();
        peer.inject("S 0:0(0) win 65535 <mss 1440>");
        byte[] synAck = peer.next().bytes();
        assertThat(scene.receive(IcmpPacket.about(synAck).type(type, code).toBytes()))
                .isEqualTo(ends ? Rule.ICMP_HALF_OPEN_ENDED : Rule.ICMP_IGNORED);
        assertThat(scene.changes().endsWith("ListenDrops+1")).isEqualTo(ends);
        assertThat(scene.stack.queues(listener).synQueue()).isEqualTo(ends ? 0 : 1);
        Rule last = peer.inject(". 1:1(0) ack 1");
        assertThat(last).isEqualTo(ends ? Rule.LISTENER_ACK_RESET : Rule.FINAL_ACK_ACCEPTED);
    }

    @Test
    void aHalfOpenHasOneSequenceNumber() {
        scene.listener(1);
        Peer peer = scene.peer();
        peer.inject("S 0:0(0) win 65535 <mss 1460>");
        byte[] message = IcmpPacket.about(peer.next().bytes())
                .moveSeq(1)
                .type(UNREACHABLE, 1)
                .toBytes();
        assertThat(scene.receive(message)).isEqualTo(Rule.ICMP_OUT_OF_WINDOW);
        assertThat(scene.changes()).isEqualTo("InMsgs+1 InDestUnreachs+1 OutOfWindowIcmps+1");
    }

    /** Five octets in flight; an error about the first of them. */
    private int inFlight(Peer peer) {
        int listener = scene.listener(1);
        peer.handshake();
        int fd = scene.accept(listener);
        scene.stack.setsockopt(fd, SocketOption.TCP_USER_TIMEOUT, 2000);
        scene.write(fd, "hello");
        return fd;
    }

    @Test
    void anEstablishedConnectionOnlyRemembers() {
        Peer peer = scene.peer();
        int fd = inFlight(peer);
        byte[] message =
                IcmpPacket.about(peer.next().bytes()).type(UNREACHABLE, 3).toBytes();
        assertThat(scene.receive(message)).isEqualTo(Rule.ICMP_REMEMBERED);
        assertThat(scene.changes()).isEqualTo("InMsgs+1 InDestUnreachs+1");
        assertThat(scene.read(fd)).isEqualTo("EAGAIN");
        scene.after("3s");
        assertThat(scene.read(fd)).isEqualTo("ECONNREFUSED");
    }

    @Test
    void soErrorTakesWhatIsRemembered() {
        Peer peer = scene.peer();
        int fd = inFlight(peer);
        scene.receive(IcmpPacket.about(peer.next().bytes()).type(UNREACHABLE, 1).toBytes());
        assertThat(scene.stack.getsockopt(fd, SocketOption.SO_ERROR)).isEqualTo(Errno.EHOSTUNREACH);
        assertThat(scene.stack.getsockopt(fd, SocketOption.SO_ERROR)).isZero();
        scene.after("3s");
        assertThat(scene.read(fd)).isEqualTo("ETIMEDOUT");
    }

    @Test
    void anAckOfAnythingForgetsIt() {
        Peer peer = scene.peer();
        int fd = inFlight(peer);
        scene.receive(IcmpPacket.about(peer.next().bytes()).type(UNREACHABLE, 1).toBytes());
        peer.inject(". 1:1(0) ack 3");
        scene.after("3s");
        assertThat(scene.read(fd)).isEqualTo("ETIMEDOUT");
    }

    /** RFC 6069: after the doubling to 1.6 s one back to 0.8 s, which has passed; and then 1.6 s again. */
    @Test
    void unreachableTakesTheLastDoublingBack() {
        int listener = scene.listener(1);
        Peer peer = scene.peer().handshake();
        int fd = scene.accept(listener);
        scene.write(fd, "hello");
        byte[] segment = peer.next().bytes();
        scene.at("2.3s");
        assertThat(peer.times()).isEqualTo("0.2 0.6 1.4");
        assertThat(scene.receive(IcmpPacket.about(segment).type(UNREACHABLE, 3).toBytes()))
                .as("the port is not the way")
                .isEqualTo(Rule.ICMP_REMEMBERED);
        scene.expectNothing();
        assertThat(scene.receive(IcmpPacket.about(segment).type(UNREACHABLE, 1).toBytes()))
                .isEqualTo(Rule.ICMP_BACKOFF_REVERTED);
        assertThat(scene.changes())
                .isEqualTo(
                        "InMsgs+1 InDestUnreachs+1 RetransSegs+1 TCPLostRetransmit+1 TCPTimeouts+1 TcpTimeoutRehash+1");
        scene.at("4s");
        assertThat(peer.times()).isEqualTo("2.3 3.9");
    }

    @Test
    void beforeItIsDueTheRevertedTimeoutIsOnlySooner() {
        int listener = scene.listener(1);
        Peer peer = scene.peer().handshake();
        int fd = scene.accept(listener);
        scene.write(fd, "hello");
        byte[] segment = peer.next().bytes();
        scene.at("1.5s");
        scene.receive(IcmpPacket.about(segment).type(UNREACHABLE, 0).toBytes());
        scene.at("4s");
        assertThat(peer.times()).isEqualTo("0.2 0.6 1.4 2.2 3.8");
    }

    @Test
    void timeWaitIsNotDisturbed() {
        int listener = scene.listener(1);
        Peer peer = scene.peer().handshake();
        scene.close(scene.accept(listener));
        byte[] fin = peer.next().bytes();
        peer.inject("F. 1:1(0) ack 2");
        assertThat(scene.receive(IcmpPacket.about(fin).type(UNREACHABLE, 1).toBytes()))
                .isEqualTo(Rule.ICMP_IGNORED);
    }

    @Test
    void itMustComeToAnAddressOfThisHost() {
        Peer server = server(false);
        connect(server);
        byte[] message =
                IcmpPacket.about(server.next().bytes()).type(UNREACHABLE, 1).toBytes();
        Stack other = new Stack(scene.stack.kernel(), Secrets.ofSeed(2));
        other.addAddress(IpAddress.parse("192.168.0.2"), 1500);
        assertThat(other.onPacket(0, message, 0, message.length)).isEqualTo(Rule.IP_NOT_FOR_US);
    }
}
