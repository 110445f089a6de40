package io.halfopen.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.halfopen.junit.HalfopenNetwork;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.nio.Network;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * My client is connected, ss says ESTABLISHED, and the server has never heard of it: how can that be?
 *
 * <p>It waited for hours (https://github.com/tokio-rs/tokio/issues/383). Three SYNs arrive within one round trip at a
 * listener whose queues hold two. The third finds the SYN queue full and is answered with a SYN cookie, of which the server
 * remembers nothing. The client has its SYN-ACK, so it is connected. But its ACK, which brings the cookie back, finds the
 * accept queue full and is dropped, and since the server remembers nothing, it never sends anything again. Where the server
 * speaks first, as in SMTP or MySQL, the client waits for ever.
 *
 * <p>Whoever speaks first gets in: data brings the cookie once more. Without cookies the third SYN is dropped and repeated,
 * so that client is late, but really connected.
 */
@HalfopenNetwork(automaticTime = true)
class PhantomConnectionTest {
    private static final int BACKLOG = 1;
    private static final int MINUTE = 60_000;

    private final List<SocketChannel> clients = new ArrayList<>();

    /** Three clients within one round trip of a tenth of a second, and time enough for all that comes of it. */
    private ServerSocket connectThree(Network net) throws Exception {
        net.delay("localhost", "smtp", Duration.ofMillis(50));
        InetSocketAddress address =
                new InetSocketAddress(net.host("smtp").addresses().getFirst(), 25);
        ServerSocket server = new ServerSocket();
        server.bind(address, BACKLOG);
        for (int i = 0; i < 3; i++) {
            SocketChannel client = SocketChannel.open();
            client.configureBlocking(false);
            client.connect(address);
            clients.add(client);
        }
        for (SocketChannel client : clients.subList(0, 2)) {
            client.configureBlocking(true);
            assertThat(client.finishConnect()).isTrue();
        }
        server.setSoTimeout(MINUTE);
        return server;
    }

    private void close(ServerSocket server) throws IOException {
        server.close();
        for (SocketChannel client : clients) {
            client.close();
        }
    }

    @Test
    void theThirdIsConnectedToNobody(Network net) throws Exception {
        ServerSocket server = connectThree(net);
        SocketChannel third = clients.get(2);
        third.configureBlocking(true);
        assertThat(third.finishConnect()).isTrue();

        server.accept();
        server.accept();
        assertThrows(SocketTimeoutException.class, server::accept);
        assertThat(net.drops()).containsExactly(Rule.COOKIE_ACK_IGNORED);

        third.socket().setSoTimeout(MINUTE);
        assertThrows(
                SocketTimeoutException.class,
                () -> third.socket().getInputStream().read());
        assertThat(net.now()).isGreaterThan(Duration.ofMinutes(1));
        close(server);
    }

    @Test
    void whoSpeaksFirstGetsIn(Network net) throws Exception {
        ServerSocket server = connectThree(net);
        SocketChannel third = clients.get(2);
        third.configureBlocking(true);
        assertThat(third.finishConnect()).isTrue();
        server.accept();
        server.accept();

        third.socket().getOutputStream().write("EHLO me\r\n".getBytes(StandardCharsets.US_ASCII));
        try (Socket accepted = server.accept()) {
            assertThat(accepted.getInputStream().read()).isEqualTo('E');
        }
        close(server);
    }

    @Test
    void withoutCookiesItIsLateAndReal(Network net) throws Exception {
        net.host("smtp").set(Sysctl.tcp_syncookies, 0);
        ServerSocket server = connectThree(net);
        SocketChannel third = clients.get(2);
        assertThat(third.finishConnect()).isFalse();
        server.accept();
        server.accept();
        server.accept().close();
        assertThat(third.finishConnect()).isTrue();
        assertThat(net.drops()).containsExactly(Rule.SYN_QUEUE_FULL);
        assertThat(net.now()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
        close(server);
    }
}
