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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Spring Boot: with server.tomcat.accept-count=0 and max-connections=1, why is nobody rejected?
 *
 * <p>For two reasons (https://github.com/spring-projects/spring-boot/issues/42726). Spring Boot hands only numbers above 0 on,
 * so accept-count=0 leaves Tomcat's default, 100, and 101 wait; with accept-count=1 it is two. And Linux rejects nobody: it
 * drops the SYN of who comes then, and the client hears nothing until its own connect timeout.
 */
@HalfopenNetwork(automaticTime = true)
class SpringAcceptCountTest {
    /** Longer than a second: a SYN that came before the acceptor did is repeated then, and finds room. */
    private static final int PATIENCE = 1500;

    /** A web server and nothing that it serves. */
    @SpringBootConfiguration
    @ImportAutoConfiguration(TomcatServletWebServerAutoConfiguration.class)
    static class Shop {}

    @ParameterizedTest
    @CsvSource({"0, 102", "1, 3", "2, 4"})
    void zeroIsAHundred(int acceptCount, int connected, Network net) throws IOException {
        InetAddress shop = net.host("shop").addresses().getFirst();
        List<Socket> clients = new ArrayList<>();
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Shop.class)
                .properties(
                        "server.address=" + shop.getHostAddress(),
                        "server.port=8080",
                        "server.tomcat.max-connections=1",
                        "server.tomcat.accept-count=" + acceptCount)
                .run()) {
            assertThat(context.isRunning()).isTrue();
            while (connects(new InetSocketAddress(shop, 8080), clients)) {
                assertThat(clients).hasSizeLessThanOrEqualTo(connected);
            }
            assertThat(clients).hasSize(connected);
            assertThat(net.drops()).containsOnly(Rule.ACCEPT_QUEUE_FULL);
            for (Socket client : clients) {
                client.close();
            }
        }
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
