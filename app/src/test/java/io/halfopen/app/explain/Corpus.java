package io.halfopen.app.explain;

import static io.halfopen.app.explain.Scene.CLIENTS;
import static io.halfopen.app.explain.Scene.PORT;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.SocketOption;
import io.halfopen.sim.Attempt;
import io.halfopen.sim.Server;
import io.halfopen.wire.Bytes;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;

/** Captures whose cause is known, since it was made. */
final class Corpus extends CorpusMaker {
    static List<Case> cases() {
        List<Case> all = new ArrayList<>();
        for (CorpusMaker each : List.of(new Corpus(), new CorpusOfEndings(), new CorpusOfTheWay())) {
            each.addAll();
            all.addAll(each.all);
        }
        return all;
    }

    @Override
    void addAll() {
        queues();
        cookies();
        theWay();
    }

    private void queues() {
        add("nobody accepts", Cause.ACCEPT_QUEUE_FULL, scene -> {
            Server server = scene.listen(1);
            scene.connect(server, 2);
            scene.run(0.5);
            scene.connect(server, 6);
            scene.run(4);
        });
        alone(Direction.SERVER);
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
        alone(Direction.SERVER);
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
        alone(Direction.SERVER);
        add("a burst larger than the backlog", Cause.ACCEPT_QUEUE_FULL, scene -> {
            Server server = scene.listen(4);
            for (int i = 0; i < 30; i++) {
                scene.connect(server);
                scene.run(0.03);
            }
            scene.run(10);
        });
        alone(Direction.SERVER);
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
        add(
                "a final ACK ignored, room after four seconds",
                Cause.FINAL_ACK_IGNORED,
                scene -> {
                    List<Attempt> late = overflowByAck(scene, 2);
                    scene.run(0.03);
                    late.forEach(each -> scene.write(each, 82));
                    scene.run(4);
                    Server server = servers.removeLast();
                    for (int i = 0; i < 20; i++) {
                        serve(scene, server);
                        scene.run(0.5);
                    }
                },
                Cause.RESET_AFTER_CLOSE);
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
        alone(Direction.CLIENTS);
        add("a SYN queue full of others", Cause.SYN_QUEUE_FULL, scene -> {
            scene.server.set("net.ipv4.tcp_syncookies", 0);
            Server server = scene.listen(8);
            scene.flood(40);
            scene.run(0.1);
            scene.connect(server, 6);
            scene.run(5);
        });
        alone(Direction.SERVER, Cause.HALF_OPEN);
        elsewhere(Cause.SYN_UNANSWERED);
        add(
                "the last quarter of tcp_max_syn_backlog",
                Cause.SYN_QUEUE_FULL,
                scene -> {
                    scene.server.set("net.ipv4.tcp_syncookies", 0);
                    scene.server.set("net.ipv4.tcp_max_syn_backlog", 32);
                    Server server = scene.listen(128);
                    scene.flood(60);
                    scene.run(0.1);
                    scene.connect(server, 6);
                    scene.run(5);
                },
                Cause.FLOOD);
        alone(Direction.SERVER, Cause.HALF_OPEN);
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
        alone(Direction.SERVER);
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
}
