package io.halfopen.compat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The JDK's java.net.http; with HTTP/2 where the server has it, as Jetty does. */
final class JdkClient implements ClientUnderTest {
    private final HttpClient.Version version;

    JdkClient(HttpClient.Version version) {
        this.version = version;
    }

    @Override
    public String name() {
        return version == HttpClient.Version.HTTP_2 ? "JDK HttpClient, HTTP/2" : "JDK HttpClient";
    }

    @Override
    public Session open(Duration connect, Duration response) {
        HttpClient client =
                HttpClient.newBuilder().version(version).connectTimeout(connect).build();
        return new Session() {
            @Override
            public byte[] get(String uri) throws Exception {
                HttpRequest request = HttpRequest.newBuilder(URI.create(uri))
                        .timeout(response)
                        .build();
                return client.send(request, BodyHandlers.ofByteArray()).body();
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }
}
