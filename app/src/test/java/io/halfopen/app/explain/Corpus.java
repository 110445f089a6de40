package io.halfopen.app.explain;

import static io.halfopen.app.explain.Scene.CLIENTS;
import static io.halfopen.app.explain.Scene.PORT;
import static io.halfopen.app.explain.Scene.SERVER;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Message;
import io.halfopen.linux.SocketOption;
import io.halfopen.sim.Attempt;
import io.halfopen.sim.Server;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Captures whose cause is known, since it was made. */
final class Corpus {
    /**
     * One of them.
     *
     * @param cause what is to be found
     * @param beside what else is true of some connection in it
     * @param elsewhere what is the right reading where the packets that would tell are not seen: a flood with other
     *     addresses at the client, a lost SYN at the server
     */
    record Case(
            String name,
            Cause cause,
            Set<Cause> beside,
            Set<Cause> elsewhere,
            Supplier<Scene> scene,
            Consumer<Scene> story) {
        Scene play() {
            Scene made = scene.get();
            story.accept(made);
            return made;
        }
    }

    private final List<Case> all = new ArrayList<>();

    static List<Case> cases() {
        Corpus corpus = new Corpus();
        corpus.queues();
        corpus.cookies();
        corpus.theWay();
        corpus.refusals();
        corpus.endings();
        corpus.portsAgain();
        corpus.options();
        return corpus.all;
    }

    private void add(String name, Cause cause, Consumer<Scene> story, Cause... beside) {
        Set<Cause> also = EnumSet.noneOf(Cause.class);
        also.addAll(List.of(beside));
        all.add(new Case(name, cause, also, EnumSet.noneOf(Cause.class), Scene::new, story));
    }

    /** At the other end the last one looks like this. */
    private void elsewhere(Cause... causes) {
        all.getLast().elsewhere().addAll(List.of(causes));
    }

    private void add(String name, Cause cause, Supplier<Scene> scene, Consumer<Scene> story) {
        all.add(new Case(name, cause, EnumSet.noneOf(Cause.class), EnumSet.noneOf(Cause.class), scene, story));
    }

    private static void serve(Scene scene, Server server) {
        for (int fd : server.acceptAll()) {
            scene.read(scene.server, fd);
            scene.answer(fd, 100);
            scene.server.close(fd);
        }
    }

