package io.halfopen.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.halfopen.linux.Rule;
import io.halfopen.nio.Network;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example of the README: a client's connect timeout, against a server that is too busy to accept. */
@ExtendWith(HalfopenExtension.class)
class PaymentClientTest {
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofMillis(300)).build();

    @Test
    void givesUpWhenTheServerIsTooBusyToAccept(Network net) {
        net.host("payments").listen(8080).backlog(0).neverAccepts().full();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://payments:8080/")).build();

        assertThrows(HttpConnectTimeoutException.class, () -> client.send(request, BodyHandlers.ofString()));

        assertThat(net.drops()).containsOnly(Rule.ACCEPT_QUEUE_FULL);
    }
}
