package io.halfopen.trace;

import static io.halfopen.trace.TestPackets.ACK;
import static io.halfopen.trace.TestPackets.FIN;
import static io.halfopen.trace.TestPackets.PSH;
import static io.halfopen.trace.TestPackets.RST;
import static io.halfopen.trace.TestPackets.SYN;
import static io.halfopen.trace.TestPackets.V4;
import static io.halfopen.trace.TestPackets.V6;
import static io.halfopen.trace.TestPackets.hex;
import static io.halfopen.trace.TestPackets.withByte;
import static io.halfopen.trace.TestPackets.withShort;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.trace.TestPackets.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every line must be the one of the real tcpdump. */
class TcpdumpComparisonTest {
    private static final List<Path> PATHS = List.of(
            V4,
            V6,
            Path.of("10.0.0.2", 40001, "10.0.0.1", 40001),
            Path.of("10.0.0.1", 40001, "200.0.0.1", 40001),
            Path.of("2001:db8:0:1:1:1:1:1", 40002, "fe80::1:0:0:1", 40002),
            Path.of("2001:0:0:1::1", 9999, "::", 65535),
            Path.of("::c000:201", 9998, "::12", 9997));

    @Test
    void conversationsReadTheSame() throws Exception {
        List<byte[]> packets = new ArrayList<>();
        for (Path path : PATHS) {
            packets.addAll(conversation(path, 3925820849L, 880_000_000L));
            packets.addAll(conversation(path.back(), 0xffff_fff0L, 0xffff_fffeL));
            packets.addAll(conversation(path, 1, 0).subList(0, 2));
        }
        assertSame(packets);
    }

    @Test
    void capturesThatBeganInTheMiddleReadTheSame() throws Exception {
        List<byte[]> packets = new ArrayList<>();
        for (Path path : PATHS) {
            packets.addAll(conversation(path, 0xffff_fff0L, 77).subList(3, 9));
        }
        assertSame(packets);
    }

