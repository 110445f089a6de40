package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.TcpState;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.SegmentCutter;
import io.halfopen.wire.SegmentJoiner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A network card that cuts and joins changes nothing of what is on the wire, and nothing of what a program reads. */
class OffloadTest {
    private static final long DELAY = 5_000_000;
    private static final int PORT = 80;
    private static final int LENGTH = 400_000;
    private static final int MOST_STEPS = 100_000;

    /** What a card at either end does. */
    private enum Card {
        NONE,
        CUTS,
        CUTS_AND_JOINS
    }

    private record Flying(long due, byte[] packet, int segmentSize) {}

    /** Two hosts with a wire between them, on which one of so many packets is lost; one writes, the other reads. */
    private static final class Wire {
        final Random random;
        final Card card;
        final Stack writer;
        final Stack reader;
        final int listener;
        final int client;
        final byte[] sent = new byte[LENGTH];
        final byte[] read = new byte[LENGTH];
        final List<String> packets = new ArrayList<>();
        final Queue<Flying> toReader = new ArrayDeque<>();
        final Queue<Flying> toWriter = new ArrayDeque<>();
        final int loss;
        int server = -1;
        int written;
        int got;
        long now = 1;

        Wire(long seed, Card card, int loss) {
            random = new Random(seed);
            this.card = card;
            this.loss = loss;
            random.nextBytes(sent);
            boolean ipv6 = seed % 2 == 0;
            IpAddress from = IpAddress.parse(ipv6 ? "2001:db8::1" : "192.0.2.1");
            IpAddress to = IpAddress.parse(ipv6 ? "2001:db8::2" : "192.0.2.2");
            writer = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
            reader = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(2));
            writer.addAddress(from, 1500);
            reader.addAddress(to, 1500);
            if (card != Card.NONE) {
                writer.offload();
            }
            int family = ipv6 ? Stack.AF_INET6 : Stack.AF_INET;
            listener = reader.socket(family);
            reader.bind(listener, to, PORT);
            reader.listen(listener, 5);
            client = writer.socket(family);
            writer.connect(now, client, to, PORT);
        }

        Wire run() {
            for (int i = 0; i < MOST_STEPS && got < LENGTH; i++) {
                step();
            }
            return this;
        }

        /** The next thing that happens: a packet arrives, or a timer is due; then both programs do what they can. */
        private void step() {
            drain();
            long next = Math.min(writer.nextTimeout(), reader.nextTimeout());
            next = toReader.isEmpty() ? next : Math.min(next, toReader.peek().due);
            next = toWriter.isEmpty() ? next : Math.min(next, toWriter.peek().due);
            now = next == Long.MAX_VALUE ? now : Math.max(now, next); // there may be more to be read all the same
            arrive(toReader, reader);
            arrive(toWriter, writer);
            fire(writer);
            fire(reader);
            programs();
        }

        private void arrive(Queue<Flying> queue, Stack stack) {
            while (!queue.isEmpty() && queue.peek().due <= now) {
                Flying next = queue.remove();
                Rule rule = next.segmentSize == 0
                        ? stack.onPacket(now, next.packet, 0, next.packet.length)
                        : stack.onMerged(now, next.packet, 0, next.packet.length, next.segmentSize);
                assertThat(rule).isNotIn(Rule.TCP_BAD_CHECKSUM, Rule.IP_BAD_CHECKSUM, Rule.IP_BAD_LENGTH);
                drain();
            }
        }

        private void fire(Stack stack) {
            while (stack.nextTimeout() <= now) {
                stack.onTimeout(now);
                drain();
            }
        }

        private void programs() {
            if (server < 0) {
                server = reader.accept(listener);
            }
            int length = Math.min(LENGTH - written, 1 + random.nextInt(90_000));
            int count = written < LENGTH ? writer.write(now, client, sent, written, length) : 0;
            written += Math.max(0, count);
            drain();
            if (server >= 0) {
                got += Math.max(0, reader.read(now, server, read, got, Math.min(LENGTH - got, 40_000)));
            }
            drain();
        }

