package io.halfopen.compat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.stream.Stream;

/** An HTTP client that knows nothing of Halfopen. */
interface ClientUnderTest {
    /** How its project calls it, with the version. */
    String name();

    /**
     * Makes one.
     *
     * @param connect how long it waits for a connection
     * @param response how long it waits for a response, or for the next of its octets
     */
    Session open(Duration connect, Duration response) throws Exception;

    /** A client that may have connections. */
    interface Session extends AutoCloseable {
        /** The body of the response; whatever the client throws, as it throws it. Many threads may call it at once. */
        byte[] get(String uri) throws Exception;

        @Override
        void close() throws IOException;
    }

    /** All of them. */
    static Stream<ClientUnderTest> all() {
        return Stream.of(
                new JdkClient(HttpClient.Version.HTTP_1_1),
                new JdkClient(HttpClient.Version.HTTP_2),
                new UrlConnectionClient(),
                new OkHttpClientUnderTest(),
                new ApacheClient(),
                new ApacheAsyncClient(),
                new NettyClient(),
                new VertxClient());
    }
}
