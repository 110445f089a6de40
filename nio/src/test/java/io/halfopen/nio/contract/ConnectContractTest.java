package io.halfopen.nio.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** From an open channel to a connected one. */
@SuppressWarnings("try") // what close() does is what many of these are about
class ConnectContractTest extends Contract {
    private static final class OtherAddress extends SocketAddress {
        private static final long serialVersionUID = 1;
    }

    @Test
    void nobodyListensThere() throws IOException {
        InetSocketAddress gone = nobody();
        SocketChannel client = socket();
        assertThatThrownBy(() -> client.connect(gone))
                .isExactlyInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
        assertThat(client.isOpen()).isFalse();
        assertThat(client.isConnected()).isFalse();
    }

    @Test
    void theStatesOfAConnectThatDoesNotBlock() throws IOException {
        try (ServerSocketChannel server = listen();
                SocketChannel client = socket();
                Selector selector = selector()) {
            client.configureBlocking(false);
            assertThatThrownBy(client::finishConnect).isInstanceOf(NoConnectionPendingException.class);
            assertThat(client.connect(server.getLocalAddress())).isFalse(); // on Linux, always
            assertThat(client.isConnectionPending()).isTrue();
            assertThat(client.isConnected()).isFalse();
            assertThat(client.getRemoteAddress()).isEqualTo(server.getLocalAddress());
            assertThatThrownBy(() -> client.connect(server.getLocalAddress()))
                    .isInstanceOf(ConnectionPendingException.class);
            assertThatThrownBy(() -> client.bind(null)).isInstanceOf(ConnectionPendingException.class);
            SelectionKey key = client.register(selector, SelectionKey.OP_CONNECT);
            assertThat(selector.select()).isEqualTo(1);
            assertThat(key.isConnectable()).isTrue();
            assertThat(key.readyOps()).isEqualTo(SelectionKey.OP_CONNECT);
            assertThat(client.isConnectionPending()).isTrue();
            assertThat(client.finishConnect()).isTrue();
            assertThat(client.finishConnect()).isTrue(); // has no effect
            assertThat(client.isConnected()).isTrue();
            assertThat(client.isConnectionPending()).isFalse();
            assertThatThrownBy(() -> client.connect(server.getLocalAddress()))
                    .isInstanceOf(AlreadyConnectedException.class);
            selector.selectedKeys().clear();
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            assertThat(selector.select()).isEqualTo(1);
            assertThat(key.readyOps()).isEqualTo(SelectionKey.OP_WRITE);
        }
    }