    @Test
    void randomSegmentsReadTheSame() throws Exception {
        Random random = new Random(20260101);
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            packets.add(randomSegment(random));
        }
        assertSame(packets);
    }

    @Test
    void optionsReadTheSame() throws Exception {
        List<byte[]> packets = new ArrayList<>();
        for (int kind = 0; kind < 256; kind++) {
            // Not MPTCP: what tcpdump decodes there is a protocol of its own.
            for (int length = 0; length < 13 && kind != 30; length++) {
                byte[] option = new byte[] {(byte) kind, (byte) length, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
                packets.add(V4.segment(ACK, 1, 1, 0, option));
                packets.add(V6.segment(SYN, 1, 1, 0, join(hex("01 01 08 0a 00000001 ffffffff"), option)));
            }
        }
        packets.add(V4.segment(ACK, 1, 1, 0, join(hex("13 12 000102030405060708090a0b0c0d0e0f"), hex("0101"))));
        packets.add(V4.segment(ACK, 1, 1, 0, hex("fe 04 f989 fe 08 f989 01020304")));
        packets.add(V4.segment(ACK, 1, 1, 0, hex("22 02 22 06 01020304 22 05 010203 01 01 01")));
        packets.add(V4.segment(ACK, 1, 1, 0, hex("00 01 01 01 02 04 05b4")));
        assertSame(packets);
    }

    @Test
    void brokenPacketsReadTheSame() throws Exception {
        List<byte[]> packets = new ArrayList<>();
        byte[] v4 = V4.segment(ACK | PSH, 5, 6, 9);
        byte[] v6 = V6.segment(ACK | PSH, 5, 6, 9);
        for (int length = 1; length <= v4.length; length++) {
            packets.add(Arrays.copyOf(v4, length));
            packets.add(withShort(v4.clone(), 2, length));
        }
        for (int length = 1; length <= v6.length; length++) {
            packets.add(Arrays.copyOf(v6, length));
            packets.add(withShort(v6.clone(), 4, length));
        }
        for (int nibble = 0; nibble < 16; nibble++) {
            packets.add(withByte(v4.clone(), 0, nibble << 4 | 5));
            packets.add(withByte(v4.clone(), 0, 0x40 | nibble));
            packets.add(withByte(v4.clone(), 32, nibble << 4));
            packets.add(withByte(v6.clone(), 52, nibble << 4));
            packets.add(withByte(Arrays.copyOf(v4, 41), 32, nibble << 4));
        }
        packets.add(withShort(v4.clone(), 2, 0));
        packets.add(withShort(v4.clone(), 6, 0x2000));
        packets.add(withShort(v4.clone(), 6, 0x0001));
        packets.add(withByte(v4.clone(), 9, 253));
        packets.add(withByte(v6.clone(), 6, 253));
        // From ::ffff:0.0.0.1, a mapped address inside IPv6, and from ::ffff:192.0.0.1.
        packets.add(withShort(v6.clone(), 18, 0xffff));
        packets.add(withShort(withShort(v6.clone(), 18, 0xffff), 20, 0xc000));
        assertSame(packets);
    }

    /** A handshake, data, a duplicate ACK with SACK, both FINs and two RSTs. */
    private static List<byte[]> conversation(Path there, long seq, long ack) {
        int s = (int) seq;
        int a = (int) ack;
        Path back = there.back();
        byte[] stamps = hex("0101080a 9cc70000 9cc7ffff");
        byte[] sack = join(join(hex("0101 0512"), edges(s + 101, s + 201)), edges(s + 301, s + 401));
        return List.of(
                there.segment(SYN, s, 0, 0, hex("0204ffd7 0402080a 9cc82a02 00000000 01030307")),
                back.segment(SYN | ACK, a, s + 1, 0, hex("0204ffd7 01010402 01030307")),
                there.segment(ACK, s + 1, a + 1, 0),
                there.segment(ACK | PSH, s + 1, a + 1, 82, stamps),
                back.segment(ACK, a + 1, s + 83, 1400, stamps),
                back.segment(ACK, a + 1401, s + 83, 0, sack),
                there.segment(ACK | FIN, s + 83, a + 1401, 0),
                back.segment(ACK | FIN | PSH, a + 1401, s + 84, 5),
                there.segment(RST, s + 84, 0, 0),
                back.segment(RST | ACK, 0, s + 84, 0));
    }

    private static byte[] randomSegment(Random random) {
        Path path = PATHS.get(random.nextInt(PATHS.size()));
        byte[] options = new byte[4 * random.nextInt(11)];
        random.nextBytes(options);
        for (int i = 0; i < options.length; i++) {
            // Small kinds and lengths make sense more often; 30 is MPTCP.
            options[i] = random.nextBoolean() ? (byte) random.nextInt(14) : options[i];
            options[i] = options[i] == 30 ? 1 : options[i];
        }
        Path direction = random.nextBoolean() ? path : path.back();
        return direction.segment(
                random.nextInt(256), random.nextInt(), random.nextInt(), random.nextInt(3) * 700, options);
    }

    private static byte[] edges(int left, int right) {
        return hex(String.format("%08x%08x", left, right));
    }

    private static byte[] join(byte[] head, byte[] tail) {
        byte[] both = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, both, head.length, tail.length);
        return both;
    }

    private static void assertSame(List<byte[]> packets) throws Exception {
        List<String> real = RealTcpdump.lines(packets, "-t");
        assertThat(real).hasSameSizeAs(packets);
        TcpdumpText text = new TcpdumpText();
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < packets.size(); i++) {
            String ours = text.line(packets.get(i), 0, packets.get(i).length);
            if (!ours.equals(real.get(i))) {
                differences.add("packet " + i + "\nours: " + ours + "\nreal: " + real.get(i));
            }
        }
        assertThat(differences).isEmpty();
    }
}
