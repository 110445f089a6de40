package io.halfopen.compat;

import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;

/** The JDK's java.net.HttpURLConnection, on java.net.Socket. */
final class UrlConnectionClient implements ClientUnderTest {
    @Override
    public String name() {
        return "JDK HttpURLConnection";
    }

    @Override
    public Session open(Duration connect, Duration response) {
        return new Session() {
            @Override
            public byte[] get(String uri) throws Exception {
                HttpURLConnection connection =
                        (HttpURLConnection) URI.create(uri).toURL().openConnection();
                connection.setConnectTimeout((int) connect.toMillis());
                connection.setReadTimeout((int) response.toMillis());
                // It keeps connections for the whole JVM; this one is not for the next test.
                connection.setRequestProperty("Connection", "close");
                try (InputStream in = connection.getInputStream()) {
                    return in.readAllBytes();
                }
            }

            @Override
            public void close() {}
        };
    }
}
