package io.halfopen.app.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.halfopen.app.HandmadePacket;
import io.halfopen.link.Interface;
import io.halfopen.link.Tun;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Real listeners and those who come to them, in the namespace where it is started, as it is told on standard input:
 * each line is a command with numbers, and answered by a line. What comes through the TUN interface comes exactly as
 * often as asked for.
 */
public final class ListenersMain {
    private static final IpAddress SERVER = IpAddress.parse("10.7.0.1");
    private static final IpAddress PEER = IpAddress.parse("10.7.0.2");

    private final Tun tun;
    private final Map<Integer, ServerSocket> servers = new HashMap<>();
    private final List<SocketChannel> clients = new ArrayList<>();
    private final Map<Integer, Integer> numbers = new HashMap<>();
    private int nextPort = 2000;

    private ListenersMain(Tun tun) {
        this.tun = tun;
    }

    public static void main(String[] args) throws IOException {
        try (Tun tun = Tun.open("peer0")) {
            Interface device = new Interface("peer0");
            device.assign(SERVER, 24);
            device.bringUp();
            ListenersMain all = new ListenersMain(tun);
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
            say("ready");
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                String[] words = line.split(" ", 3);
                all.run(words[0], Integer.parseInt(words[1]), Integer.parseInt(words[2]));
                say("done " + line);
            }
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private void run(String command, int port, int count) throws IOException {
        switch (command) {
            case "listen" -> servers.put(port, new ServerSocket(port, count, InetAddress.getByName("0.0.0.0")));
            case "accept" -> accept(port, count);
            case "connect" -> connect(port, count);
            case "syn" -> syns(port, count);
            case "finish" -> finish(port, count);
            case "flood" -> flood(port, count);
            default -> throw new IllegalArgumentException(command);
        }
    }

    private void accept(int port, int count) throws IOException {
        ServerSocket server = servers.get(port);
        if (server == null) {
            throw new IllegalStateException("nobody listens on " + port);
        }
        for (int i = 0; i < count; i++) {
            server.accept();
        }
    }

    /** Real clients, which repeat their SYNs. */
    private void connect(int port, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            SocketChannel client = SocketChannel.open();
            client.configureBlocking(false);
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            clients.add(client);
        }
    }

    /** SYNs, each from another port, and never repeated. */
    private void syns(int port, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            send(nextPort++, port, 100, 0, TcpHeader.SYN);
        }
        listen();
    }

    /** A million of SYNs and more, in {@code count} milliseconds at 100,000 a second. */
    private void flood(int port, int count) throws IOException {
        long start = System.nanoTime();
        long sent = 0;
        while (sent < count * 100L) {
            while (sent < (System.nanoTime() - start) / 10_000 && sent < count * 100L) {
                send((int) (1024 + sent % 60_000), port, (int) sent, 0, TcpHeader.SYN);
                sent++;
            }
        }
        say("flooded in " + (System.nanoTime() - start) / 1_000_000 + " ms, " + tun.dropped() + " not sent");
    }

    private final byte[] buffer = new byte[2048];

    /** Notes the numbers of the SYN-ACKs that have come. */
    private void listen() throws IOException {
        Segment segment = new Segment();
        for (int idle = 0; idle < 5; idle++) {
            tun.await(20_000_000L);
            for (int length = tun.receive(buffer); length > 0; length = tun.receive(buffer)) {
                if (segment.parse(buffer, 0, length) == Segment.Defect.NONE && segment.has(TcpHeader.SYN)) {
                    numbers.put(segment.destinationPort(), segment.seq());
                    idle = 0;
                }
            }
        }
    }

    /** The final ACKs of the last {@code count} SYNs, as far as they were answered. */
    private void finish(int port, int count) throws IOException {
        for (int from = nextPort - count; from < nextPort; from++) {
            Integer number = numbers.get(from);
            if (number != null) {
                send(from, port, 101, number + 1, TcpHeader.ACK);
            }
        }
        listen();
    }

    private void send(int from, int port, int seq, int ack, int flags) {
        byte[] packet = HandmadePacket.of(PEER, from, SERVER, port, seq, ack, flags);
        tun.send(packet, 0, packet.length);
    }
}
