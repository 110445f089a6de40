package io.halfopen.compat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The JDK's java.net.http. */
final class JdkClient implements ClientUnderTest {
    @Override
    public String name() {
        return "JDK HttpClient";
    }

    @Override
    public Session open(Duration connect, Duration response) {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(connect)
                .build();
        return new Session() {
            @Override
            public byte[] get(String uri) throws Exception {
                HttpRequest request =
                        HttpRequest.newBuilder(URI.create(uri)).timeout(response).build();
                return client.send(request, BodyHandlers.ofByteArray()).body();
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }
}
