package io.halfopen.link.ether;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.Checksum;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link NeighbourhoodTest} has of ARP, over IPv6. */
class DiscoveryTest {
    private static final IpAddress US = IpAddress.parse("fd00:77::2");
    private static final IpAddress PEER = IpAddress.parse("fd00:77::1");
    private static final IpAddress ROUTER = IpAddress.parse("fe80::1");
    private static final IpAddress FAR = IpAddress.parse("2001:db8::1");
    private static final long OURS = EtherFrame.stationOf(US);
    private static final long THEIRS = 0x02_00_00_00_00_01L;
    private static final int ICMP = EtherFrame.LENGTH + IpHeader.V6_LENGTH;

    private final RecordedWire wire = new RecordedWire();
    private final List<byte[]> frames = wire.frames;
    private final Neighbourhood neighbourhood =
            new Neighbourhood(new Neighbourhood.Host(OURS, US, 64, ROUTER), wire, 1);

    private long send(IpAddress to) {
        byte[] packet = new byte[IpHeader.V6_LENGTH];
        IpHeader.write(packet, 0, US.high(), US.low(), to.high(), to.low(), 0, 0, 64, 0);
        return neighbourhood.stationFor(packet, 0, packet.length, 0);
    }

    private static byte[] solicitation(IpAddress from, IpAddress target) {
        byte[] frame = new byte[Discovery.END];
        Discovery.writeSolicitation(frame, THEIRS, from, target.high(), target.low());
        return frame;
    }

    private static byte[] advertisement(IpAddress of) {
        byte[] frame = new byte[Discovery.END];
        Discovery.writeAdvertisement(frame, THEIRS, of, OURS, US.high(), US.low());
        return frame;
    }

    private boolean arrives(byte[] frame) {
        return neighbourhood.take(frame, 0, frame.length, 0);
    }

    private static void seal(byte[] frame) {
        Bytes.putShort(frame, ICMP + 2, 0);
        int length = frame.length - ICMP;
        long pseudo = (long) Checksum.sum(frame, EtherFrame.LENGTH + 8, 32) + IpHeader.ICMP_V6 + length;
        Bytes.putShort(frame, ICMP + 2, Checksum.complement(pseudo, Checksum.sum(frame, ICMP, length)));
    }

    @Test
    void whoAsksIsAnsweredAndKnown() {
        assertThat(arrives(solicitation(PEER, US))).isTrue();

        byte[] answer = new byte[Discovery.END];
        Discovery.writeAdvertisement(answer, OURS, US, THEIRS, PEER.high(), PEER.low());
        assertThat(frames).containsExactly(answer);
        assertThat(send(PEER)).isEqualTo(THEIRS);
    }

    @Test
    void duplicateAddressDetectionIsAnsweredToAll() {
        byte[] frame = solicitation(IpAddress.ANY_V6, US);

        assertThat(arrives(frame)).isTrue();

        assertThat(frames).hasSize(1);
        assertThat(EtherFrame.text(EtherFrame.station(frames.getFirst(), 0))).isEqualTo("33:33:00:00:00:01");
    }

    @Test
    void aQuestionGoesToTheGroupOfTheAddress() {
        assertThat(send(PEER)).isEqualTo(Neighbourhood.UNKNOWN);

        assertThat(frames).hasSize(1);
        assertThat(EtherFrame.text(EtherFrame.station(frames.getFirst(), 0))).isEqualTo("33:33:ff:00:00:01");
        assertThat(new IpAddress(
                        Bytes.getLong(frames.getFirst(), EtherFrame.LENGTH + 24),
                        Bytes.getLong(frames.getFirst(), EtherFrame.LENGTH + 32)))
                .hasToString("ff02::1:ff00:1");

        arrives(advertisement(PEER));
        assertThat(wire.kept).hasSize(1);
        assertThat(send(PEER)).isEqualTo(THEIRS);
    }

    @Test
    void whatLeavesTheNetworkGoesToAGatewayThatIsOnlyOnTheLink() {
        send(FAR);
        arrives(advertisement(ROUTER));

        assertThat(send(FAR)).isEqualTo(THEIRS);
    }

    @Test
    void anAnswerThatNobodyAskedForIsIgnored() {
        assertThat(arrives(advertisement(PEER))).isTrue();

        assertThat(send(PEER)).isEqualTo(Neighbourhood.UNKNOWN);
    }

    /** A router would have counted hops down (RFC 4861, section 7.1); the rest is not whole, or not of this kind. */
    @ParameterizedTest
    @CsvSource({
        "14, 0x60, no IPv6",
        "20, 6, TCP",
        "21, 254, from afar",
        "54, 128, an echo",
        "55, 1, a code",
        "56, 9, damaged"
    })
    void whatIsNoneIsLeftToTheStack(int at, String value, String what) {
        byte[] frame = solicitation(PEER, US);
        frame[at] = at == 14 ? 0x45 : Integer.decode(value).byteValue();

        assertThat(arrives(frame)).as(what).isFalse();
        assertThat(frames).isEmpty();
    }

    @Test
    void optionsWithoutAnEndSayNothing() {
        byte[] frame = solicitation(PEER, US);
        frame[ICMP + 24] = 77;
        frame[ICMP + 25] = 0;
        seal(frame);
        assertThat(arrives(frame)).isTrue();
        assertThat(send(PEER)).isEqualTo(Neighbourhood.UNKNOWN);

        frame[ICMP + 25] = 9;
        seal(frame);
        assertThat(arrives(frame)).isTrue();
        assertThat(send(PEER)).isEqualTo(Neighbourhood.UNKNOWN);
    }

    @Test
    void nothingThatArrivesIsTooMuchForIt() {
        Random random = new Random(1);
        byte[][] valid = {solicitation(PEER, US), advertisement(PEER)};
        for (int i = 0; i < 200_000; i++) {
            byte[] frame = valid[i & 1].clone();
            for (int j = random.nextInt(4); j > 0; j--) {
                frame[random.nextInt(frame.length)] = (byte) random.nextInt();
            }
            int end = random.nextInt(4) == 0 ? EtherFrame.LENGTH + random.nextInt(72) : frame.length;
            byte[] cut = Arrays.copyOf(frame, end);
            if (end == frame.length) {
                seal(cut);
            }
            neighbourhood.take(cut, 0, end, i);
        }
        assertThat(frames)
                .isNotEmpty()
                .allSatisfy(each -> assertThat(EtherFrame.source(each, 0)).isEqualTo(OURS));
    }
}
