package io.halfopen.compat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Vert.x' client. Its own DNS resolver needs datagrams, so the name is looked up before. */
final class VertxClient implements ClientUnderTest {
    @Override
    public String name() {
        return "Vert.x " + ServerUnderTest.version("vertx");
    }

    @Override
    public Session open(Duration connect, Duration response) {
        Vertx vertx = Vertx.vertx();
        HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout((int) connect.toMillis())
                .setReadIdleTimeout((int) response.toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS));
        return new Session() {
            @Override
            @SuppressWarnings("AddressSelection") // a name has one address here
            public byte[] get(String text) throws Exception {
                URI uri = URI.create(text);
                RequestOptions options = new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setHost(InetAddress.getByName(uri.getHost()).getHostAddress())
                        .setPort(uri.getPort())
                        .setURI(uri.getPath());
                CompletableFuture<byte[]> body = new CompletableFuture<>();
                // On a context of Vert.x: on this thread the response could come before anybody listens to it.
                vertx.runOnContext(now -> client.request(options)
                        .compose(HttpClientRequest::send)
                        .compose(HttpClientResponse::body)
                        .map(Buffer::getBytes)
                        .onComplete(body::complete, body::completeExceptionally));
                return body.get(1, TimeUnit.MINUTES);
            }

            @Override
            public void close() {
                vertx.close().toCompletionStage().toCompletableFuture().join();
            }
        };
    }
}
