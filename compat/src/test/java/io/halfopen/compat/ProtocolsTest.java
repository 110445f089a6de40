package io.halfopen.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.halfopen.nio.Network;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client and a server agree on above TCP, with the JDK's HttpClient: HTTP/2, TLS, and WebSocket. */
@Timeout(300)
class ProtocolsTest {
    private static final int REQUESTS = Integer.getInteger("halfopen.requests", 100);

    private static InetAddress server(Network net) {
        return net.host("server").addresses().getFirst();
    }

    @Test
    void http2IsWhatJettyAndTheClientSpeak() throws Exception {
        try (Network net = Network.open();
                AutoCloseable jetty = new JettyServer().start(server(net), 8080);
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_2)
                        .build()) {
            assertThat(jetty).isNotNull();
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://server:8080/100")).build();
            HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(Bodies.isRight(response.body(), 100)).isTrue();
        }
    }

    /** One of the servers with TLS. */
    private interface TlsServer {
        AutoCloseable start(InetAddress address, int port, SSLContext tls) throws Exception;
    }

    static Stream<Named<TlsServer>> tlsServers() {
        return Stream.of(
                Named.of("JDK HttpsServer", ProtocolsTest::startHttps),
                Named.of(new NettyServer().name(), NettyServer::start),
                Named.of(new UndertowServer().name(), UndertowServer::start));
    }

    private static AutoCloseable startHttps(InetAddress address, int port, SSLContext tls) throws IOException {
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HttpsServer https = HttpsServer.create(new InetSocketAddress(address, port), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(tls));
        https.createContext("/", JdkServer::answer);
        https.setExecutor(threads);
        https.start();
        return () -> {
            https.stop(0);
            threads.close();
        };
    }

    @ParameterizedTest
    @MethodSource("tlsServers")
    void everyBodyIsRightOverTls(TlsServer server, @TempDir Path folder) throws Exception {
        SSLContext tls = Certificate.of("server", folder);
        try (Network net = Network.open();
                AutoCloseable running = server.start(server(net), 8443, tls);
                HttpClient client = HttpClient.newBuilder().sslContext(tls).build()) {
            assertThat(running).isNotNull();
            for (int number = 0; number < REQUESTS; number++) {
                int size = Bodies.size(number);
                HttpRequest request = HttpRequest.newBuilder(URI.create("https://server:8443/" + size))
                        .build();
                byte[] body = client.send(request, BodyHandlers.ofByteArray()).body();
                assertThat(Bodies.isRight(body, size)).isTrue();
            }
        }
    }

    /** Puts whole messages into a queue. */
    private static final class Messages implements WebSocket.Listener {
        private final BlockingQueue<byte[]> whole = new LinkedBlockingQueue<>();
        private ByteBuffer part = ByteBuffer.allocate(Bodies.MOST);

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            part.put(data);
            if (last) {
                byte[] message = new byte[part.flip().remaining()];
                part.get(message);
                part.clear();
                whole.add(message);
            }
            socket.request(1);
            return null;
        }
    }

    @Test
    void messagesOfAWebSocketComeBackFromVertx() throws Exception {
        try (Network net = Network.open();
                HttpClient client = HttpClient.newHttpClient()) {
            Vertx vertx = Vertx.vertx();
            vertx.createHttpServer(new HttpServerOptions()
                            .setMaxWebSocketFrameSize(Bodies.MOST)
                            .setMaxWebSocketMessageSize(Bodies.MOST))
                    .webSocketHandler(socket -> socket.binaryMessageHandler(socket::writeBinaryMessage))
                    .listen(8080, server(net).getHostAddress())
                    .await(10, TimeUnit.SECONDS);
            Messages messages = new Messages();
            WebSocket socket = client.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://server:8080/"), messages)
                    .get(1, TimeUnit.MINUTES);
            for (int number = 0; number < REQUESTS; number++) {
                int size = Bodies.size(number);
                assertThat(socket.sendBinary(ByteBuffer.wrap(Bodies.of(size)), true)
                                .get(1, TimeUnit.MINUTES))
                        .isSameAs(socket);
                byte[] message = messages.whole.poll(1, TimeUnit.MINUTES);
                assertThat(message).isNotNull();
                assertThat(Bodies.isRight(message, size)).isTrue();
            }
            socket.abort();
            vertx.close().await(10, TimeUnit.SECONDS);
        }
    }
}
