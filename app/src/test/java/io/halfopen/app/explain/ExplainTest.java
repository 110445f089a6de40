package io.halfopen.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.CommandRun;
import io.halfopen.trace.Pcapng;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.TcpHeader;
import io.halfopen.wire.TcpOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code explain} as a command: files of every kind, and what cannot be read. */
class ExplainTest {
    private static final IpAddress CLIENT = IpAddress.parse("198.51.100.7");
    private static final IpAddress SERVER = IpAddress.parse("192.0.2.80");
    private static final int ETHERNET = 1;

    @TempDir
    private Path folder;

    private static CorpusMaker.Case named(String name) {
        return Corpus.cases().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Little-endian, microseconds, whatever the link layer puts in front. */
    private static byte[] pcap(List<Scene.Packet> packets, int link, byte[] front) {
        int room = 24
                + packets.stream()
                        .mapToInt(each -> 16 + front.length + each.bytes().length)
                        .sum();
        ByteBuffer file = ByteBuffer.allocate(room).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(0xa1b2c3d4)
                .putShort((short) 2)
                .putShort((short) 4)
                .putLong(0)
                .putInt(65535)
                .putInt(link);
        for (Scene.Packet each : packets) {
            int length = front.length + each.bytes().length;
            file.putInt((int) (each.time() / 1_000_000_000L)).putInt((int) (each.time() % 1_000_000_000L / 1000));
            file.putInt(length).putInt(length).put(front).put(each.bytes());
        }
        byte[] whole = new byte[file.position()];
        file.get(0, whole);
        return whole;
    }

    private static byte[] pcapng(List<Scene.Packet> packets) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Pcapng file = new Pcapng(bytes)) {
            for (Scene.Packet each : packets) {
                file.packet(each.time(), each.bytes(), 0, each.bytes().length, "a comment is not read");
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        }
        return zipped.toByteArray();
    }

    private String explain(byte[] file, String... more) throws IOException {
        Path path = folder.resolve("capture");
        Files.write(path, file);
        String[] args = new String[more.length + 2];
        args[0] = "explain";
        args[1] = path.toString();
        System.arraycopy(more, 0, args, 2, more.length);
        CommandRun run = CommandRun.of(args);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        return run.out();
    }

    /** The same packets in every wrapping. */
    @Test
    void everyFormatAndLinkLayerSaysTheSame() throws Exception {
        List<Scene.Packet> packets = named("nobody accepts").play().atServer;
        String plain = explain(pcapng(packets));
        assertThat(plain).contains("accept queue full: SYNs dropped");
        assertThat(explain(gzip(pcapng(packets)))).isEqualTo(plain);
        byte[] mac = new byte[14];
        mac[12] = 8;
        byte[] vlan = new byte[22];
        vlan[12] = (byte) 0x88;
        vlan[13] = (byte) 0xa8;
        vlan[16] = (byte) 0x81;
        vlan[20] = 8;
        byte[] cooked = new byte[16];
        cooked[14] = 8;
        byte[] cooked2 = new byte[20];
        cooked2[0] = 8;
        byte[] loopback = {2, 0, 0, 0};
        String other = explain(pcap(packets, ETHERNET, mac));
        assertThat(other).isEqualTo(plain);
        assertThat(explain(pcap(packets, ETHERNET, vlan))).isEqualTo(plain);
        assertThat(explain(pcap(packets, 113, cooked))).isEqualTo(plain);
        assertThat(explain(pcap(packets, 276, cooked2))).isEqualTo(plain);
        assertThat(explain(pcap(packets, 0, loopback))).isEqualTo(plain);
        assertThat(explain(pcap(packets, 101, new byte[0]))).isEqualTo(plain);
    }

    @Test
    void aFileThatEndsInsideAPacketIsReadAsFarAsItGoes() throws Exception {
        byte[] whole = pcap(named("nobody accepts").play().atServer, 101, new byte[0]);
        byte[] cut = new byte[whole.length - 30];
        System.arraycopy(whole, 0, cut, 0, cut.length);
        assertThat(explain(cut)).contains("the file ends inside a packet", "accept queue full: SYNs dropped");
    }

