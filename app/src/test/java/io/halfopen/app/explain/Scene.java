package io.halfopen.app.explain;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.sim.Attempt;
import io.halfopen.sim.Host;
import io.halfopen.sim.Middlebox;
import io.halfopen.sim.Path;
import io.halfopen.sim.Server;
import io.halfopen.sim.Tap;
import io.halfopen.sim.World;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import io.halfopen.wire.TcpOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A server and its clients, 20 ms apart, of which both ends are captured. */
final class Scene {
    /** A captured packet; {@code fromServer} is its direction. */
    record Packet(long time, byte[] bytes, boolean fromServer) {}

    static final IpAddress SERVER = IpAddress.parse("10.0.0.1");
    static final IpAddress CLIENTS = IpAddress.parse("10.0.0.2");
    static final int PORT = 80;

    final World world = new World(1);
    final Host server;
    final Host clients;
    final List<Packet> atServer = new ArrayList<>();
    final List<Packet> atClients = new ArrayList<>();

    Scene() {
        this(Kernel.LINUX_6_18, "10.0.0.1", "10.0.0.2");
    }

    Scene(Kernel kernel, String serverAddress, String clientAddress) {
        server = world.addHost("server", kernel);
        server.addAddress(IpAddress.parse(serverAddress), 1500);
        clients = world.addHost("clients", clientAddress);
        world.connect(server, clients, Path.ofDelay(Duration.ofMillis(10)));
        world.addTap(new Tap() {
            @Override
            public void onSent(long now, Host from, Rule why, byte[] bytes, int offset, int length) {
                (from == server ? atServer : atClients).add(packet(now, bytes, offset, length, from == server));
            }

            @Override
            public void onArrived(long now, Host to, Rule rule, byte[] bytes, int offset, int length) {
                (to == server ? atServer : atClients).add(packet(now, bytes, offset, length, to != server));
            }
        });
    }

    private static Packet packet(long now, byte[] bytes, int offset, int length, boolean fromServer) {
        byte[] copy = new byte[length];
        System.arraycopy(bytes, offset, copy, 0, length);
        return new Packet(now, copy, fromServer);
    }

    Server listen(int backlog) {
        return server.serve(PORT, backlog);
    }

    Attempt connect(Server to) {
        return clients.connect(to);
    }

    /** So many at once. */
    List<Attempt> connect(Server to, int count) {
        List<Attempt> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(connect(to));
        }
        return all;
    }

    void run(double seconds) {
        world.run(Duration.ofNanos((long) (seconds * 1e9)));
    }

    void write(Attempt from, int octets) {
        clients.write(from.fd(), new byte[octets], 0, octets);
    }

    void answer(int fd, int octets) {
        server.write(fd, new byte[octets], 0, octets);
    }

    int read(Host host, int fd) {
        byte[] buffer = new byte[1 << 16];
        return host.read(fd, buffer, 0, buffer.length);
    }

    /** close() with an RST. */
    static void abort(Host host, int fd) {
        host.setsockopt(fd, SocketOption.SO_LINGER, 0);
        host.close(fd);
    }

    /** A client from a port of its own, also one that was used before. */
    int connectFrom(int port) {
        int fd = clients.socket(Stack.AF_INET);
        clients.setsockopt(fd, SocketOption.SO_REUSEADDR, 1);
        clients.bind(fd, CLIENTS, port);
        clients.connect(fd, SERVER, PORT);
        return fd;
    }

    /** Something on the way takes packets of this kind away, the first {@code most} of them. */
    void lose(int most, Predicate<Segment> which) {
        int[] left = {most};
        Segment segment = new Segment();
        world.addMiddlebox((now, from, to, bytes, offset, length) -> {
            boolean meant = segment.parse(bytes, offset, length) == Segment.Defect.NONE && which.test(segment);
            return !meant || left[0]-- <= 0;
        });
    }

    /** Something on the way sends another packet instead. */
    void replace(Predicate<Segment> which, Middlebox by) {
        Segment segment = new Segment();
        world.addMiddlebox(
                (now, from, to, bytes, offset, length) -> segment.parse(bytes, offset, length) != Segment.Defect.NONE
                        || !which.test(segment)
                        || by.passes(now, from, to, bytes, offset, length));
    }

    static boolean isSyn(Segment segment) {
        return segment.has(TcpHeader.SYN) && !segment.has(TcpHeader.ACK);
    }

    static boolean isSynAck(Segment segment) {
        return segment.has(TcpHeader.SYN) && segment.has(TcpHeader.ACK);
    }

    /** Comes from nowhere, and is captured where it arrives. */
    void inject(Host to, byte[] packet) {
        world.inject(to, packet);
    }

    /** SYNs from addresses that are not there. */
    void flood(int count) {
        for (int i = 0; i < count; i++) {
            IpAddress from = IpAddress.ofIpv4(198 << 24 | 18 << 16 | i + 1);
            inject(server, packet(from, 2000 + i, SERVER, PORT, TcpHeader.SYN, 1000 * i, 0, 64));
        }
    }

    /** A segment whose header has been changed. */
    static void seal(byte[] packet) {
        packet[36] = 0;
        packet[37] = 0;
        TcpHeader.seal(packet, 20, packet.length - 20, CLIENTS.high(), CLIENTS.low(), SERVER.high(), SERVER.low());
    }

    /** A segment as a script would make it. */
    static byte[] packet(IpAddress from, int fromPort, IpAddress to, int toPort, int flags, int seq, int ack, int ttl) {
        int tcp = IpHeader.V4_LENGTH;
        boolean syn = (flags & TcpHeader.SYN) != 0;
        int options = syn ? TcpOptions.synLength(true, true, 7) : 0;
        int length = TcpHeader.LENGTH + options;
        byte[] packet = new byte[tcp + length];
        if (syn) {
            TcpOptions.writeSyn(packet, tcp + TcpHeader.LENGTH, 1460, true, true, 0x1234_5680, 0, 7);
        }
        int window = (flags & TcpHeader.RST) != 0 ? 0 : 64240;
        TcpHeader.write(packet, tcp, fromPort, toPort, seq, ack, length, flags, window);
        IpHeader.write(packet, 0, from.high(), from.low(), to.high(), to.low(), length, 0, ttl, 0);
        TcpHeader.seal(packet, tcp, length, from.high(), from.low(), to.high(), to.low());
        return packet;
    }
}
