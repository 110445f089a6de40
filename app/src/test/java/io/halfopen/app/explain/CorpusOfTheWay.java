package io.halfopen.app.explain;

import io.halfopen.linux.SocketOption;
import io.halfopen.sim.Attempt;
import io.halfopen.sim.Middlebox;
import io.halfopen.sim.Server;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.util.Arrays;
import java.util.function.Consumer;

/** Those of the corpus in which something on the way does it, and what looks like a fault and is none. */
final class CorpusOfTheWay extends CorpusMaker {
    private static final long DELAY = 10_000_000L;

    @Override
    void addAll() {
        numbers();
        harmless();
        silence();
    }

    /** Something else arrives instead, as late as it would have. */
    private static Middlebox changed(Scene scene, Consumer<byte[]> change) {
        return (now, from, to, bytes, offset, length) -> {
            byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
            change.accept(copy);
            copy[36] = 0;
            copy[37] = 0;
            seal(copy, from == scene.server);
            scene.world.after(DELAY, () -> scene.inject(to, copy));
            return false;
        };
    }

    private static void seal(byte[] packet, boolean fromServer) {
        var source = fromServer ? Scene.SERVER : Scene.CLIENTS;
        var target = fromServer ? Scene.CLIENTS : Scene.SERVER;
        TcpHeader.seal(packet, 20, packet.length - 20, source.high(), source.low(), target.high(), target.low());
    }

    private static void add(byte[] packet, int at, int number) {
        Bytes.putInt(packet, at, Bytes.getInt(packet, at) + number);
    }