    @Test
    void oneConnectionIsALadderWithAReasonAtEachPacket() throws Exception {
        byte[] file = pcapng(named("a final ACK ignored, the client writes").play().atServer);
        String json = explain(file, "--json");
        assertThat(json).contains("\"cause\" : \"FINAL_ACK_IGNORED\"");
        String text = explain(file, "--connection", "4");
        assertThat(text).contains("finishes the handshake", "SYN-ACK after its ACK");
        String script = explain(file, "--connection", "4", "--pkt");
        assertThat(script)
                .contains("listen(3, 2) = 0", "< 50000>8080 S 0:0(0)", "> 8080>50000 S. 0:0(0) ack 1", "data again");
    }

    @Test
    void oneConnectionIsASequenceDiagram() throws Exception {
        byte[] file = pcapng(named("nobody listens").play().atClients);
        assertThat(explain(file, "--connection", "1", "--show", "mermaid").lines())
                .startsWith("sequenceDiagram")
                .contains("    C->>S: S 0:0(0)<br/>wants to connect", "    S->>C: R. 0:0(0) ack 1<br/>refused");
        assertThat(CommandRun.of("explain", "x", "--show", "mermaid").err())
                .contains("--show needs --connection, and excludes --pkt");
    }

    @Test
    void everythingIsAPage() throws Exception {
        Path page = folder.resolve("page.html");
        explain(pcapng(named("a final ACK ignored, the client writes").play().atServer), "--html", page.toString());
        assertThat(Files.readString(page))
                .startsWith("<!doctype html>")
                .contains("<h2>Server 10.0.0.1:80</h2>", "accept queue full: the final ACK was ignored")
                .contains("<td>&rarr;<td>. 1:1(0) ack 1 win 63<td>finishes the handshake")
                .doesNotContain("http:", "https:", "src=");
        Path nowhere = folder.resolve("no/page.html");
        Files.write(folder.resolve("capture"), pcapng(named("nobody listens").play().atClients));
        CommandRun run = CommandRun.of("explain", folder.resolve("capture").toString(), "--html", nowhere.toString());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines()).hasSize(1);
    }

    @Test
    void theCaptureIsWrittenAgainWithComments() throws Exception {
        Path commented = folder.resolve("commented.pcapng");
        byte[] file = pcapng(named("nobody listens").play().atClients);
        String text = explain(file, "--pcap", commented.toString());
        assertThat(new String(Files.readAllBytes(commented), StandardCharsets.ISO_8859_1))
                .contains("LIKELY: nobody listens on port 80", "refused");
        assertThat(explain(Files.readAllBytes(commented))).isEqualTo(text);
    }

    private static Scene.Packet syn(double at, int seq, boolean timestamps, int value, int flags, int ack) {
        boolean fromServer = (flags & TcpHeader.ACK) != 0;
        int options = TcpOptions.synLength(true, timestamps, timestamps ? 7 : -1);
        byte[] packet = segment(at, fromServer, flags, seq, ack, options);
        TcpOptions.writeSyn(packet, 40, 1460, true, timestamps, value, 0, timestamps ? 7 : -1);
        return new Scene.Packet((long) (at * 1e9), packet, fromServer);
    }

    private static byte[] segment(double at, boolean fromServer, int flags, int seq, int ack, int options) {
        IpAddress from = fromServer ? SERVER : CLIENT;
        IpAddress to = fromServer ? CLIENT : SERVER;
        byte[] bare =
                Scene.packet(from, fromServer ? 80 : 50_964, to, fromServer ? 50_964 : 80, TcpHeader.ACK, seq, ack, 64);
        byte[] packet = new byte[40 + options];
        System.arraycopy(bare, 0, packet, 0, 40);
        packet[33] = (byte) flags;
        packet[32] = (byte) (20 + options << 2);
        Bytes.putShort(packet, 2, packet.length);
        Bytes.putShort(packet, 4, (int) (at * 1000) & 0xffff | 1);
        return packet;
    }

    private static Scene.Packet plain(double at, boolean fromServer, int flags, int seq, int ack) {
        return new Scene.Packet((long) (at * 1e9), segment(at, fromServer, flags, seq, ack, 0), fromServer);
    }

    private static Scene.Packet stamped(
            double at, boolean fromServer, int flags, int seq, int ack, int value, int echo) {
        byte[] packet = segment(at, fromServer, flags, seq, ack, TcpOptions.TIMESTAMP_LENGTH);
        TcpOptions.writeTimestamp(packet, 40, value, echo);
        return new Scene.Packet((long) (at * 1e9), packet, fromServer);
    }

    /** Taken at the client: an RST whose echo it never sent is ignored, a FIN in SYN_SENT reset, and then it connects. */
    @Test
    void anRstThatEchoesWhatWasNeverSentIsNotTheEnd() throws Exception {
        int isn = 1_500_000_000;
        List<Scene.Packet> packets = List.of(
                syn(0, isn, true, 1_000_000, TcpHeader.SYN, 0),
                stamped(0.05, true, TcpHeader.RST | TcpHeader.ACK, 0, isn + 1, 100, 100),
                stamped(0.06, true, TcpHeader.FIN | TcpHeader.ACK, 0, isn + 1, 100, 100),
                plain(0.061, false, TcpHeader.RST, isn + 1, 0),
                syn(0.07, 26_175, true, 1_000_000, TcpHeader.SYN | TcpHeader.ACK, isn + 1),
                stamped(0.071, false, TcpHeader.ACK, isn + 1, 26_176, 1_000_071, 1_000_000));
        assertThat(explain(pcapng(packets)).replaceAll("\\s+", " "))
                .contains("certain: an RST came and did not count: it echoes a timestamp that was never sent; connect()"
                        + " went on and succeeded")
                .doesNotContain("reset by the");
    }

    /** The server closed first; SYNs with smaller numbers and no timestamps meet its TIME_WAIT until 60 s are over. */
    @Test
    void timeWaitThatAnRstDoesNotEnd() throws Exception {
        List<Scene.Packet> packets = new ArrayList<>();
        packets.add(plain(0, true, TcpHeader.FIN | TcpHeader.ACK, 40_000, 900_000));
        packets.add(plain(0.01, false, TcpHeader.ACK, 900_000, 40_001));
        packets.add(plain(0.02, false, TcpHeader.FIN | TcpHeader.ACK, 900_000, 40_001));
        packets.add(plain(0.03, true, TcpHeader.ACK, 40_001, 900_001));
        for (int at : new int[] {5, 10, 20, 40}) {
            packets.add(syn(at, 800_000 + at, false, 0, TcpHeader.SYN, 0));
            packets.add(plain(at + 0.01, true, TcpHeader.ACK, 40_001, 900_001));
            packets.add(plain(at + 0.02, false, TcpHeader.RST, 900_001, 0));
        }
        packets.add(syn(80, 800_080, false, 0, TcpHeader.SYN, 0));
        packets.add(syn(80.01, 7_000, false, 0, TcpHeader.SYN | TcpHeader.ACK, 800_081));
        packets.add(plain(80.02, false, TcpHeader.ACK, 800_081, 7_001));
        assertThat(explain(pcapng(packets)).replaceAll("\\s+", " "))
                .contains(
                        "certain: the server closed first and keeps these ports in TIME_WAIT, 60 s after that; then it"
                                + " answered since: 4 SYNs are answered with an ACK of other numbers")
                .contains("tcp_rfc1337=1, or no Linux; cure: timestamps, another port, or tcp_rfc1337=0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "GET / HTTP/1.1\r\n\r\n", "\n\r\r\n0123456789012345678901234567890123456789"})
    void whatIsNoCaptureIsRefusedInOneLine(String text) throws Exception {
        Path file = folder.resolve("no-capture");
        Files.writeString(file, text);
        CommandRun run = CommandRun.of("explain", file.toString());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).startsWith("halfopen explain: cannot read " + file + ": ");
    }

    @Test
    void whatIsNotThereIsRefusedInOneLine() {
        CommandRun none = CommandRun.of("explain", "/no/such/file");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err()).isEqualTo("halfopen explain: cannot read /no/such/file: no such file\n");
        assertThat(CommandRun.of("explain", folder.toString()).err()).endsWith(": it is a folder\n");
    }

    /** Every kind of damage to real captures: it neither throws nor takes long. */
    @Test
    void damagedCapturesAreReadOrRefused() throws Exception {
        SplittableRandom lots = new SplittableRandom(7);
        List<byte[]> seeds = List.of(
                pcapng(named("a final ACK ignored, the client writes").play().atServer),
                pcap(named("over IPv6").play().atServer, 101, new byte[0]));
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = seeds.get(i % 2).clone();
            for (int j = lots.nextInt(8); j >= 0; j--) {
                damaged[lots.nextInt(damaged.length)] = (byte) lots.nextInt();
            }
            AnyCapture.explain(damaged);
        }
    }
}
