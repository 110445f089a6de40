package io.halfopen.link.ether;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NeighbourhoodTest {
    private static final long SECOND = 1_000_000_000L;
    private static final IpAddress US = IpAddress.parse("10.77.0.2");
    private static final IpAddress PEER = IpAddress.parse("10.77.0.1");
    private static final IpAddress ROUTER = IpAddress.parse("10.77.0.254");
    private static final IpAddress FAR = IpAddress.parse("192.0.2.1");
    private static final long OURS = EtherFrame.stationOf(US);
    private static final long THEIRS = 0x02_00_00_00_00_01L;
    private static final long OTHERS = 0x02_00_00_00_00_09L;

    private final RecordedWire wire = new RecordedWire();
    private final List<byte[]> frames = wire.frames;
    private Neighbourhood neighbourhood = of(null);

    private Neighbourhood of(@Nullable IpAddress gateway) {
        return new Neighbourhood(new Neighbourhood.Host(OURS, US, 24, gateway), wire, 1);
    }

    private static byte[] packetTo(IpAddress to, int id) {
        byte[] packet = new byte[IpHeader.V4_LENGTH];
        IpHeader.write(packet, 0, 0, US.low(), 0, to.low(), 0, 0, 64, id);
        return packet;
    }

    private long send(IpAddress to, int id, long now) {
        byte[] packet = packetTo(to, id);
        return neighbourhood.stationFor(packet, 0, packet.length, now);
    }

    private static byte[] request(long station, IpAddress from, IpAddress target) {
        byte[] frame = new byte[Arp.END];
        Arp.writeRequest(frame, station, (int) from.low(), (int) target.low());
        return frame;
    }

    private static byte[] reply(long station, IpAddress from) {
        byte[] frame = new byte[Arp.END];
        Arp.writeReply(frame, station, (int) from.low(), OURS, (int) US.low());
        return frame;
    }

    private boolean arrives(byte[] frame, long now) {
        return neighbourhood.take(frame, 0, frame.length, now);
    }

    @Test
    void aStationIsTheAddressAsIpPrintsIt() {
        assertThat(EtherFrame.text(OURS)).isEqualTo("02:48:0a:4d:00:02");
    }

    @Test
    void whoAsksIsAnsweredAndKnown() {
        assertThat(arrives(request(THEIRS, PEER, US), 0)).isTrue();

        byte[] answer = new byte[Arp.END];
        Arp.writeReply(answer, OURS, (int) US.low(), THEIRS, (int) PEER.low());
        assertThat(frames).containsExactly(answer);
        assertThat(send(PEER, 1, 0)).isEqualTo(THEIRS);
    }

    /** Duplicate address detection asks without an address of its own (RFC 5227). */
    @Test
    void aProbeIsAnsweredToo() {
        arrives(request(THEIRS, IpAddress.ANY_V4, US), 0);

        assertThat(frames).hasSize(1);
        assertThat(Arp.target(frames.getFirst(), 0)).isZero();
    }

    @Test
    void whoAsksForSomebodyElseIsNot() {
        assertThat(arrives(request(THEIRS, PEER, ROUTER), 0)).isTrue();

        assertThat(frames).isEmpty();
        assertThat(send(PEER, 1, 0)).isEqualTo(Neighbourhood.UNKNOWN);
    }

    @Test
    void theLatestPacketWaitsForTheAnswer() {
        assertThat(send(PEER, 1, 0)).isEqualTo(Neighbourhood.UNKNOWN);
        assertThat(send(PEER, 2, 1)).isEqualTo(Neighbourhood.UNKNOWN);
        assertThat(frames).containsExactly(request(OURS, US, PEER));

        arrives(reply(THEIRS, PEER), 2);

        assertThat(wire.kept).hasSize(1);
        assertThat(wire.kept.getFirst().station()).isEqualTo(THEIRS);
        assertThat(wire.kept.getFirst().bytes()).isEqualTo(packetTo(PEER, 2));
        assertThat(neighbourhood.unanswered()).isEqualTo(1);
        assertThat(send(PEER, 3, 3)).isEqualTo(THEIRS);
        assertThat(wire.kept).hasSize(1);
    }

    @Test
    void itAsksOnceASecond() {
        for (long now = 0; now <= 5 * SECOND; now += SECOND / 10) {
            send(PEER, 1, now);
        }
        assertThat(frames).hasSize(6);
    }

    @Test
    void aNeighbourIsAskedAgainAndForgottenWhenItDoesNotAnswer() {
        arrives(request(THEIRS, PEER, US), 0);
        frames.clear();
        assertThat(send(PEER, 1, 29 * SECOND)).isEqualTo(THEIRS);
        assertThat(frames).isEmpty();
        for (int i = 30; i < 33; i++) {
            assertThat(send(PEER, 1, i * SECOND)).isEqualTo(THEIRS);
        }
        assertThat(send(PEER, 1, 33 * SECOND)).isEqualTo(Neighbourhood.UNKNOWN);
        assertThat(frames).hasSize(4);

        arrives(reply(OTHERS, PEER), 34 * SECOND);
        assertThat(send(PEER, 1, 35 * SECOND)).isEqualTo(OTHERS);
    }

    @Test
    void anAnswerThatNobodyAskedForIsIgnored() {
        arrives(reply(THEIRS, PEER), 0);

        assertThat(send(PEER, 1, 1)).isEqualTo(Neighbourhood.UNKNOWN);
    }

    @Test
    void nobodyCanSayThatOurAddressOrStationIsTheirs() {
        arrives(request(THEIRS, US, US), 0);
        arrives(request(OURS, PEER, US), 0);

        assertThat(send(PEER, 1, 1)).isEqualTo(Neighbourhood.UNKNOWN);
    }

    @Test
    void whatLeavesTheNetworkGoesToTheGateway() {
        neighbourhood = of(ROUTER);
        assertThat(send(FAR, 1, 0)).isEqualTo(Neighbourhood.UNKNOWN);
        assertThat(frames).containsExactly(request(OURS, US, ROUTER));

        arrives(reply(THEIRS, ROUTER), 1);

        assertThat(wire.kept).hasSize(1);
        assertThat(send(FAR, 2, 2)).isEqualTo(THEIRS);
        assertThat(send(ROUTER, 2, 2)).isEqualTo(THEIRS);
    }

    @Test
    void withoutAGatewayNothingLeavesTheNetwork() {
        assertThat(send(FAR, 1, 0)).isEqualTo(Neighbourhood.UNKNOWN);

        assertThat(frames).isEmpty();
        assertThat(neighbourhood.unreachable()).isEqualTo(1);
    }

    /** Each of them asks, so each is remembered: who is being used stays. */
    @Test
    void aHundredThousandMadeUpNeighboursDisplaceNobodyInUse() {
        neighbourhood = new Neighbourhood(new Neighbourhood.Host(OURS, US, 8, ROUTER), wire, 1);
        arrives(request(THEIRS, PEER, US), 0);
        send(ROUTER, 1, 0);
        arrives(reply(OTHERS, ROUTER), 0);
        for (int i = 0; i < 100_000; i++) {
            IpAddress madeUp = IpAddress.ofIpv4(0x0a80_0000 + i);
            arrives(request(0x02_11_00_00_00_00L + i, madeUp, US), i);
            assertThat(send(PEER, 1, i)).isEqualTo(THEIRS);
            assertThat(send(ROUTER, 1, i)).isEqualTo(OTHERS);
        }
    }

    @Test
    void aHundredThousandWhoDoNotExistDisplaceNobodyWhoDoes() {
        neighbourhood = new Neighbourhood(new Neighbourhood.Host(OURS, US, 8, null), wire, 1);
        arrives(request(THEIRS, PEER, US), 0);
        for (int i = 0; i < 100_000; i++) {
            send(IpAddress.ofIpv4(0x0a80_0000 + i), 1, i);
        }
        assertThat(send(PEER, 1, SECOND)).isEqualTo(THEIRS);
    }

    @Test
    void nothingThatArrivesIsTooMuchForIt() {
        Random random = new Random(1);
        byte[][] valid = {request(THEIRS, PEER, US), reply(THEIRS, PEER)};
        for (int i = 0; i < 200_000; i++) {
            byte[] frame = valid[i & 1].clone();
            for (int j = random.nextInt(4); j > 0; j--) {
                frame[random.nextInt(frame.length)] = (byte) random.nextInt();
            }
            int end = random.nextInt(4) == 0
                    ? EtherFrame.LENGTH + random.nextInt(frame.length - EtherFrame.LENGTH)
                    : frame.length;
            neighbourhood.take(Arrays.copyOf(frame, end), 0, end, i);
        }
        assertThat(frames)
                .isNotEmpty()
                .allSatisfy(each -> assertThat(EtherFrame.source(each, 0)).isEqualTo(OURS));
    }

    @Test
    void aShortOneOrOneOfAnotherProtocolSaysNothing() {
        byte[] whole = request(THEIRS, PEER, US);
        for (int length = EtherFrame.LENGTH; length < whole.length; length++) {
            assertThat(arrives(Arrays.copyOf(whole, length), 0)).isTrue();
        }
        for (int at = EtherFrame.LENGTH; at < EtherFrame.LENGTH + 6; at++) {
            byte[] other = whole.clone();
            other[at] ^= 0x40;
            assertThat(arrives(other, 0)).isTrue();
        }
        byte[] fromAGroup = request(THEIRS | 0x0100_0000_0000L, PEER, US);
        assertThat(arrives(fromAGroup, 0)).isTrue();
        assertThat(frames).isEmpty();
    }

    @Test
    void aPacketIsNotItsBusiness() {
        byte[] frame = new byte[60];
        EtherFrame.write(frame, 0, OURS, THEIRS, EtherFrame.IPV4);

        assertThat(arrives(frame, 0)).isFalse();
    }

    @Test
    void itAnnouncesItself() {
        neighbourhood.announce();

        assertThat(frames).containsExactly(request(OURS, US, US));
    }
}