    private void numbers() {
        add("the SYN-ACK's number is changed on the way", Cause.WRONG_SYN_ACK, scene -> {
            scene.replace(Scene::isSynAck, changed(scene, packet -> add(packet, 28, 12_345)));
            scene.connect(scene.listen(16));
            scene.run(4);
        });
        alone(Direction.SERVER, Cause.WRONG_SYN_ACK, Cause.SYN_LOST);
        add("timestamps are changed from some time on", Cause.PAWS, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.run(0.1);
            scene.write(client, 50);
            scene.run(1);
            int fd = server.accept();
            scene.read(scene.server, fd);
            // NOP, NOP, and the timestamp begins
            scene.replace(CorpusOfTheWay::isFromClient, changed(scene, packet -> add(packet, 44, -5_000_000)));
            scene.write(client, 50);
            scene.run(6);
        });
        alone(Direction.CLIENTS, Cause.NOT_ACKNOWLEDGED);
        elsewhere(Cause.NOT_ACKNOWLEDGED);
        add("timestamps are overwritten on the way", Cause.OPTIONS_STRIPPED, scene -> {
            Server server = scene.listen(16);
            scene.replace(Scene::isSyn, changed(scene, packet -> Arrays.fill(packet, 46, 56, (byte) 1)));
            scene.connect(server);
            scene.run(2);
        });
        alone(Direction.SERVER);
        add("an RST that is in the window and not next", Cause.IGNORED_RESET, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.run(0.1);
            scene.write(client, 50);
            scene.run(0.5);
            int fd = server.accept();
            scene.read(scene.server, fd);
            int port = scene.clients.stack().row(client.fd()).localPort();
            int next = lastSeq(scene, false) + 50 + 100;
            scene.inject(
                    scene.server,
                    Scene.packet(Scene.CLIENTS, port, Scene.SERVER, Scene.PORT, TcpHeader.RST, next, 0, 64));
            scene.run(0.5);
            scene.write(client, 50);
            scene.run(0.5);
            scene.answer(fd, 100);
            scene.run(0.5);
        });
        elsewhere(Cause.CONNECTED);
        alone(Direction.SERVER);
    }

    private static int lastSeq(Scene scene, boolean fromServer) {
        Segment last = new Segment();
        byte[] bytes = scene.atServer.stream()
                .filter(each -> each.fromServer() == fromServer)
                .reduce((first, second) -> second)
                .orElseThrow()
                .bytes();
        last.parse(bytes, 0, bytes.length);
        return last.seq();
    }

    /** The server's own firewall answers in its name. */
    private static Middlebox reject(Scene scene) {
        return (now, from, to, bytes, offset, length) -> {
            int seq = Bytes.getInt(bytes, offset + 24);
            byte[] syn = Arrays.copyOfRange(bytes, offset, offset + length);
            byte[] reset = Scene.packet(
                    Scene.SERVER, Scene.PORT, Scene.CLIENTS, 40_000, TcpHeader.RST | TcpHeader.ACK, 0, seq + 1, 64);
            scene.world.after(DELAY, () -> {
                scene.atServer.add(new Scene.Packet(scene.world.now(), syn, false));
                scene.atServer.add(new Scene.Packet(scene.world.now(), reset, true));
            });
            scene.world.after(2 * DELAY, () -> scene.inject(scene.clients, reset));
            return false;
        };
    }

    private static boolean isFromClient(Segment segment) {
        return segment.destinationPort() == Scene.PORT;
    }

    private void harmless() {
        add("every packet arrives twice", Cause.CONNECTED, scene -> {
            Server server = scene.listen(16);
            scene.world.addMiddlebox((now, from, to, bytes, offset, length) -> {
                byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
                scene.world.after(DELAY + 500_000, () -> scene.inject(to, copy));
                return true;
            });
            exchange(scene, server, scene.connect(server));
        });
        add("keep-alive, once a second", Cause.CONNECTED, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.clients.setsockopt(client.fd(), SocketOption.SO_KEEPALIVE, 1);
            scene.clients.setsockopt(client.fd(), SocketOption.TCP_KEEPIDLE, 1);
            scene.clients.setsockopt(client.fd(), SocketOption.TCP_KEEPINTVL, 1);
            exchange(scene, server, client);
            scene.run(6);
        });
        add("the final ACK is lost", Cause.SYN_LOST, scene -> {
            scene.lose(1, segment -> isFromClient(segment) && !segment.has(TcpHeader.SYN));
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.run(2.5);
            exchange(scene, server, client);
        });
        elsewhere(Cause.CONNECTED);
        alone(Direction.CLIENTS);
        add("a server that closes fifteen seconds later", Cause.HALF_CLOSED, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.run(0.1);
            int fd = server.accept();
            scene.clients.close(client.fd());
            scene.run(15);
            scene.server.close(fd);
            scene.run(1);
        });
    }

    private static int exchange(Scene scene, Server server, Attempt client) {
        scene.run(0.1);
        scene.write(client, 50);
        scene.run(0.5);
        int fd = server.accept();
        scene.read(scene.server, fd);
        scene.answer(fd, 100);
        scene.run(0.5);
        scene.read(scene.clients, client.fd());
        return fd;
    }

    private void silence() {
        add("the client's program does not read", Cause.ZERO_WINDOW, scene -> {
            Server server = scene.listen(16);
            scene.clients.set("net.ipv4.tcp_rmem", 4096, 4096, 4096);
            scene.connect(server);
            scene.run(0.1);
            int fd = server.accept();
            scene.answer(fd, 60_000);
            scene.run(10);
        });
        add("the server rejects one of its clients", Cause.FIREWALL_RESET, scene -> {
            Server server = scene.listen(16);
            scene.replace(
                    segment -> Scene.isSyn(segment) && segment.sourcePort() == 40_000, CorpusOfTheWay.reject(scene));
            for (int i = 0; i < 4; i++) {
                scene.connect(server);
                scene.run(0.2);
                if (i == 1) {
                    scene.connectFrom(40_000);
                    scene.run(0.2);
                }
            }
            scene.run(1.5);
            scene.connect(server);
            scene.run(1);
        });
        add("a client comes again while its old connection is there", Cause.OLD_CONNECTION, scene -> {
            Server server = scene.listen(16);
            int client = scene.connectFrom(40_000);
            scene.run(0.1);
            scene.clients.write(client, new byte[50], 0, 50);
            scene.run(0.2);
            int fd = server.accept();
            scene.read(scene.server, fd);
            scene.answer(fd, 100);
            scene.run(1);
            scene.clients.restart();
            scene.connectFrom(40_000);
            scene.run(5);
        });
        add("a firewall forgets the connection", Cause.NOT_ACKNOWLEDGED, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            int fd = exchange(scene, server, client);
            scene.lose(1000, segment -> true);
            scene.answer(fd, 50);
            scene.run(5);
        });
        elsewhere(Cause.CONNECTED);
        alone(Direction.CLIENTS);
        add("a program that does not answer", Cause.NOT_ACCEPTED, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.run(0.1);
            scene.write(client, 50);
            scene.run(12);
            scene.clients.connect(server);
            scene.run(1);
        });
        add(
                "a queue that is full again and again",
                Cause.ACCEPT_QUEUE_FULL,
                CorpusOfTheWay::overflow,
                Cause.FINAL_ACK_IGNORED);
        alone(Direction.SERVER, Cause.FINAL_ACK_IGNORED);
    }

    private static void overflow(Scene scene) {
        Server server = scene.listen(4);
        for (int i = 0; i < 60; i++) {
            scene.connect(server);
            scene.run(0.01);
            if (i % 3 == 0) {
                int fd = server.accept();
                scene.run(0.005);
                scene.server.close(fd);
            }
        }
        for (int i = 0; i < 40; i++) {
            serve(scene, server);
            scene.run(0.2);
        }
    }
}
