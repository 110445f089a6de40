package io.halfopen.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Segments become one large packet, and that becomes segments again: {@link SegmentJoiner} and {@link SegmentCutter}. */
class LargePacketTest {
    private static final int ROOM = 10;
    private static final int MSS = 1448;
    private static final int PSH_ACK = TcpHeader.PSH | TcpHeader.ACK;

    private enum Version {
        V4("10.9.0.1", "10.9.0.2", IpHeader.V4_LENGTH),
        V6("fd00:9::1", "fd00:9::2", IpHeader.V6_LENGTH);

        final IpAddress from;
        final IpAddress to;
        final int header;

        Version(String from, String to, int header) {
            this.from = IpAddress.parse(from);
            this.to = IpAddress.parse(to);
            this.header = header;
        }
    }

    private final SegmentJoiner joiner = new SegmentJoiner(ROOM, 65_535);
    private final Random random = new Random(1);

    @ParameterizedTest
    @EnumSource
    void whatWasJoinedIsCutIntoTheSamePackets(Version version) {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            packets.add(packet(version, 7 + i, 1000 + i * MSS, TcpHeader.ACK, MSS));
        }
        packets.add(packet(version, 47, 1000 + 40 * MSS, PSH_ACK, 5));

        packets.forEach(this::assertAdded);

