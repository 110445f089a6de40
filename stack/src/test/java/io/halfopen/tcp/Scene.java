package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Timers;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One host, its clock and its scripted peers; tests about rules read like packetdrill scripts.
 *
 * <pre>
 *   Scene scene = new Scene();
 *   int listener = scene.listener(1);                            // backlog 1, port 8080
 *   Peer peer = scene.peer();
 *   peer.inject("S 0:0(0) win 65535 &lt;mss 1460>");
 *   peer.expect("S. 0:0(0) ack 1 win 64240 &lt;mss 1460>");
 *   scene.at("1s");                                              // the clock moves, timers fire one by one
 *   peer.expect("S. 0:0(0) ack 1");                              // what is not written is not compared
 *   assertThat(scene.changes()).isEqualTo("TCPTimeouts+1 TCPSynRetrans+1 RetransSegs+1")
 * </pre>
 */
final class Scene {
    static final IpAddress HOST = IpAddress.parse("192.168.0.1");
    static final IpAddress HOST_V6 = IpAddress.parse("2001:db8::1");
    static final int PORT = 8080;

    private static final int FIRST_PEER_PORT = 40000;

    /** They count every packet, and nobody asks. */
    private static final Set<Counter> TRAFFIC = EnumSet.of(
            Counter.InReceives,
            Counter.InDelivers,
            Counter.InSegs,
            Counter.OutRequests,
            Counter.OutSegs,
            Counter.CurrEstab,
            Counter.TCPOrigDataSent,
            Counter.TCPDelivered);

    final Stack stack;
    private final boolean ipv6 = OverIpv6.isChosen();
    private final Map<Endpoint, Peer> peers = new HashMap<>();
    private final long[] before = new long[Counter.values().length];
    private long now;
    private @Nullable Rule rule;

    private record Endpoint(IpAddress address, int port) {}

    Scene() {
        this(Kernel.LINUX_6_18, 1500);
    }

    Scene(Kernel kernel) {
        this(kernel, 1500);
    }

    Scene(Kernel kernel, int mtu) {
        this(kernel, mtu, Timers.EXACT);
    }

    Scene(Timers timers) {
        this(Kernel.LINUX_6_18, 1500, timers);
    }

    private Scene(Kernel kernel, int mtu, Timers timers) {
        stack = new Stack(kernel, Secrets.ofSeed(1), timers);
        stack.addAddress(HOST, mtu);
        stack.addAddress(HOST_V6, ipv6 ? mtu + 20 : mtu); // so that the MSS is the same
    }

    Scene set(Sysctl sysctl, int... numbers) {
        stack.sysctls().set(sysctl, numbers);
        return this;
    }

    // ---- time

    long now() {
        return now;
    }

    /** Moves the clock to this time since the start; every timer due until then, and then, fires at its own time. */
    Scene at(String time) {
        mark();
        return until(new BigDecimal(time.replace("s", "")).movePointRight(9).longValueExact());
    }

    Scene after(String time) {
        mark();
        return until(
                now + new BigDecimal(time.replace("s", "")).movePointRight(9).longValueExact());
    }

    private Scene until(long end) {
        while (stack.nextTimeout() <= end) {
            now = Math.max(now, stack.nextTimeout());
            stack.onTimeout(now);
            drain();
        }
        now = end;
        return this;
    }

    /** The host's address of the family that its peers have. */
    IpAddress host() {
        return ipv6 ? HOST_V6 : HOST;
    }

    // ---- packets

    /** Another peer, 192.0.2.1 or 2001:db8::2 with a port that no other peer has. */
    Peer peer() {
        return peer(ipv6 ? "2001:db8::2" : "192.0.2.1", FIRST_PEER_PORT + peers.size());
    }

    Peer peer(String address, int port) {
        Endpoint endpoint = new Endpoint(IpAddress.parse(address), port);
        return peers.computeIfAbsent(endpoint, key -> new Peer(this, key.address(), port));
    }

    Rule receive(byte[] packet) {
        mark();
        // A peer of 127.0.0.0/8 is this host itself: what it sends has not come over a wire.
        boolean looped = packet.length > 12 && packet[0] == 0x45 && packet[12] == 127;
        Rule decided =
                looped ? stack.onLooped(now, packet, 0, packet.length) : stack.onPacket(now, packet, 0, packet.length);
        rule = decided;
        drain();
        return decided;
    }

    /** What became of the last packet that a peer injected. */
    @Nullable
    Rule rule() {
        return rule;
    }

    /** Nobody has been sent anything that was not expected. */
    void expectNothing() {
        drain();
        peers.values().forEach(Peer::expectNothing);
    }

    void drain() {
        stack.drainPackets((why, bytes, offset, length) -> {
            byte[] packet = Arrays.copyOfRange(bytes, offset, offset + length);
            Segment segment = new Segment();
            assertThat(segment.parse(packet, 0, length)).isEqualTo(Segment.Defect.NONE);
            IpAddress address = new IpAddress(segment.destinationHigh(), segment.destinationLow());
            Peer peer = peers.get(new Endpoint(address, segment.destinationPort()));
            assertThat(peer)
                    .as("peer at %s:%d", address, segment.destinationPort())
                    .isNotNull();
            peer.received(new Peer.Packet(now, why, packet, segment));
        });
        stack.drainReady((fd, events) -> {});
    }

    // ---- counters

    /** What was counted since the last packet, call or move of the clock: {@code "ListenOverflows+1 ListenDrops+1"}. */
    String changes() {
        return Arrays.stream(Counter.values())
                .filter(counter -> !TRAFFIC.contains(counter) && counted(counter) != 0)
                .map(counter -> counter + (counted(counter) > 0 ? "+" : "") + counted(counter))
                .collect(Collectors.joining(" "));
    }

    /** The same of one counter. */
    long counted(Counter counter) {
        return stack.counter(counter) - before[counter.ordinal()];
    }

    void mark() {
        drain();
        Arrays.setAll(before, i -> stack.counter(Counter.values()[i]));
    }

    // ---- calls

    int socket() {
        return stack.socket(ipv6 ? Stack.AF_INET6 : Stack.AF_INET);
    }

    /** A socket that listens on port 8080 of every address. */
    int listener(int backlog) {
        int fd = stack.socket(Stack.AF_INET6);
        assertThat(stack.bind(fd, IpAddress.ANY_V6, PORT)).isZero();
        assertThat(stack.listen(fd, backlog)).isZero();
        return fd;
    }

    int accept(int listener) {
        mark();
        return stack.accept(listener);
    }

    int connect(int fd, Peer peer) {
        mark();
        return stack.connect(now, fd, peer.address(), peer.port());
    }

    /** The data as text, "EOF", or the name of the error. */
    String read(int fd) {
        mark();
        byte[] target = new byte[1 << 16];
        int count = stack.read(now, fd, target, 0, target.length);
        return switch (Integer.signum(count)) {
            case 0 -> "EOF";
            case 1 -> new String(target, 0, count, StandardCharsets.US_ASCII);
            default -> Errno.name(count);
        };
    }

    int write(int fd, String data) {
        mark();
        byte[] source = data.getBytes(StandardCharsets.US_ASCII);
        return stack.write(now, fd, source, 0, source.length);
    }

    int shutdown(int fd, int how) {
        mark();
        return stack.shutdown(now, fd, how);
    }

    int close(int fd) {
        mark();
        return stack.close(now, fd);
    }
}
