package io.halfopen.app.explain;

import static io.halfopen.app.explain.Scene.CLIENTS;
import static io.halfopen.app.explain.Scene.PORT;
import static io.halfopen.app.explain.Scene.SERVER;

import io.halfopen.linux.Message;
import io.halfopen.linux.SocketOption;
import io.halfopen.sim.Attempt;
import io.halfopen.sim.Server;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;

/** Those of the corpus in which the handshake came about, was refused, or was about ports that had been used before. */
final class CorpusOfEndings extends CorpusMaker {
    @Override
    void addAll() {
        refusals();
        endings();
        portsAgain();
        options();
    }

    private void refusals() {
        add("nobody listens", Cause.PORT_CLOSED, scene -> {
            Server server = scene.listen(16);
            scene.server.close(server.fd());
            scene.connect(server);
            scene.run(1);
        });
        add("nobody listens any more", Cause.PORT_CLOSED, scene -> {
            Server server = scene.listen(16);
            scene.connect(server);
            scene.run(0.5);
            serve(scene, server);
            scene.server.close(server.fd());
            scene.run(0.5);
            scene.connect(server);
            scene.run(1);
        });
        add("a firewall resets", Cause.FIREWALL_RESET, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.run(0.2);
            scene.write(client, 100);
            scene.run(0.2);
            int port = scene.clients.stack().row(client.fd()).localPort();
            Segment last = new Segment();
            byte[] bytes = scene.atServer.stream()
                    .filter(Scene.Packet::fromServer)
                    .reduce((first, second) -> second)
                    .orElseThrow()
                    .bytes();
            last.parse(bytes, 0, bytes.length);
            byte[] reset = Scene.packet(
                    SERVER, PORT, CLIENTS, port, TcpHeader.RST | TcpHeader.ACK, last.seq(), last.ack(), 250);
            scene.inject(scene.clients, reset);
            scene.atServer.add(new Scene.Packet(scene.world.now(), reset, true));
            scene.run(1);
        });
        alone(Direction.CLIENTS);
        add("a SYN-ACK for somebody else", Cause.WRONG_SYN_ACK, scene -> {
            Server server = scene.listen(16);
            scene.replace(Scene::isSyn, (now, from, to, bytes, offset, length) -> {
                int port = Bytes.getShort(bytes, offset + 20);
                byte[] wrong = Scene.packet(SERVER, PORT, CLIENTS, port, TcpHeader.SYN | TcpHeader.ACK, 77, 4711, 64);
                scene.world.after(5_000_000L, () -> scene.inject(scene.clients, wrong));
                return false;
            });
            scene.connect(server);
            scene.run(3);
        });
        elsewhere(Cause.CONNECTED);
        add("an RST that does not count", Cause.IGNORED_RESET, scene -> {
            Server server = scene.listen(16);
            boolean[] once = {true};
            scene.replace(Scene::isSyn, (now, from, to, bytes, offset, length) -> {
                if (once[0]) {
                    once[0] = false;
                    int port = Bytes.getShort(bytes, offset + 20);
                    byte[] wrong =
                            Scene.packet(SERVER, PORT, CLIENTS, port, TcpHeader.RST | TcpHeader.ACK, 0, 4711, 64);
                    scene.world.after(1_000_000L, () -> scene.inject(scene.clients, wrong));
                }
                return true;
            });
            scene.connect(server);
            scene.run(3);
        });
        elsewhere(Cause.WRONG_SYN_ACK);
    }

    private void endings() {
        add("closed with data unread", Cause.RESET_UNREAD_DATA, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.run(0.1);
            scene.write(client, 300);
            scene.run(0.2);
            scene.server.close(server.accept());
            scene.run(1);
        });
        alone(Direction.CLIENTS);
        add("data after close()", Cause.RESET_AFTER_CLOSE, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.run(0.1);
            scene.server.close(server.accept());
            scene.run(0.5);
            scene.write(client, 100);
            scene.run(1);
        });
        add("SO_LINGER 0 at the server", Cause.RESET_BY_SERVER, scene -> {
            Server server = scene.listen(16);
            scene.connect(server);
            scene.run(0.1);
            Scene.abort(scene.server, server.accept());
            scene.run(1);
        });
        alone(Direction.CLIENTS);
        add("SO_LINGER 0 at the client", Cause.RESET_BY_CLIENT, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.run(0.3);
            scene.write(client, 10);
            scene.run(0.3);
            Scene.abort(scene.clients, client.fd());
            scene.run(1);
        });
        alone(Direction.SERVER);
        add("the listener is closed, and with it who waits", Cause.RESET_BY_SERVER, scene -> {
            Server server = scene.listen(16);
            scene.connect(server, 3);
            scene.run(1);
            scene.server.close(server.fd());
            scene.run(1);
        });
        alone(Direction.CLIENTS);
        add("the server is started again", Cause.RESET_UNKNOWN_CONNECTION, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.run(0.1);
            scene.write(client, 100);
            scene.run(0.1);
            int fd = server.accept();
            scene.read(scene.server, fd);
            scene.answer(fd, 10);
            scene.run(5);
            scene.server.restart();
            scene.write(client, 100);
            scene.run(1);
        });
        alone(Direction.CLIENTS);
        add("the server's program does not read", Cause.ZERO_WINDOW, scene -> {
            Server server = scene.listen(16);
            scene.server.setsockopt(server.fd(), SocketOption.SO_RCVBUF, 4000);
            Attempt client = scene.connect(server);
            scene.run(0.1);
            server.accept();
            scene.write(client, 60_000);
            scene.run(10);
        });
        add("the server leaks a connection", Cause.HALF_CLOSED, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.run(0.1);
            server.accept();
            scene.clients.close(client.fd());
            scene.run(1);
            scene.run(30);
            scene.connect(server);
            scene.run(1);
        });
        add("the client leaks a connection", Cause.HALF_CLOSED, scene -> {
            Server server = scene.listen(16);
            scene.connect(server);
            scene.run(0.1);
            scene.server.shutdown(server.accept(), Stack.SHUT_WR);
            scene.run(31);
            scene.connect(server);
            scene.run(1);
        });
        add("it began before the capture", Cause.MID_LIFE, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.run(0.1);
            int fd = server.accept();
            scene.atServer.clear();
            scene.atClients.clear();
            scene.write(client, 100);
            scene.run(0.2);
            scene.answer(fd, 1000);
            scene.run(1);
        });
    }

    private void portsAgain() {
        add("TIME_WAIT taken over", Cause.TIME_WAIT_REUSED, scene -> {
            Server server = scene.listen(16);
            int fd = scene.connectFrom(40_000);
            scene.run(0.1);
            scene.server.close(server.accept());
            scene.run(0.1);
            scene.clients.close(fd);
            scene.run(2);
            scene.connectFrom(40_000);
            scene.run(2);
        });
        add("TIME_WAIT in the way", Cause.TIME_WAIT_REFUSED, scene -> {
            scene.clients.set("net.ipv4.tcp_timestamps", 0);
            scene.server.set("net.ipv4.tcp_rfc1337", 1);
            Server server = scene.listen(16);
            int fd = scene.connectFrom(40_000);
            scene.run(0.1);
            scene.server.close(server.accept());
            scene.run(0.1);
            scene.clients.close(fd);
            scene.run(3);
            Segment last = new Segment();
            byte[] bytes = scene.atServer.stream()
                    .filter(each -> !each.fromServer())
                    .reduce((first, second) -> second)
                    .orElseThrow()
                    .bytes();
            last.parse(bytes, 0, bytes.length);
            for (int i = 1; i < 4; i++) {
                // a number below what was there, as after a restart of the client
                byte[] syn = new byte[40];
                byte[] full =
                        Scene.packet(CLIENTS, 40_000, SERVER, PORT, TcpHeader.ACK, last.seq() - 100_000 + i, 0, 64);
                System.arraycopy(full, 0, syn, 0, 40);
                syn[33] = TcpHeader.SYN;
                Scene.seal(syn);
                scene.atClients.add(new Scene.Packet(scene.world.now(), syn, false));
                scene.inject(scene.server, syn);
                scene.run(2);
            }
        });
        add("an old connection in the way", Cause.OLD_CONNECTION, scene -> {
            Server server = scene.listen(16);
            scene.connectFrom(40_000);
            scene.run(0.1);
            server.accept();
            scene.atServer.clear();
            scene.atClients.clear();
            scene.clients.restart();
            scene.run(1);
            scene.connectFrom(40_000);
            scene.run(5);
        });
    }

    private void options() {
        add("options taken away", Cause.OPTIONS_STRIPPED, scene -> {
            Server server = scene.listen(16);
            scene.replace(Scene::isSyn, (now, from, to, bytes, offset, length) -> {
                byte[] bare = new byte[length];
                System.arraycopy(bytes, offset, bare, 0, length);
                for (int i = 44; i < length; i++) {
                    bare[i] = 1;
                }
                Scene.seal(bare);
                scene.world.after(10_000_000L, () -> scene.inject(scene.server, bare));
                return false;
            });
            scene.connect(server);
            scene.run(2);
        });
        elsewhere(Cause.CONNECTED);
        add("Fast Open asks for a cookie", Cause.FAST_OPEN_REQUEST, scene -> {
            fastOpen(scene, false);
            scene.run(1);
        });
        add(
                "Fast Open with data",
                Cause.FAST_OPEN,
                scene -> {
                    fastOpen(scene, true);
                    scene.run(1);
                },
                Cause.FAST_OPEN_REQUEST);
        alone(Direction.SERVER, Cause.FAST_OPEN_REQUEST);
        add(
                "Fast Open is off by then",
                Cause.FAST_OPEN_FALLBACK,
                scene -> {
                    fastOpen(scene, false);
                    scene.run(0.5);
                    scene.server.set("net.ipv4.tcp_fastopen", 0);
                    sendFast(scene);
                    scene.run(2);
                },
                Cause.FAST_OPEN_REQUEST);
        alone(Direction.SERVER, Cause.FAST_OPEN_REQUEST);
    }

    private static void fastOpen(Scene scene, boolean twice) {
        scene.server.set("net.ipv4.tcp_fastopen", 3);
        scene.clients.set("net.ipv4.tcp_fastopen", 1);
        Server server = scene.listen(16);
        scene.server.setsockopt(server.fd(), SocketOption.TCP_FASTOPEN, 16);
        sendFast(scene);
        scene.run(0.5);
        if (twice) {
            sendFast(scene);
        }
    }

    private static void sendFast(Scene scene) {
        int fd = scene.clients.socket(Stack.AF_INET);
        scene.clients.setsockopt(fd, SocketOption.TCP_FASTOPEN_CONNECT, 1);
        scene.clients.connect(fd, SERVER, PORT);
        scene.clients.send(fd, new byte[100], 0, 100, Message.MSG_NOSIGNAL);
    }
}
