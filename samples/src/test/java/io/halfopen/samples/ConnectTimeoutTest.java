package io.halfopen.samples;

import static io.halfopen.nio.PacketKind.SYN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import io.halfopen.junit.HalfopenNetwork;
import io.halfopen.linux.Rule;
import io.halfopen.nio.Network;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * How do I test my client's connect timeout?
 *
 * <p>Not with a stub server. It can be slow to answer, but when it learns of a connection the kernel has shaken hands long
 * ago; what a stub makes slow is the response, and that is another timeout. So WireMock gave up
 * (https://github.com/wiremock/wiremock/issues/591), and so did MockServer
 * (https://github.com/mock-server/mockserver-monorepo/issues/1604) and Toxiproxy
 * (https://github.com/Shopify/toxiproxy/issues/72). An address that nobody routes, the usual trick, depends on the network of
 * the machine that runs the test.
 *
 * <p>Here the handshake itself is what the test says: unanswered, answered late, or refused.
 */
@HalfopenNetwork(failOnUnusedFault = true)
class ConnectTimeoutTest {
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofMillis(500)).build();

    private void get(Duration timeout) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://payments:8080/"))
                .timeout(timeout)
                .build();
        int status = client.send(request, BodyHandlers.discarding()).statusCode();
        assertThat(status).isEqualTo(200);
    }

    private void get() throws Exception {
        get(Duration.ofSeconds(30));
    }

    /** What every stub server can do: the connection is there, the response is not. */
    @Test
    void aServerThatDoesNotAnswerIsNoConnectTimeout(Network net) {
        net.host("payments").listen(8080).accepts();
        assertThat(assertThrows(HttpTimeoutException.class, () -> get(Duration.ofSeconds(1))))
                .isNotInstanceOf(HttpConnectTimeoutException.class);
        assertThat(net.drops()).isEmpty();
    }

    /** A server that does not keep up with accept(): Linux drops the SYN and says nothing. */
    @Test
    void aFullAcceptQueueIsOne(Network net) {
        net.host("payments").listen(8080).backlog(0).neverAccepts().full();
        assertThrows(HttpConnectTimeoutException.class, this::get);
        assertThat(net.drops()).containsOnly(Rule.ACCEPT_QUEUE_FULL);
    }

    /** A firewall, a host that is down, an address that nobody has. */
    @Test
    void soIsAPacketThatNeverArrives(Network net) {
        net.host("payments").listen(8080).accepts();
        net.on(SYN).to("payments").drop();
        assertThrows(HttpConnectTimeoutException.class, this::get);
    }

    /**
     * One lost SYN, and connect() takes a second: Linux repeats it after 1 s, which is more than this client waits. That is
     * the second that latency graphs show at p99.9, whatever the program does.
     */
    @Test
    void soIsASingleLostSyn(Network net) {
        net.host("payments").listen(8080).accepts();
        net.on(SYN).to("payments").first(1).drop();
        assertThrows(HttpConnectTimeoutException.class, this::get);
    }

    /** A second of this network is 20 ms of the client's clock, so it has the patience. */
    @Test
    @HalfopenNetwork(timeFactor = 50, failOnUnusedFault = true)
    void whoWaitsLongerConnects(Network net) throws Exception {
        HttpServer server = HttpServer.create(
                new InetSocketAddress(net.host("payments").addresses().getFirst(), 8080), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        net.on(SYN).to("payments").first(1).drop();
        get();
        assertThat(net.now()).isGreaterThan(Duration.ofSeconds(1));
        server.stop(0);
    }

    /** Nobody listens: an RST comes back at once, which is no timeout at all. */
    @Test
    void aClosedPortIsRefused(Network net) {
        net.host("payments");
        assertThat(assertThrows(ConnectException.class, this::get)).isNotInstanceOf(HttpConnectTimeoutException.class);
    }
}
