package io.halfopen.app.simulate;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.PSH;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.sim.Host;
import io.halfopen.sim.World;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What no stack may send, sent: each promise of {@link WireCheck} is broken once, and kept where it looks broken. */
class WireCheckTest {
    private static final byte[] SCALE_2 = {1, 3, 3, 2};
    private static final byte[] NONE = {};
    private static final int WINDOW = 100;

    /** Initial numbers: both wrap within the first octets. */
    private static final int ISS = -4;

    private final List<String> faults = new ArrayList<>();
    private final WireCheck check = new WireCheck(faults::add);
    private final World world = new World(1);
    private final Peer caller = new Peer("h1", "10.0.0.1", 40000);
    private final Peer answerer = new Peer("h2", "10.0.0.2", 80);

    private final class Peer {
        final Host host;
        final IpAddress address;
        final int port;

        Peer(String name, String address, int port) {
            host = world.addHost(name, Kernel.LINUX_6_18);
            this.address = IpAddress.parse(address);
            this.port = port;
        }

        /** Numbers are relative, windows in units of four octets. */
        byte[] sends(int flags, int seq, int ack, int window, int payload, byte[] options) {
            IpAddress to = this == caller ? answerer.address : caller.address;
            int header = TcpHeader.LENGTH + options.length;
            byte[] packet = new byte[IpHeader.V4_LENGTH + header + payload];
            IpHeader.write(packet, 0, address.high(), address.low(), to.high(), to.low(), header + payload, 0, 64, 0);
            int there = this == caller ? answerer.port : caller.port;
            int at = IpHeader.V4_LENGTH;
            TcpHeader.write(packet, at, port, there, ISS + seq, ISS + ack, header, flags, window);
            System.arraycopy(options, 0, packet, at + TcpHeader.LENGTH, options.length);
            TcpHeader.seal(packet, at, header + payload, address.high(), address.low(), to.high(), to.low());
            check.onSent(0, host, Rule.DATA_SENT, packet, 0, packet.length);
            return packet;
        }

        byte[] sends(int flags, int seq, int ack, int payload) {
            return sends(flags, seq, ack, WINDOW, payload, NONE);
        }

        /** It is sent, and arrives. */
        void tells(int flags, int seq, int ack, int window, int payload) {
            byte[] packet = sends(flags, seq, ack, window, payload, NONE);
            Host other = this == caller ? answerer.host : caller.host;
            check.onArrived(0, other, Rule.ACK_ACCEPTED, packet, 0, packet.length);
        }
    }

    @BeforeEach
    void handshake() {
        caller.sends(SYN, 0, 0, 65535, 0, SCALE_2);
        answerer.sends(SYN | ACK, 0, 1, 65535, 0, SCALE_2);
        caller.tells(ACK, 1, 1, WINDOW, 0);
        answerer.tells(ACK, 1, 1, WINDOW, 0);
    }

    private void assertFault(String fault) {
        assertThat(faults).containsExactly(fault + ": port 40000 to 80, DATA_SENT");
    }

    @Test
    void nothingIsWrongWithAConversation() {
        caller.tells(PSH | ACK, 1, 1, WINDOW, 400);
        caller.tells(ACK, 1, 1, WINDOW, 200); // some of it again
        answerer.tells(ACK, 1, 401, 0, 0); // shut, as it is full
        answerer.tells(ACK, 1, 401, WINDOW, 0);
        caller.tells(FIN | ACK, 401, 1, WINDOW, 10);
        caller.tells(FIN | ACK, 401, 1, WINDOW, 10);
        caller.tells(ACK, 1, 1, WINDOW, 400);
        answerer.tells(FIN | ACK, 1, 412, WINDOW, 0);
        caller.tells(ACK, 412, 2, WINDOW, 0);
        assertThat(faults).isEmpty();
    }

    @Test
    void nothingIsLeftOut() {
        caller.sends(ACK, 11, 1, 5);
        assertFault("what is sent leaves out 10 octets");
    }

    @Test
    void nothingFollowsAFin() {
        caller.sends(FIN | ACK, 1, 1, 10);
        caller.sends(ACK, 12, 1, 5);
        assertFault("something is sent after the FIN");
    }

    @Test
    void nothingTakesThePlaceOfAFin() {
        caller.sends(FIN | ACK, 1, 1, 10);
        caller.sends(ACK, 1, 1, 11);
        assertFault("something is sent after the FIN");
    }

    @Test
    void aFinStaysWhereItIs() {
        caller.sends(FIN | ACK, 1, 1, 10);
        caller.sends(FIN | ACK, 1, 1, 5);
        assertFault("a second FIN is in another place");
    }

    @Test
    void everySegmentHasAnAck() {
        caller.sends(PSH, 1, 1, 5);
        assertFault("a segment without ACK");
    }

    @Test
    void whatWasNotSentIsNotAcknowledged() {
        caller.sends(ACK, 1, 2, 0);
        assertFault("acknowledges what was not sent");
    }

    @Test
    void aWindowIsNotTakenBack() {
        caller.sends(ACK, 1, 1, WINDOW - 1, 0, NONE);
        assertFault("takes back 4 octets of its window");
    }

    @Test
    void nothingGoesBeyondTheWindow() {
        caller.sends(ACK, 1, 1, 401);
        assertFault("sends 1 octets beyond the peer's window");
    }

    /** Only what arrived counts: of a wider window that is still under way nobody knows. */
    @Test
    void aWindowCountsWhenItHasArrived() {
        answerer.sends(ACK, 1, 1, 2 * WINDOW, 0, NONE);
        caller.sends(ACK, 1, 1, 401);
        assertFault("sends 1 octets beyond the peer's window");
    }

    /** A cookie may come twice, and make another connection with the same numbers. */
    @Test
    void afterAResetNothingIsKnown() {
        caller.sends(RST | ACK, 1, 1, 0);
        caller.sends(ACK, 50, 1, 10);
        assertThat(faults).isEmpty();
    }

    @Test
    void afterPowerLossNothingIsKnown() {
        check.forget(caller.host);
        caller.sends(ACK, 50, 1, 10);
        assertThat(faults).isEmpty();
    }

    /** Whoever compares two runs sees one bit of one packet. */
    @Test
    void theHashIsOfAllPackets() {
        long before = check.hash();
        byte[] packet = caller.sends(ACK, 1, 1, 10);
        long after = check.hash();
        assertThat(after).isNotEqualTo(before);
        WireCheck other = new WireCheck(faults::add);
        other.onSent(0, caller.host, Rule.DATA_SENT, packet, 0, packet.length);
        WireCheck same = new WireCheck(faults::add);
        same.onSent(0, caller.host, Rule.DATA_SENT, packet, 0, packet.length);
        assertThat(other.hash()).isEqualTo(same.hash());
        packet[49] ^= 1;
        WireCheck altered = new WireCheck(faults::add);
        altered.onSent(0, caller.host, Rule.DATA_SENT, packet, 0, packet.length);
        WireCheck later = new WireCheck(faults::add);
        later.onSent(1, caller.host, Rule.DATA_SENT, packet, 0, packet.length);
        assertThat(List.of(altered.hash(), later.hash())).doesNotContain(same.hash());
    }
}
