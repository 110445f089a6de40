package io.halfopen.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.junit.HalfopenNetwork;
import io.halfopen.linux.Rule;
import io.halfopen.nio.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Jetty: does acceptQueueSize 0, its default, mean the system's default?
 *
 * <p>No: it goes to the JDK as it is, and that makes 50 of anything below 1, whatever net.core.somaxconn says. Druid and
 * Presto lost connections over it (https://github.com/apache/druid/pull/15596, https://github.com/airlift/airlift/pull/288),
 * and Dropwizard found it by strace in production (https://github.com/dropwizard/dropwizard/pull/1590). 0 is not the
 * smallest either: that is 1, which leaves room for two.
 *
 *<p>The acceptor here stands still with the first connection in its hands, as in a long garbage collection: whoever
 * connects meanwhile is in the queue.
 */
@HalfopenNetwork(automaticTime = true)
class JettyAcceptQueueSizeTest {
    /** Longer than a second: a SYN that came before the acceptor did is repeated then, and finds room. */
    private static final int PATIENCE = 1500;

    private final CountDownLatch pause = new CountDownLatch(1);

    private Server start(InetAddress address, int acceptQueueSize) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server, 1, 1) {
            @Override
            protected void configure(Socket accepted) {
                try {
                    pause.await();
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        connector.setHost(address.getHostAddress());
        connector.setPort(8080);
        connector.setAcceptQueueSize(acceptQueueSize);
        server.addConnector(connector);
        server.start();
        return server;
    }

    @ParameterizedTest
    @CsvSource({"0, 52", "1, 3", "20, 22"})
    void theQueueHoldsOneMoreThanTheBacklog(int acceptQueueSize, int connected, Network net) throws Exception {
        InetAddress druid = net.host("druid").addresses().getFirst();
        Server server = start(druid, acceptQueueSize);
        List<Socket> clients = new ArrayList<>();
        while (connects(new InetSocketAddress(druid, 8080), clients)) {
            assertThat(clients).hasSizeLessThanOrEqualTo(connected);
        }
        assertThat(clients).hasSize(connected);
        assertThat(net.drops()).containsOnly(Rule.ACCEPT_QUEUE_FULL);

        pause.countDown();
        for (Socket client : clients) {
            client.close();
        }
        server.stop();
    }

    private static boolean connects(InetSocketAddress address, List<Socket> clients) throws IOException {
        Socket client = new Socket();
        try {
            client.connect(address, PATIENCE);
            return clients.add(client);
        } catch (SocketTimeoutException full) {
            client.close();
            return false;
        }
    }
}