    private void queues() {
        add("nobody accepts", Cause.ACCEPT_QUEUE_FULL, scene -> {
            Server server = scene.listen(1);
            scene.connect(server, 2);
            scene.run(0.5);
            scene.connect(server, 6);
            scene.run(4);
        });
        add("accept() after five seconds", Cause.ACCEPT_QUEUE_FULL, scene -> {
            Server server = scene.listen(1);
            scene.connect(server, 2);
            scene.run(0.5);
            scene.connect(server, 6);
            scene.run(5);
            for (int i = 0; i < 20; i++) {
                serve(scene, server);
                scene.run(0.5);
            }
        });
        add(
                "over IPv6",
                Cause.ACCEPT_QUEUE_FULL,
                () -> new Scene(Kernel.LINUX_6_18, "2001:db8::1", "2001:db8::2"),
                scene -> {
                    Server server = scene.listen(0);
                    scene.connect(server, 1);
                    scene.run(0.5);
                    scene.connect(server, 6);
                    scene.run(8);
                });
        add("a burst larger than the backlog", Cause.ACCEPT_QUEUE_FULL, scene -> {
            Server server = scene.listen(4);
            for (int i = 0; i < 30; i++) {
                scene.connect(server);
                scene.run(0.03);
            }
            scene.run(10);
        });
        add("a final ACK ignored, the client writes", Cause.FINAL_ACK_IGNORED, scene -> {
            List<Attempt> late = overflowByAck(scene, 2);
            scene.run(0.03);
            late.forEach(each -> scene.write(each, 82));
            scene.run(10);
        });
        add("a final ACK ignored, the client is silent", Cause.FINAL_ACK_IGNORED, scene -> {
            overflowByAck(scene, 2);
            scene.run(10);
        });
        add("a final ACK ignored, room after four seconds", Cause.FINAL_ACK_IGNORED, scene -> {
            List<Attempt> late = overflowByAck(scene, 2);
            scene.run(0.03);
            late.forEach(each -> scene.write(each, 82));
            scene.run(4);
            Server server = servers.removeLast();
            for (int i = 0; i < 20; i++) {
                serve(scene, server);
                scene.run(0.5);
            }
        });
        add(
                "a kernel before 4.10",
                Cause.FINAL_ACK_IGNORED,
                () -> new Scene(Kernel.LINUX_3_10, "10.0.0.1", "10.0.0.2"),
                scene -> {
                    Server server = scene.listen(1);
                    for (int i = 0; i < 4; i++) {
                        Attempt client = scene.connect(server);
                        scene.run(0.1);
                        scene.write(client, 82);
                    }
                    scene.run(8);
                });
        add("tcp_abort_on_overflow", Cause.ABORT_ON_OVERFLOW, scene -> {
            scene.server.set("net.ipv4.tcp_abort_on_overflow", 1);
            overflowByAck(scene, 2);
            scene.run(3);
        });
        add("a SYN queue full of others", Cause.SYN_QUEUE_FULL, scene -> {
            scene.server.set("net.ipv4.tcp_syncookies", 0);
            Server server = scene.listen(8);
            scene.flood(40);
            scene.run(0.1);
            scene.connect(server, 6);
            scene.run(5);
        });
        elsewhere(Cause.SYN_UNANSWERED);
        add("the last quarter of tcp_max_syn_backlog", Cause.SYN_QUEUE_FULL, scene -> {
            scene.server.set("net.ipv4.tcp_syncookies", 0);
            scene.server.set("net.ipv4.tcp_max_syn_backlog", 32);
            Server server = scene.listen(128);
            scene.flood(60);
            scene.run(0.1);
            scene.connect(server, 6);
            scene.run(5);
        });
        elsewhere(Cause.SYN_UNANSWERED);
        add(
                "a flood",
                Cause.FLOOD,
                scene -> {
                    Server server = scene.listen(1000);
                    scene.flood(300);
                    scene.run(1);
                    scene.connect(server, 3);
                    scene.run(5);
                },
                Cause.SYN_COOKIE);
        elsewhere(Cause.CONNECTED);
        add("TCP_DEFER_ACCEPT and a client that is late", Cause.DEFER_ACCEPT, scene -> {
            Server server = scene.listen(16);
            scene.server.setsockopt(server.fd(), SocketOption.TCP_DEFER_ACCEPT, 3);
            Attempt client = scene.connect(server);
            scene.run(3.3);
            scene.write(client, 82);
            scene.run(0.1);
            serve(scene, server);
            scene.run(5);
        });
    }

    private final List<Server> servers = new ArrayList<>();

    /** Two in the queue; two more SYNs are let in, and there is room for one. */
    private List<Attempt> overflowByAck(Scene scene, int backlog) {
        Server server = scene.listen(backlog);
        servers.add(server);
        scene.connect(server, backlog);
        scene.run(0.5);
        List<Attempt> late = scene.connect(server, 3);
        scene.run(0.05);
        return late;
    }

    private void cookies() {
        add("tcp_syncookies 2", Cause.SYN_COOKIE, scene -> {
            scene.server.set("net.ipv4.tcp_syncookies", 2);
            Server server = scene.listen(64);
            for (int i = 0; i < 8; i++) {
                Attempt client = scene.connect(server);
                scene.run(0.1);
                scene.write(client, 50);
                scene.run(0.1);
                serve(scene, server);
            }
            scene.run(1);
        });
        add("a flood and cookies", Cause.SYN_COOKIE, scene -> {
            Server server = scene.listen(8);
            scene.flood(9);
            scene.run(0.1);
            for (int i = 0; i < 8; i++) {
                scene.connect(server);
                scene.run(0.1);
                serve(scene, server);
            }
            scene.run(1);
        });
        elsewhere(Cause.SYN_COOKIE);
        add("cookies for clients without timestamps", Cause.SYN_COOKIE, scene -> {
            scene.clients.set("net.ipv4.tcp_timestamps", 0);
            Server server = scene.listen(8);
            scene.connect(server);
            scene.run(0.2);
            scene.flood(9);
            scene.run(0.1);
            for (int i = 0; i < 4; i++) {
                scene.connect(server);
                scene.run(0.1);
                serve(scene, server);
            }
            scene.run(1);
        });
        add("a cookie's ACK ignored", Cause.COOKIE_IGNORED, scene -> {
            Server server = scene.listen(1);
            List<Attempt> clients = scene.connect(server, 6);
            scene.run(0.05);
            clients.forEach(each -> {
                if (each.isConnected()) {
                    scene.write(each, 82);
                }
            });
            scene.run(6);
        });
    }

