package io.halfopen.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import io.halfopen.junit.HalfopenExtension;
import io.halfopen.linux.Rule;
import io.halfopen.nio.Network;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpConnectTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.stereotype.Component;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/**
 * How does my Spring Boot application behave when the service that it calls is too busy to accept?
 *
 * <p>The application is made as ever, by {@code @SpringBootTest} with its own settings; only the service's host is one of the
 * network's. The application itself may listen on the real localhost, as RANDOM_PORT does: both work at once.
 */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {"payments.url=http://payments:8080", "spring.http.clients.connect-timeout=500ms"})
@ExtendWith(HalfopenExtension.class)
class SpringBootClientTest {
    /** The application under test. */
    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(Payments.class)
    static class Shop {}

    /** A client of another service. */
    @Component
    static class Payments {
        private final RestClient client;

        Payments(
                RestClient.Builder builder,
                @org.springframework.beans.factory.annotation.Value("${payments.url}") String url) {
            client = builder.baseUrl(url).build();
        }

        String state() {
            String body = client.get().uri("/state").retrieve().body(String.class);
            return body == null ? "" : body;
        }
    }

    @Autowired
    private Payments payments;

    @Test
    void itIsServed(Network net) throws IOException {
        HttpServer server = HttpServer.create(
                new InetSocketAddress(net.host("payments").addresses().getFirst(), 8080), 0);
        server.createContext("/state", exchange -> {
            byte[] body = "open".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        assertThat(payments.state()).isEqualTo("open");
        server.stop(0);
    }

    @Test
    void itGivesUpWhenTheServiceIsTooBusyToAccept(Network net) {
        net.host("payments").listen(8080).backlog(0).neverAccepts().full();
        assertThat(assertThrows(ResourceAccessException.class, payments::state))
                .hasRootCauseInstanceOf(java.net.ConnectException.class)
                .hasCauseInstanceOf(HttpConnectTimeoutException.class);
        assertThat(net.drops()).containsOnly(Rule.ACCEPT_QUEUE_FULL);
    }
}
