package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Rule;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes to one of several stacks with the same address, and is about a flow of another. */
class StraysTest {
    private static final String[] PEERS = {"192.0.2.9", "2001:db8::9"};

    private final Scene here = new Scene();
    private final Scene there = new Scene();
    private final List<byte[]> given = new ArrayList<>();

    @BeforeEach
    void listen() {
        here.listener(8);
        there.listener(8);
        here.stack.giveStrays((why, bytes, offset, length) -> {
            assertThat(why).isEqualTo(Rule.REASSEMBLED);
            given.add(Arrays.copyOfRange(bytes, offset, offset + length));
        });
    }

    private boolean isStray(Scene scene, byte[] packet) {
        return scene.stack.isStray(packet, 0, packet.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anErrorIsAStrayWhereItsFlowIsNot(int family) {
        Peer peer = there.peer(PEERS[family], 9);
        peer.inject("S 0:0(0) win 1000 <mss 1460>");
        byte[] synAck = peer.next().bytes();
        byte[] error = IcmpPacket.about(synAck)
                .type(family == 0 ? 3 : 1, family == 0 ? 3 : 4)
                .toBytes();
        assertThat(isStray(here, error)).isTrue();
        assertThat(isStray(there, error)).isFalse();
        assertThat(here.changes()).as("it was asked, and nothing was counted").isEmpty();
        assertThat(there.receive(error)).isNotEqualTo(Rule.ICMP_NO_SOCKET);
    }

    @Test
    void whatIsNoErrorIsForWhoeverHasIt() {
        byte[] syn = there.peer(PEERS[0], 9).packet("S 0:0(0) win 1000 <mss 1460>");
        assertThat(isStray(here, syn)).isFalse();
        byte[] ping = new byte[28];
        IpHeader.write(ping, 0, 0, Bytes.getInt(syn, 12), 0, here.host().low(), 8, IpHeader.ICMP, 0, 64, 1, 0);
        assertThat(isStray(here, ping)).isFalse();
        assertThat(isStray(here, new byte[3])).isFalse();
    }

    @Test
    void fragmentsOfAnothersFlowAreGivenAwayAsOnePacket() {
        Peer peer = there.peer(PEERS[0], 9).handshake();
        byte[] data = peer.packet("P. 1:1001(1000) ack 1 win 1000");
        assertThat(here.receive(part(data, 0, 600))).isEqualTo(Rule.FRAGMENT_KEPT);
        assertThat(here.receive(part(data, 600, data.length - 20))).isEqualTo(Rule.REASSEMBLED);
        assertThat(here.changes()).isEqualTo("ReasmReqds+1 ReasmOKs+1");
        assertThat(given).hasSize(1);
        assertThat(isStray(there, given.getFirst())).isFalse();
        assertThat(there.receive(given.getFirst())).isEqualTo(Rule.DATA_ACCEPTED);
    }

    @Test
    void fragmentsOfAFlowThatIsHereStay() {
        Peer peer = here.peer(PEERS[0], 9).handshake();
        byte[] data = peer.packet("P. 1:1001(1000) ack 1 win 1000");
        here.receive(part(data, 0, 600));
        assertThat(here.receive(part(data, 600, data.length - 20))).isEqualTo(Rule.DATA_ACCEPTED);
        assertThat(given).isEmpty();
    }

    @Test
    void aSynInFragmentsIsAnsweredWhereTheyCame() {
        byte[] syn = here.peer(PEERS[0], 9).packet("S 0:0(0) win 1000 <mss 1460,nop,wscale 7>");
        here.receive(part(syn, 0, 8));
        assertThat(here.receive(part(syn, 8, syn.length - 20))).isEqualTo(Rule.SYN_ANSWERED);
        assertThat(given).isEmpty();
    }

    /** Some of a packet's octets behind its IP header, as a fragment. */
    private static byte[] part(byte[] packet, int from, int to) {
        byte[] part = new byte[20 + to - from];
        System.arraycopy(packet, 0, part, 0, 20);
        System.arraycopy(packet, 20 + from, part, 20, to - from);
        Bytes.putShort(part, 2, part.length);
        Bytes.putShort(part, 6, from >> 3 | (to < packet.length - 20 ? IpHeader.MORE_FRAGMENTS : 0));
        Bytes.putShort(part, 10, 0);
        Bytes.putShort(part, 10, Checksum.complement(0, Checksum.sum(part, 0, 20)));
        return part;
    }
}