    private void theWay() {
        add("nothing to remark", Cause.CONNECTED, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.run(0.1);
            scene.write(client, 500);
            scene.run(0.1);
            serve(scene, server);
            scene.run(0.1);
            scene.read(scene.clients, client.fd());
            scene.clients.close(client.fd());
            scene.run(1);
        });
        add("a SYN is lost", Cause.SYN_LOST, scene -> {
            scene.lose(1, Scene::isSyn);
            Server server = scene.listen(16);
            for (int i = 0; i < 5; i++) {
                scene.connect(server);
                scene.run(0.2);
            }
            scene.run(3);
        });
        elsewhere(Cause.CONNECTED);
        add("a SYN-ACK is lost", Cause.SYN_LOST, scene -> {
            scene.lose(1, Scene::isSynAck);
            Server server = scene.listen(16);
            for (int i = 0; i < 5; i++) {
                scene.connect(server);
                scene.run(0.2);
            }
            scene.run(3);
        });
        add("the only one's SYN is lost", Cause.SYN_LOST, scene -> {
            scene.lose(1, Scene::isSyn);
            scene.connect(scene.listen(16));
            scene.run(3);
        });
        elsewhere(Cause.CONNECTED);
        add("a firewall drops what is for this port", Cause.SYN_UNANSWERED, scene -> {
            Server other = scene.server.serve(443, 16);
            Server server = scene.listen(16);
            scene.lose(1000, segment -> segment.destinationPort() == PORT);
            scene.connect(other);
            scene.connect(server);
            scene.run(20);
        });
        elsewhere(Cause.CONNECTED);
        add("no way there", Cause.SYN_UNANSWERED, scene -> {
            Server server = scene.listen(16);
            scene.lose(1000, segment -> true);
            scene.connect(server);
            scene.run(20);
        });
        add("connect() gives up", Cause.CONNECT_GAVE_UP, scene -> {
            scene.clients.set("net.ipv4.tcp_syn_retries", 2);
            Server server = scene.listen(16);
            scene.lose(1000, segment -> segment.destinationPort() == PORT);
            scene.connect(server);
            scene.run(30);
            scene.clients.connect(scene.server.serve(443, 3));
            scene.run(2);
        });
        elsewhere(Cause.CONNECTED, Cause.SYN_UNANSWERED);
        add("ICMP says that there is no such host", Cause.ICMP_REFUSED, scene -> {
            Server server = scene.listen(16);
            scene.replace(Scene::isSyn, (now, from, to, bytes, offset, length) -> {
                byte[] error = unreachable(bytes, offset);
                scene.world.after(5_000_000L, () -> scene.inject(scene.clients, error));
                return false;
            });
            scene.connect(server);
            scene.run(3);
        });
        add("ECN dropped on the way", Cause.ECN_FALLBACK, scene -> {
            scene.clients.set("net.ipv4.tcp_ecn", 1);
            scene.lose(1000, segment -> Scene.isSyn(segment) && segment.has(TcpHeader.ECE));
            Server server = scene.listen(16);
            scene.connect(server);
            scene.run(3);
        });
        elsewhere(Cause.CONNECTED);
    }

    /** ICMP 3/1 from a router, about this packet. */
    private static byte[] unreachable(byte[] packet, int offset) {
        byte[] error = new byte[56];
        error[0] = 0x45;
        error[3] = 56;
        error[8] = 60;
        error[9] = 1;
        Bytes.putInt(error, 12, 10 << 24 | 99);
        Bytes.putInt(error, 16, (int) CLIENTS.low());
        error[20] = 3;
        error[21] = 1;
        System.arraycopy(packet, offset, error, 28, 28);
        Bytes.putShort(error, 22, sum(error, 20, 56));
        Bytes.putShort(error, 10, sum(error, 0, 20));
        return error;
    }

    private static int sum(byte[] bytes, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i += 2) {
            sum += Bytes.getShort(bytes, i);
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return ~sum & 0xffff;
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
        add("SO_LINGER 0 at the client", Cause.RESET_BY_CLIENT, scene -> {
            Server server = scene.listen(16);
            Attempt client = scene.connect(server);
            scene.run(0.3);
            scene.write(client, 10);
            scene.run(0.3);
            Scene.abort(scene.clients, client.fd());
            scene.run(1);
        });
        add("the listener is closed, and with it who waits", Cause.RESET_BY_SERVER, scene -> {
            Server server = scene.listen(16);
            scene.connect(server, 3);
            scene.run(1);
            scene.server.close(server.fd());
            scene.run(1);
        });
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
