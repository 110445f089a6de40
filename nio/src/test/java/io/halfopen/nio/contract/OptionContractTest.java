package io.halfopen.nio.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;

/** Socket options, before and after a channel is bound or connected. */
@SuppressWarnings("try") // what close() does is what many of these are about
class OptionContractTest extends Contract {
    private static <T> void holds(NetworkChannel channel, SocketOption<T> option, T value) throws IOException {
        assertThat(channel.setOption(option, value)).isSameAs(channel);
        assertThat(channel.getOption(option)).isEqualTo(value);
    }

    private static void holdsThoseOfSockets(SocketChannel channel) throws IOException {
        holds(channel, StandardSocketOptions.TCP_NODELAY, true);
        holds(channel, StandardSocketOptions.TCP_NODELAY, false);
        holds(channel, StandardSocketOptions.SO_KEEPALIVE, true);
        holds(channel, StandardSocketOptions.SO_RCVBUF, 20_000);
        holds(channel, StandardSocketOptions.SO_SNDBUF, 30_000);
        holds(channel, StandardSocketOptions.SO_REUSEADDR, true);
        holds(channel, StandardSocketOptions.SO_REUSEPORT, true);
        holds(channel, StandardSocketOptions.SO_LINGER, 5);
        holds(channel, StandardSocketOptions.SO_LINGER, 0);
        holds(channel, StandardSocketOptions.SO_LINGER, -1);
        holds(channel, StandardSocketOptions.IP_TOS, 0x20);
        holds(channel, ExtendedSocketOptions.TCP_KEEPIDLE, 100);
        holds(channel, ExtendedSocketOptions.TCP_KEEPINTERVAL, 11);
        holds(channel, ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
    }

    @Test
    void socketsHoldWhatWasSet() throws IOException {
        try (Pair pair = pair();
                SocketChannel fresh = socket();
                SocketChannel bound = socket().bind(side.anyPort())) {
            holdsThoseOfSockets(fresh);
            holdsThoseOfSockets(bound);
            holdsThoseOfSockets(pair.client());
            holdsThoseOfSockets(pair.server());
        }
    }

    @Test
    void whatWasSetBeforeConnectHoldsAfterIt() throws IOException {
        try (ServerSocketChannel server = listen();
                SocketChannel client = socket()) {
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            client.setOption(StandardSocketOptions.SO_RCVBUF, 20_000);
            client.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 77);
            client.setOption(StandardSocketOptions.IP_TOS, 0x10);
            client.connect(server.getLocalAddress());
            assertThat(client.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
            assertThat(client.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(20_000);
            assertThat(client.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(77);
            assertThat(client.getOption(StandardSocketOptions.IP_TOS)).isEqualTo(0x10);
        }
    }

    @Test
    void serversHoldWhatWasSet() throws IOException {
        try (ServerSocketChannel fresh = server();
                ServerSocketChannel bound = listen()) {
            for (ServerSocketChannel server : new ServerSocketChannel[] {fresh, bound}) {
                assertThat(server.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
                holds(server, StandardSocketOptions.SO_RCVBUF, 20_000);
                holds(server, StandardSocketOptions.SO_REUSEPORT, true);
                holds(server, StandardSocketOptions.SO_REUSEADDR, false);
                holds(server, ExtendedSocketOptions.TCP_KEEPIDLE, 55);
            }
        }
    }

    @Test
    void acceptedSocketsInheritFromTheirListener() throws IOException {
        try (ServerSocketChannel server = server()) {
            server.setOption(StandardSocketOptions.SO_RCVBUF, 24_000);
            server.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 44);
            server.bind(side.anyPort());
            try (SocketChannel client = connect(server);
                    SocketChannel accepted = server.accept()) {
                assertThat(client.isConnected()).isTrue();
                assertThat(accepted.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(24_000);
                assertThat(accepted.getOption(ExtendedSocketOptions.TCP_KEEPIDLE))
                        .isEqualTo(44);
            }
        }
    }

    @Test
    void theSameOptionsAreSupported() throws IOException {
        try (SocketChannel socket = socket();
                ServerSocketChannel server = server();
                SocketChannel jdkSocket = Side.JDK.provider().openSocketChannel();
                ServerSocketChannel jdkServer = Side.JDK.provider().openServerSocketChannel()) {
            assertThat(socket.supportedOptions()).isEqualTo(jdkSocket.supportedOptions());
            assertThat(server.supportedOptions()).isEqualTo(jdkServer.supportedOptions());
            for (SocketOption<?> option : socket.supportedOptions()) {
                assertThat(socket.getOption(option)).as(option.name()).hasSameClassAs(jdkSocket.getOption(option));
            }
            for (SocketOption<?> option : server.supportedOptions()) {
                assertThat(server.getOption(option)).as(option.name()).hasSameClassAs(jdkServer.getOption(option));
            }
        }
    }

    @Test
    void theSameDefaults() throws IOException {
        try (Pair pair = pair();
                SocketChannel fresh = socket()) {
            for (SocketChannel channel : new SocketChannel[] {fresh, pair.client(), pair.server()}) {
                assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isFalse();
                assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE))
                        .isFalse();
                assertThat(channel.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(-1);
                assertThat(channel.getOption(StandardSocketOptions.IP_TOS)).isZero();
                assertThat(channel.getOption(ExtendedSocketOptions.TCP_KEEPIDLE))
                        .isEqualTo(7200);
                assertThat(channel.getOption(ExtendedSocketOptions.SO_INCOMING_NAPI_ID))
                        .isZero();
            }
        }
    }

    @Test
    void whatCannotBeSet() throws IOException {
        try (Pair pair = pair();
                SocketChannel fresh = socket();
                ServerSocketChannel server = listen()) {
            for (SocketChannel channel : new SocketChannel[] {fresh, pair.client()}) {
                assertThatThrownBy(() -> channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true))
                        .isInstanceOf(UnsupportedOperationException.class)
                        .hasMessage("'IP_MULTICAST_LOOP' not supported");
                assertThatThrownBy(() -> channel.getOption(StandardSocketOptions.IP_MULTICAST_TTL))
                        .isInstanceOf(UnsupportedOperationException.class);
                assertThatThrownBy(() -> channel.setOption(StandardSocketOptions.SO_RCVBUF, -1))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> channel.setOption(StandardSocketOptions.SO_SNDBUF, null))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> channel.setOption(StandardSocketOptions.IP_TOS, 256))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> channel.setOption(ExtendedSocketOptions.SO_INCOMING_NAPI_ID, 1))
                        .isInstanceOf(java.net.SocketException.class);
                assertThatThrownBy(() -> channel.setOption(null, 1)).isInstanceOf(NullPointerException.class);
            }
            assertThatThrownBy(() -> server.setOption(StandardSocketOptions.TCP_NODELAY, true))
                    .isInstanceOf(UnsupportedOperationException.class);
            pair.client().close();
            assertThatThrownBy(() -> pair.client().setOption(StandardSocketOptions.TCP_NODELAY, true))
                    .isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> pair.client().getOption(StandardSocketOptions.TCP_NODELAY))
                    .isInstanceOf(ClosedChannelException.class);
        }
    }
}
