package io.halfopen.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.halfopen.junit.HalfopenNetwork;
import io.halfopen.linux.Rule;
import io.halfopen.nio.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tomcat: does acceptCount come on top of maxConnections, or is it a part of it?
 *
 * <p>On top. Tomcat accepts maxConnections and then calls accept() no more; acceptCount is what listen() is called with, so
 * the kernel keeps acceptCount + 1 in its queue, connected and without anybody to serve them. Who comes then gets no answer:
 * neither an error nor an RST, only a connect timeout. Many explanations say "refused", or count otherwise
 * (https://github.com/DataDog/the-monitor/issues/137).
 */
@HalfopenNetwork(automaticTime = true)
class TomcatAcceptCountTest {
    private static final int MAX_CONNECTIONS = 3;
    private static final int ACCEPT_COUNT = 2;

    private static Tomcat start(InetAddress address, Path folder) throws Exception {
        Connector connector = new Connector();
        connector.setProperty("address", address.getHostAddress());
        connector.setPort(8080);
        connector.setProperty("maxConnections", Integer.toString(MAX_CONNECTIONS));
        connector.setProperty("acceptCount", Integer.toString(ACCEPT_COUNT));
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setConnector(connector);
        tomcat.start();
        return tomcat;
    }

    @Test
    void maxConnectionsAndAcceptCountAndOneMoreAreConnected(Network net, @TempDir Path folder) throws Exception {
        InetAddress shop = net.host("shop").addresses().getFirst();
        Tomcat tomcat = start(shop, folder);
        List<Socket> connected = new ArrayList<>();
        for (int i = 0; i < MAX_CONNECTIONS + ACCEPT_COUNT + 1; i++) {
            connected.add(new Socket(shop, 8080));
        }
        try (Socket oneMore = new Socket()) {
            assertThrows(SocketTimeoutException.class, () -> oneMore.connect(new InetSocketAddress(shop, 8080), 1500));
        }
        assertThat(net.drops()).containsOnly(Rule.ACCEPT_QUEUE_FULL);

        // One leaves, Tomcat accepts the next, and there is room in the queue.
        connected.removeFirst().close();
        try (Socket next = new Socket(shop, 8080)) {
            assertThat(next.isConnected()).isTrue();
        }
        close(connected);
        tomcat.stop();
        tomcat.destroy();
    }

    private static void close(List<Socket> all) throws IOException {
        for (Socket each : all) {
            each.close();
        }
    }
}
