package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Rule;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a {@link Scene}'s wire: it sends what the test says and keeps what it is sent until the test expects
 * it. Sequence numbers are relative: its own to an initial one of its choice that soon wraps, the host's to the one in
 * the host's SYN or SYN-ACK (0 before it has seen one). The host's timestamps are relative to its first, too.
 */
final class Peer {
    /** A packet that the host sent. */
    record Packet(long time, Rule why, byte[] bytes, Segment segment) {}

    private static final int ISN = 0xffff_ff00;

    private final Scene scene;
    private final IpAddress address;
    private final int port;
    private final Queue<Packet> received = new ArrayDeque<>();
    private int hostPort = Scene.PORT;
    private int isn = ISN;
    private int tos;
    private @Nullable IpAddress host;
    private int hostIsn;
    private int hostClock;

    Peer(Scene scene, IpAddress address, int port) {
        this.scene = scene;
        this.address = address;
        this.port = port;
    }

    IpAddress address() {
        return address;
    }

    int port() {
        return port;
    }

    int hostPort() {
        return hostPort;
    }

    /** It talks to another port than 8080. */
    Peer to(int port) {
        hostPort = port;
        return this;
    }

    int tos() {
        return tos;
    }

    /** Where it reaches the host, if that is not the host's address of its family. */
    @Nullable
    IpAddress host() {
        return host;
    }

    Peer meets(IpAddress host) {
        this.host = host;
        return this;
    }

    /** From here on its packets have this type of service, or traffic class. */
    Peer tos(int tos) {
        this.tos = tos;
        return this;
    }

    int isn() {
        return isn;
    }

    /** From here on it numbers from another initial sequence number, that many later. */
    Peer moveIsn(int by) {
        isn += by;
        return this;
    }

    int hostIsn() {
        return hostIsn;
    }

    int hostClock() {
        return hostClock;
    }

    /** Sends a packet, in {@link Notation}; the rule is what became of it. */
    Rule inject(String text) {
        return scene.receive(packet(text));
    }

    byte[] packet(String text) {
        scene.drain();
        return Notation.write(this, text);
    }

    /** The next packet that the host sent is this one, as far as the text goes. */
    Peer expect(String text) {
        Packet packet = next();
        assertThat(Notation.read(this, packet.segment(), text))
                .as("sent for %s", packet.why())
                .isEqualTo(text);
        return this;
    }

    /** The host sent this, or nothing where there is no text, and nothing else. */
    void expectOnly(@Nullable String text) {
        if (text != null) {
            expect(text);
        }
        expectNothing();
    }

    Packet next() {
        scene.drain();
        assertThat(received).as("packets sent to port %d", port).isNotEmpty();
        return received.remove();
    }

    void expectNothing() {
        scene.drain();
        List<String> texts = new ArrayList<>();
        received.forEach(packet -> texts.add(Notation.read(this, packet.segment(), "ack win <>")));
        assertThat(texts).as("packets sent to port %d", port).isEmpty();
    }

    /** When all packets came that have not been expected yet, in seconds, to the millisecond: {@code "0 1 3 7.25"}. */
    String times() {
        scene.drain();
        List<String> times = new ArrayList<>();
        while (!received.isEmpty()) {
            BigDecimal seconds = BigDecimal.valueOf(received.remove().time(), 9).setScale(3, RoundingMode.DOWN);
            times.add(seconds.stripTrailingZeros().toPlainString());
        }
        return String.join(" ", times);
    }

    /** A whole handshake with the listener, without options but the MSS. */
    Peer handshake() {
        inject("S 0:0(0) win 65535 <mss 1460>");
        expect("S. 0:0(0) ack 1");
        inject(". 1:1(0) ack 1 win 65535");
        return this;
    }

    void received(Packet packet) {
        Segment segment = packet.segment();
        if (segment.has(TcpHeader.SYN) && (segment.seq() != hostIsn || segment.sourcePort() != hostPort)) {
            hostPort = segment.sourcePort();
            hostIsn = segment.seq();
            hostClock = segment.tsValue();
        }
        received.add(packet);
    }
}