        assertThat(cut()).containsExactlyElementsOf(packets);
    }

    @Test
    void sequenceNumbersWrapAround() {
        List<byte[]> packets = List.of(
                packet(Version.V4, 65_535, -MSS, TcpHeader.ACK, MSS), packet(Version.V4, 65_536, 0, PSH_ACK, MSS));

        packets.forEach(this::assertAdded);

        assertThat(cut()).containsExactlyElementsOf(packets);
    }

    @Test
    void finAndPshAreThoseOfTheLast() {
        byte[] large = packet(Version.V4, 1, 1, PSH_ACK | TcpHeader.FIN, 3 * MSS);
        SegmentCutter cutter = new SegmentCutter();
        assertThat(cutter.start(large, 0, large.length, IpHeader.V4_LENGTH, MSS))
                .isTrue();

        assertThat(all(cutter))
                .extracting(each -> (int) each[IpHeader.V4_LENGTH + TcpHeader.FLAGS])
                .containsExactly(TcpHeader.ACK, TcpHeader.ACK, PSH_ACK | TcpHeader.FIN);
    }

    @Test
    void aLargePacketIsNeverLongerThanItsLengthFieldCanSay() {
        int count = 0;
        while (joiner.add(packet(Version.V4, 1, 1 + count * MSS, TcpHeader.ACK, MSS), 0, packetLength(MSS))) {
            count++;
        }
        assertThat(count).isEqualTo((65_535 - packetLength(0)) / MSS);
    }

    @ParameterizedTest
    @ValueSource(ints = {TcpHeader.SYN, TcpHeader.ACK | TcpHeader.FIN, TcpHeader.RST, TcpHeader.ACK | TcpHeader.CWR})
    void onlySegmentsWithNothingButDataAreJoined(int flags) {
        assertAdded(packet(Version.V4, 1, 1, TcpHeader.ACK, MSS));
        assertRefused(packet(Version.V4, 2, 1 + MSS, flags, MSS));

        joiner.clear();
        assertAdded(packet(Version.V4, 1, 1, flags, MSS));
        assertRefused(packet(Version.V4, 2, 1 + MSS, TcpHeader.ACK, MSS));
    }

    @Test
    void nothingFollowsAShortOneOrPsh() {
        assertAdded(packet(Version.V4, 1, 1, TcpHeader.ACK, MSS));
        assertAdded(packet(Version.V4, 2, 1 + MSS, TcpHeader.ACK, 5));
        assertRefused(packet(Version.V4, 3, 6 + MSS, TcpHeader.ACK, 5));

        joiner.clear();
        assertAdded(packet(Version.V4, 1, 1, PSH_ACK, MSS));
        assertRefused(packet(Version.V4, 2, 1 + MSS, TcpHeader.ACK, MSS));
    }

    @Test
    void nothingThatIsLongerOrElsewhereOrEmptyFollows() {
        assertAdded(packet(Version.V4, 1, 1, TcpHeader.ACK, 100));

        assertRefused(packet(Version.V4, 2, 101, TcpHeader.ACK, 101));
        assertRefused(packet(Version.V4, 2, 102, TcpHeader.ACK, 100));
        assertRefused(packet(Version.V4, 2, 101, TcpHeader.ACK, 0));
        assertRefused(packet(Version.V6, 2, 101, TcpHeader.ACK, 80));
        assertAdded(packet(Version.V4, 2, 101, TcpHeader.ACK, 100));
    }

    @ParameterizedTest
    @EnumSource
    void aHeaderThatDiffersAnywhereElseDoesNotFollow(Version version) {
        assertAdded(packet(version, 1, 1, TcpHeader.ACK, MSS));
        byte[] next = packet(version, 2, 1 + MSS, TcpHeader.ACK, MSS);
        for (int at = 0; at < version.header + TcpHeader.LENGTH + TcpOptions.TIMESTAMP_LENGTH; at++) {
            if (!differsBetweenSegments(version, at)) {
                next[at] ^= 1;
                assertRefused(next);
                next[at] ^= 1;
            }
        }
        assertAdded(next);
    }

    private static boolean differsBetweenSegments(Version version, int at) {
        int tcp = version.header;
        boolean length = version == Version.V4 ? at >= 2 && at < 6 || at == 10 || at == 11 : at == 4 || at == 5;
        return length || at == tcp + TcpHeader.CHECKSUM || at == tcp + TcpHeader.CHECKSUM + 1;
    }

    @Test
    void whatCannotBeCutIsRefused() {
        byte[] packet = packet(Version.V4, 1, 1, TcpHeader.ACK, 100);
        SegmentCutter cutter = new SegmentCutter();

        assertThat(cutter.start(packet, 0, packet.length, 20, 0)).isFalse();
        assertThat(cutter.start(packet, 0, 39, 20, 10)).isFalse();
        assertThat(cutter.start(packet, 0, 51, 20, 10)).isFalse();
        packet[IpHeader.V4_LENGTH + TcpHeader.DATA_OFFSET] = 0x40;
        assertThat(cutter.start(packet, 0, packet.length, 20, 10)).isFalse();
        assertThat(cutter.hasMore()).isFalse();
    }

    private void assertAdded(byte[] packet) {
        assertThat(joiner.add(packet, 0, packet.length)).isTrue();
    }

    private void assertRefused(byte[] packet) {
        assertThat(joiner.add(packet, 0, packet.length)).isFalse();
    }

    private List<byte[]> cut() {
        joiner.seal();
        SegmentCutter cutter = new SegmentCutter();
        assertThat(cutter.start(joiner.bytes(), ROOM, joiner.end(), joiner.tcp(), joiner.size()))
                .isTrue();
        return all(cutter);
    }

    private static List<byte[]> all(SegmentCutter cutter) {
        byte[] buffer = new byte[65_535];
        List<byte[]> packets = new ArrayList<>();
        while (cutter.hasMore()) {
            packets.add(Arrays.copyOf(buffer, cutter.next(buffer)));
        }
        return packets;
    }

    private static int packetLength(int data) {
        return IpHeader.V4_LENGTH + TcpHeader.LENGTH + TcpOptions.TIMESTAMP_LENGTH + data;
    }

    /** With timestamps, as most are; the data is random. */
    private byte[] packet(Version version, int id, int seq, int flags, int data) {
        int header = TcpHeader.LENGTH + TcpOptions.TIMESTAMP_LENGTH;
        byte[] payload = new byte[data];
        random.nextBytes(payload);
        byte[] bytes = new byte[version.header + header + data];
        int v4Id = version == Version.V4 ? id : 0;
        IpHeader.write(
                bytes,
                0,
                version.from.high(),
                version.from.low(),
                version.to.high(),
                version.to.low(),
                header + data,
                0,
                64,
                v4Id);
        TcpHeader.write(bytes, version.header, 80, 40_000, seq, 77, header, flags, 500);
        TcpOptions.writeTimestamp(bytes, version.header + TcpHeader.LENGTH, 5, 6);
        System.arraycopy(payload, 0, bytes, version.header + header, data);
        TcpHeader.seal(
                bytes,
                version.header,
                header + data,
                version.from.high(),
                version.from.low(),
                version.to.high(),
                version.to.low());
        return bytes;
    }
}
