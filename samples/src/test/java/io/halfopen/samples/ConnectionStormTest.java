package io.halfopen.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.junit.HalfopenNetwork;
import io.halfopen.linux.Rule;
import io.halfopen.nio.Network;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Why do clients need a whole second when a broker becomes the leader?
 *
 * <p>All of them connect at the same moment, and Kafka's acceptor called listen() with 50, the JDK's default, for years: "it
 * is very hard to come up with a good value" (https://github.com/apache/kafka/pull/6034). KIP-764 made it a setting,
 * socket.listen.backlog.size
 * (https://cwiki.apache.org/confluence/display/KAFKA/KIP-764%3A+Configurable+backlog+size+for+creating+Acceptor).
 *
 * <p>Two hundred clients come while the acceptor is busy for a tenth of a second. The queue holds backlog + 1 of them. The
 * SYNs of the others are dropped, and Linux repeats them after a second, though the acceptor was busy for a tenth of that.
 * A backlog of 250 costs nothing, and nobody waits.
 */
@HalfopenNetwork(automaticTime = true)
class ConnectionStormTest {
    private static final int CLIENTS = 200;
    private static final long BUSY = 100;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final List<SocketChannel> channels = new ArrayList<>();
    private final List<Duration> waits = new ArrayList<>();

    @Test
    void withABacklogOf50MostClientsWaitForASecond(Network net) throws IOException {
        storm(net, 50);
        assertThat(waits).filteredOn(Duration.ZERO::equals).hasSize(51);
        assertThat(waits).filteredOn(SECOND::equals).hasSize(CLIENTS - 51);
        assertThat(net.drops()).hasSize(CLIENTS - 51).containsOnly(Rule.ACCEPT_QUEUE_FULL);
    }

    @Test
    void withOneOf250NobodyWaits(Network net) throws IOException {
        storm(net, 250);
        assertThat(waits).hasSize(CLIENTS).containsOnly(Duration.ZERO);
        assertThat(net.drops()).isEmpty();
    }

    private void storm(Network net, int backlog) throws IOException {
        try (Selector selector = Selector.open();
                ServerSocketChannel acceptor = ServerSocketChannel.open()) {
            InetSocketAddress broker =
                    new InetSocketAddress(net.host("broker").addresses().getFirst(), 9092);
            acceptor.bind(broker, backlog);
            acceptor.configureBlocking(false);
            connectAll(net, broker, selector);
            sleep(BUSY);
            acceptor.register(selector, SelectionKey.OP_ACCEPT);
            while (waits.size() < CLIENTS) {
                selector.select();
                finish(net, selector.selectedKeys());
                for (SocketChannel next = acceptor.accept(); next != null; next = acceptor.accept()) {
                    channels.add(next);
                }
            }
        } finally {
            for (SocketChannel each : channels) {
                each.close();
            }
        }
    }

    /** Ten in each millisecond. */
    private void connectAll(Network net, InetSocketAddress broker, Selector selector) throws IOException {
        for (int i = 0; i < CLIENTS; i++) {
            if (i % 10 == 9) {
                sleep(1);
            }
            SocketChannel client = SocketChannel.open();
            channels.add(client);
            client.configureBlocking(false);
            client.register(selector, SelectionKey.OP_CONNECT, net.now());
            client.connect(broker);
            selector.selectNow();
            finish(net, selector.selectedKeys());
        }
    }

    private void finish(Network net, Set<SelectionKey> selected) throws IOException {
        for (SelectionKey key : selected) {
            if (key.isConnectable()) {
                ((SocketChannel) key.channel()).finishConnect();
                waits.add(net.now().minus((Duration) key.attachment()));
                key.cancel();
            }
        }
        selected.clear();
    }

    /** Waits in the network's time. */
    private static void sleep(long millis) throws IOException {
        try (Selector nothing = Selector.open()) {
            nothing.select(millis);
        }
    }
}
