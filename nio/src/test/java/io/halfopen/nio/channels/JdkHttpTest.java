package io.halfopen.nio.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.halfopen.linux.Rule;
import io.halfopen.nio.Fault;
import io.halfopen.nio.Network;
import io.halfopen.nio.NetworkTime;
import io.halfopen.nio.PacketKind;
import io.halfopen.nio.Unreachable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JDK's own HTTP server and clients, unmodified, by names of the network and of the kernel. */
@Timeout(60)
@SuppressWarnings("AddressSelection") // a name has one address here
class JdkHttpTest {
    private static HttpServer serve(String host, int size) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(host, host.equals("localhost") ? 0 : 8080), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, size == 0 ? -1 : size);
            exchange.getResponseBody().write(new byte[size]);
            exchange.close();
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return server;
    }

    private static HttpRequest get(String uri) {
        return HttpRequest.newBuilder(URI.create(uri)).build();
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().connectTimeout(Duration.ofMillis(300)).build();
    }

    @Test
    void requestsAreServedByTheNetworkAndByTheKernelAtOnce() throws Exception {
        try (Network net = Network.open()) {
            net.host("payments");
            HttpServer virtual = serve("payments", 100_000);
            HttpServer real = serve("localhost", 7);
            try (HttpClient client = client()) {
                String there = "http://localhost:" + real.getAddress().getPort() + "/";
                for (int i = 0; i < 100; i++) {
                    assertThat(client.send(get("http://payments:8080/"), BodyHandlers.ofByteArray())
                                    .body())
                            .hasSize(100_000);
                    assertThat(client.send(get(there), BodyHandlers.ofByteArray())
                                    .body())
                            .hasSize(7);
                }
            }
            HttpURLConnection old = (HttpURLConnection)
                    URI.create("http://payments:8080/x").toURL().openConnection();
            assertThat(old.getInputStream().readAllBytes()).hasSize(100_000);
            virtual.stop(0);
            real.stop(0);
            assertThat(net.story()).contains("localhost:").contains("payments:8080");
        }
    }

    @Test
    void eachFaultGivesTheExceptionThatTheClientDocuments() throws Exception {
        try (Network net = Network.open();
                HttpClient client = client()) {
            net.host("full").listen(80).backlog(0).neverAccepts().full();
            net.host("closed");
            assertThatThrownBy(() -> client.send(get("http://full/"), BodyHandlers.discarding()))
                    .isInstanceOf(HttpConnectTimeoutException.class);
            assertThat(net.drops()).containsOnly(Rule.ACCEPT_QUEUE_FULL);
            assertThatThrownBy(() -> client.send(get("http://closed/"), BodyHandlers.discarding()))
                    .isInstanceOf(ConnectException.class);
            assertThatThrownBy(() -> new Socket().connect(new InetSocketAddress("full", 80), 50))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Connect timed out");
            Fault fault = net.on(PacketKind.SYN).to("closed").reject(Unreachable.HOST);
            assertThatThrownBy(() -> new Socket("closed", 80))
                    .isInstanceOf(NoRouteToHostException.class)
                    .hasMessageStartingWith("No route to host");
            assertThat(fault.hits()).isEqualTo(1);
        }
    }

    @Test
    void oldSocketsUseTheNetworkAndTheKernel() throws Exception {
        try (Network net = Network.open()) {
            net.host("old");
            for (String host : new String[] {"old", "localhost"}) {
                try (ServerSocket server = new ServerSocket()) {
                    server.bind(new InetSocketAddress(host, 0));
                    try (Socket client = new Socket(host, server.getLocalPort());
                            Socket accepted = server.accept()) {
                        client.getOutputStream().write("hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                        client.shutdownOutput();
                        assertThat(accepted.getInputStream().readAllBytes()).hasSize(5);
                        accepted.setSoTimeout(20);
                        client.setSoTimeout(20);
                        assertThatThrownBy(() -> client.getInputStream().read())
                                .isInstanceOf(SocketTimeoutException.class)
                                .hasMessage("Read timed out");
                        assertThat(client.getInetAddress()).isEqualTo(server.getInetAddress());
                    }
                }
            }
        }
    }

    @Test
    void aPureNetworkRefusesTheRest() throws Exception {
        try (Network net = Network.builder().pure().open()) {
            net.host("payments");
            assertThatThrownBy(() -> new Socket("192.0.2.7", 80)).hasMessageContaining("which is pure");
            HttpServer server = serve("localhost", 3);
            try (HttpClient client = client()) {
                String uri = "http://localhost:" + server.getAddress().getPort() + "/";
                assertThat(client.send(get(uri), BodyHandlers.ofByteArray()).body())
                        .hasSize(3);
            }
            server.stop(0);
            assertThat(net.story()).contains("SYN-ACK");
        }
    }

    @Test
    void inAutomaticTimeAConnectOfTwoMinutesFailsInAMoment() throws Exception {
        try (Network net = Network.builder().time(NetworkTime.automatic()).open()) {
            net.host("gone");
            net.on(PacketKind.SYN).drop();
            assertThatThrownBy(() -> new Socket("gone", 80))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageStartingWith("Connection timed out");
            assertThat(net.now().toSeconds()).isBetween(130L, 132L);
        }
    }

    @Test
    void aProgramOfAHostHasItsWildcardAndItsLocalhost() throws Exception {
        try (Network net = Network.open()) {
            ServerSocket server = net.host("box").call(() -> new ServerSocket(9000));
            net.host("box").call(() -> {
                try (Socket client = new Socket("127.0.0.1", 9000)) {
                    assertThat(client.isConnected()).isTrue();
                }
                return 0;
            });
            assertThatThrownBy(() -> new Socket("127.0.0.1", 9000)).isInstanceOf(ConnectException.class);
            try (Socket client = new Socket("box", 9000)) {
                assertThat(client.isConnected()).isTrue();
            }
            server.close();
        }
    }
}