    @Test
    void aRefusedConnectIsConnectableAndFinishingItThrows() throws IOException {
        InetSocketAddress gone = nobody();
        try (SocketChannel client = socket();
                Selector selector = selector()) {
            client.configureBlocking(false);
            SelectionKey key = client.register(selector, SelectionKey.OP_CONNECT); // before connect, as Netty does
            try {
                assertThat(client.connect(gone)).isFalse();
                assertThat(selector.select()).isEqualTo(1);
                assertThat(key.isConnectable()).isTrue();
                assertThatThrownBy(client::finishConnect)
                        .isExactlyInstanceOf(ConnectException.class)
                        .hasMessage("Connection refused");
            } catch (ConnectException atOnce) {
                assertThat(atOnce).hasMessage("Connection refused");
            }
            assertThat(client.isOpen()).isFalse();
            assertThat(key.isValid()).isFalse();
            assertThatThrownBy(client::finishConnect).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void aPendingConnectIsNotReadableOrWritable() throws IOException {
        try (ServerSocketChannel server = server().bind(side.anyPort(), 1);
                Selector selector = selector();
                SocketChannel first = connect(server);
                SocketChannel second = connect(server);
                SocketChannel third = socket()) {
            third.configureBlocking(false);
            SelectionKey key = third.register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            assertThat(third.connect(server.getLocalAddress())).isFalse(); // the queue holds two
            assertThat(third.finishConnect()).isFalse();
            assertThat(third.isConnectionPending()).isTrue();
            assertThat(selector.selectNow()).isZero();
            key.interestOps(SelectionKey.OP_CONNECT);
            assertThat(selector.selectNow()).isZero();
            assertThat(first.isConnected() && second.isConnected()).isTrue();
        }
    }

    @Test
    void finishConnectOfABlockingChannelBlocks() throws IOException {
        try (ServerSocketChannel server = listen();
                SocketChannel client = socket()) {
            client.configureBlocking(false);
            client.connect(server.getLocalAddress());
            client.configureBlocking(true);
            assertThat(client.finishConnect()).isTrue();
        }
    }

    @Test
    void addressesThatCannotBeUsed() throws IOException {
        try (SocketChannel client = socket()) {
            InetSocketAddress unresolved = InetSocketAddress.createUnresolved("server.invalid", 80);
            assertThatThrownBy(() -> client.connect(unresolved)).isInstanceOf(UnresolvedAddressException.class);
            assertThatThrownBy(() -> client.bind(unresolved)).isInstanceOf(UnresolvedAddressException.class);
            assertThatThrownBy(() -> client.connect(new OtherAddress()))
                    .isInstanceOf(UnsupportedAddressTypeException.class);
            assertThatThrownBy(() -> client.bind(new OtherAddress()))
                    .isInstanceOf(UnsupportedAddressTypeException.class);
            assertThat(client.isOpen()).isTrue();
            assertThat(client.getLocalAddress()).isNull();
        }
        try (ServerSocketChannel server = server()) {
            InetSocketAddress unresolved = InetSocketAddress.createUnresolved("server.invalid", 80);
            assertThatThrownBy(() -> server.bind(unresolved)).isInstanceOf(UnresolvedAddressException.class);
            assertThatThrownBy(() -> server.bind(new OtherAddress()))
                    .isInstanceOf(UnsupportedAddressTypeException.class);
        }
    }

    @Test
    void aClientMayChooseItsOwnAddress() throws IOException {
        try (ServerSocketChannel server = listen();
                SocketChannel client = socket().bind(side.anyPort())) {
            InetSocketAddress bound = (InetSocketAddress) client.getLocalAddress();
            assertThat(bound.getPort()).isPositive();
            assertThat(client.connect(server.getLocalAddress())).isTrue();
            assertThat(client.getLocalAddress()).isEqualTo(bound);
            assertThatThrownBy(() -> client.bind(null)).isInstanceOf(AlreadyBoundException.class);
            try (SocketChannel accepted = server.accept()) {
                assertThat(accepted.getRemoteAddress()).isEqualTo(bound);
            }
        }
        try (SocketChannel client = socket()) {
            assertThatThrownBy(() -> client.bind(new InetSocketAddress(side.foreign(), 0)))
                    .isExactlyInstanceOf(BindException.class)
                    .hasMessage("Cannot assign requested address");
            assertThat(client.isOpen()).isTrue();
        }
    }

    @Test
    void aWildcardIsReplacedByConnect() throws IOException {
        try (ServerSocketChannel server = listen();
                SocketChannel client = socket().bind(null)) {
            int port = ((InetSocketAddress) client.getLocalAddress()).getPort();
            assertThat(port).isPositive();
            assertThat(client.connect(server.getLocalAddress())).isTrue();
            InetSocketAddress local = (InetSocketAddress) client.getLocalAddress();
            assertThat(local.getPort()).isEqualTo(port);
            assertThat(local.getAddress().isAnyLocalAddress()).isFalse();
        }
    }

    @Test
    void overIpv6() throws IOException {
        ServerSocketChannel server = server();
        try {
            server.bind(new InetSocketAddress(side.addressV6(), 0));
        } catch (IOException none) {
            Assumptions.abort("no IPv6 here: " + none.getMessage());
        }
        try (server;
                SocketChannel client = connect(server);
                SocketChannel accepted = server.accept()) {
            client.write(bytes("six"));
            assertThat(read(accepted, 3)).isEqualTo("six");
            assertThat(accepted.getLocalAddress()).isEqualTo(server.getLocalAddress());
            assertThat(client.getLocalAddress()).isEqualTo(accepted.getRemoteAddress());
        }
    }

    @Test
    void anIpv4ChannelKnowsOnlyIpv4() throws IOException {
        ProtocolFamily four = StandardProtocolFamily.INET;
        try (SocketChannel client = side.provider().openSocketChannel(four);
                ServerSocketChannel server = side.provider().openServerSocketChannel(four)) {
            InetSocketAddress six = new InetSocketAddress(side.addressV6(), 80);
            assertThatThrownBy(() -> client.connect(six)).isInstanceOf(UnsupportedAddressTypeException.class);
            assertThatThrownBy(() -> client.bind(six)).isInstanceOf(UnsupportedAddressTypeException.class);
            assertThatThrownBy(() -> server.bind(six)).isInstanceOf(UnsupportedAddressTypeException.class);
            server.bind(side.anyPort());
            assertThat(client.connect(server.getLocalAddress())).isTrue();
        }
    }

    @Test
    void theOneStepOpens() throws IOException {
        try (ServerSocketChannel server = listen();
                SocketChannel client = socket()) {
            client.socket().connect(server.getLocalAddress(), 10_000);
            assertThat(client.isConnected()).isTrue();
            assertThat(client.isBlocking()).isTrue();
            assertThat(client.validOps())
                    .isEqualTo(SelectionKey.OP_READ | SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT);
            assertThat(server.validOps()).isEqualTo(SelectionKey.OP_ACCEPT);
            assertThat(client.provider().getClass()).isEqualTo(side.provider().getClass());
        }
    }
}
