package io.halfopen.samples;

import static io.halfopen.linux.SocketOption.TCP_DEFER_ACCEPT;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.junit.HalfopenNetwork;
import io.halfopen.nio.Network;
import io.halfopen.nio.channels.LinuxSocketOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * What does TCP_DEFER_ACCEPT do, which Apache httpd, HAProxy and nginx have as a setting?
 *
 * <p>accept() does not return a connection before its first data is there: no thread wakes up only to wait. The client
 * notices nothing, its connect() has returned. One that never says anything is handed to accept() all the same in the end:
 * the seconds are rounded up to a number of SYN-ACKs, so 10 become 15.
 *
 * <p>Where the server speaks first it is a trap: until then client and server wait for each other.
 */
@HalfopenNetwork(automaticTime = true)
class DeferAcceptTest {
    private static InetSocketAddress address(Network net) {
        return new InetSocketAddress(net.host("web").addresses().getFirst(), 80);
    }

    private static ServerSocketChannel listen(Network net) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(address(net));
        server.setOption(LinuxSocketOption.of(TCP_DEFER_ACCEPT), 10);
        return server;
    }

    /** Waits in the network's time. */
    private static void sleep(Duration time) throws IOException {
        try (Selector nothing = Selector.open()) {
            nothing.select(time.toMillis());
        }
    }

    @Test
    void acceptReturnsWithTheFirstData(Network net) throws IOException {
        try (ServerSocketChannel server = listen(net);
                SocketChannel client = SocketChannel.open(address(net))) {
            server.configureBlocking(false);
            sleep(Duration.ofSeconds(2));
            assertThat(client.isConnected()).isTrue();
            assertThat(server.accept()).isNull();

            client.write(ByteBuffer.wrap(new byte[] {'G'}));
            try (SocketChannel accepted = server.accept()) {
                assertThat(accepted.read(ByteBuffer.allocate(8))).isEqualTo(1);
            }
        }
    }

    @Test
    void aSilentClientIsAcceptedAfter15SecondsInsteadOf10(Network net) throws IOException {
        try (ServerSocketChannel server = listen(net);
                SocketChannel client = SocketChannel.open(address(net));
                SocketChannel accepted = server.accept()) {
            assertThat(accepted.isConnected()).isTrue();
            assertThat(client.isConnected()).isTrue();
            assertThat(net.now()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(16));
        }
    }
}