        private void drain() {
            writer.drainPackets(new Stack.PacketHandler() {
                @Override
                public void onPacket(Rule why, byte[] bytes, int offset, int length) {
                    fly(Arrays.copyOfRange(bytes, offset, offset + length), toReader, true);
                }

                @Override
                public void onLarge(Rule why, byte[] bytes, int offset, int length, int segmentSize) {
                    byte[] large = Arrays.copyOfRange(bytes, offset, offset + length);
                    if (card == Card.CUTS) {
                        cut(large, segmentSize).forEach(each -> fly(each, toReader, true));
                    } else if (!isLost()) {
                        toReader.add(new Flying(now + DELAY, large, segmentSize));
                    }
                }
            });
            reader.drainPackets((why, bytes, offset, length) ->
                    fly(Arrays.copyOfRange(bytes, offset, offset + length), toWriter, false));
        }

        private void fly(byte[] packet, Queue<Flying> queue, boolean mayBeLost) {
            packets.add(HexFormat.of().formatHex(packet));
            if (!mayBeLost || !isLost()) {
                queue.add(new Flying(now + DELAY, packet, 0));
            }
        }

        private boolean isLost() {
            return loss > 0 && random.nextInt(loss) == 0;
        }

        private static List<byte[]> cut(byte[] large, int segmentSize) {
            SegmentCutter cutter = new SegmentCutter();
            assertThat(cutter.start(large, 0, large.length, IpHeader.lengthAt(large, 0), segmentSize))
                    .isTrue();
            List<byte[]> all = new ArrayList<>();
            while (cutter.hasMore()) {
                byte[] buffer = new byte[large.length];
                all.add(Arrays.copyOf(buffer, cutter.next(buffer)));
            }
            assertThat(all).hasSizeGreaterThan(1);
            return all;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whatACardCutsIsWhatWouldHaveBeenSent(long seed) {
        int loss = seed < 3 ? 0 : 60;
        Wire plain = new Wire(seed, Card.NONE, loss).run();
        Wire cut = new Wire(seed, Card.CUTS, loss).run();

        assertThat(plain.got).isEqualTo(LENGTH);
        assertThat(cut.packets).isEqualTo(plain.packets);
        assertThat(cut.read).isEqualTo(plain.sent);
        assertThat(cut.now).isEqualTo(plain.now);
    }

    /** Fewer ACKs, for there are fewer packets; but the same octets, whatever is lost. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whatACardHasJoinedIsReadAsWhatItWas(long seed) {
        Wire joined = new Wire(seed, Card.CUTS_AND_JOINS, seed < 3 ? 0 : 20).run();

        assertThat(joined.got).isEqualTo(LENGTH);
        assertThat(joined.read).isEqualTo(joined.sent);
        assertThat(joined.reader.row(joined.server).state()).isEqualTo(TcpState.ESTABLISHED);
        if (seed < 3) {
            Wire plain = new Wire(seed, Card.NONE, 0).run();
            assertThat(joined.reader.tcpInfo(joined.now, joined.server).get("tcpi_data_segs_in"))
                    .as("segments are counted, not packets")
                    .isEqualTo(joined.writer.tcpInfo(joined.now, joined.client).get("tcpi_data_segs_out"));
            assertThat(joined.reader.tcpInfo(joined.now, joined.server).get("tcpi_rcv_mss"))
                    .isEqualTo(plain.reader.tcpInfo(plain.now, plain.server).get("tcpi_rcv_mss"));
        }
    }

    /** A card says so of checksums it has looked at; the packet's own is none. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1448})
    void onlyWhatACardHasJoinedNeedsNoChecksum(int segmentSize) {
        Wire wire = new Wire(1, Card.CUTS_AND_JOINS, 0);
        while (wire.server < 0 || wire.toReader.stream().noneMatch(each -> each.segmentSize > 0)) {
            wire.step();
        }
        byte[] large = wire.toReader.stream()
                .filter(each -> each.segmentSize > 0)
                .findFirst()
                .orElseThrow()
                .packet;
        SegmentJoiner.seal(large, 0, large.length, IpHeader.V4_LENGTH);

        Rule rule = segmentSize == 0
                ? wire.reader.onPacket(wire.now, large, 0, large.length)
                : wire.reader.onMerged(wire.now, large, 0, large.length, segmentSize);

        assertThat(rule).isEqualTo(segmentSize == 0 ? Rule.TCP_BAD_CHECKSUM : Rule.DATA_ACCEPTED);
    }
}
