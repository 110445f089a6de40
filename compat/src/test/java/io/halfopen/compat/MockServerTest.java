package io.halfopen.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockserver.model.HttpError.error;
import static org.mockserver.model.HttpRequest.request;
import static org.mockserver.model.HttpResponse.response;

import io.halfopen.nio.Network;
import io.halfopen.nio.NetworkHost;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockserver.integration.ClientAndServer;

/**
 * MockServer, which is a server and a client that tells it what to answer by its localhost: both are put on a host of the
 * network, and asked from another.
 */
@Timeout(300)
class MockServerTest {
    private static final int REQUESTS = Integer.getInteger("halfopen.requests", 100);

    private static byte[] get(HttpClient client, String path) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://mock:1080" + path)).build();
        return client.send(request, BodyHandlers.ofByteArray()).body();
    }

    private static ClientAndServer start(int[] sizes) {
        ClientAndServer mock = ClientAndServer.startClientAndServer(1080);
        for (int size : sizes) {
            mock.when(request("/" + size)).respond(response().withBody(Bodies.of(size)));
        }
        mock.when(request("/gone")).error(error().withDropConnection(true));
        return mock;
    }

    @Test
    void itAnswersWhatItWasToldAndDropsWhomItShall() throws Exception {
        int[] sizes = Bodies.sizes().filter(size -> size < Bodies.MOST).toArray();
        try (Network net = Network.open();
                HttpClient client = HttpClient.newHttpClient()) {
            NetworkHost host = net.host("mock");
            ClientAndServer mock = host.call(() -> start(sizes));
            for (int number = 0; number < REQUESTS; number++) {
                int size = Math.min(sizes[sizes.length - 1], Bodies.size(number));
                assertThat(Bodies.isRight(get(client, "/" + size), size)).isTrue();
            }
            assertThatThrownBy(() -> get(client, "/gone")).isInstanceOf(IOException.class);
            assertThat(net.story()).contains("localhost:").contains(" > mock:1080");
            assertThat(host.call(() -> {
                        mock.stop();
                        return mock.hasStopped();
                    }))
                    .isTrue();
        }
    }
}
