package io.halfopen.nio.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A channel that listens. */
@SuppressWarnings("try") // what close() does is what many of these are about
class ServerContractTest extends Contract {
    @Test
    void itsStates() throws IOException {
        try (ServerSocketChannel server = server()) {
            assertThat(server.getLocalAddress()).isNull();
            assertThatThrownBy(server::accept).isInstanceOf(NotYetBoundException.class);
            server.bind(side.anyPort());
            assertThat(((InetSocketAddress) server.getLocalAddress()).getPort()).isPositive();
            assertThatThrownBy(() -> server.bind(side.anyPort())).isInstanceOf(AlreadyBoundException.class);
            server.configureBlocking(false);
            assertThat(server.accept()).isNull();
            server.close();
            assertThatThrownBy(server::accept).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(server::getLocalAddress).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> server.bind(null)).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> server.setOption(StandardSocketOptions.SO_RCVBUF, 1000))
                    .isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void anAddressIsTakenOnce() throws IOException {
        try (ServerSocketChannel server = listen();
                ServerSocketChannel second = server()) {
            assertThatThrownBy(() -> second.bind(server.getLocalAddress()))
                    .isExactlyInstanceOf(BindException.class)
                    .hasMessage("Address already in use");
            assertThat(second.isOpen()).isTrue();
            second.bind(side.anyPort());
        }
    }

    @Test
    void anAddressOfOthersIsNotTaken() throws IOException {
        try (ServerSocketChannel server = server()) {
            assertThatThrownBy(() -> server.bind(new InetSocketAddress(side.foreign(), 0)))
                    .isExactlyInstanceOf(BindException.class)
                    .hasMessage("Cannot assign requested address");
        }
    }

    @Test
    void aPortInTimeWaitIsReusedByServers() throws IOException {
        InetSocketAddress address;
        try (ServerSocketChannel server = listen();
                SocketChannel client = connect(server);
                SocketChannel accepted = server.accept()) {
            address = (InetSocketAddress) server.getLocalAddress();
            accepted.close(); // this side closes first and keeps the TIME_WAIT
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        try (ServerSocketChannel again = server().bind(address)) {
            assertThat(again.getLocalAddress()).isEqualTo(address);
        }
        try (ServerSocketChannel strict = server().setOption(StandardSocketOptions.SO_REUSEADDR, false)) {
            assertThatThrownBy(() -> strict.bind(address))
                    .isExactlyInstanceOf(BindException.class)
                    .hasMessage("Address already in use");
        }
    }

    @Test
    void severalShareAPortThatAllReuse() throws IOException {
        try (ServerSocketChannel one = server().setOption(StandardSocketOptions.SO_REUSEPORT, true);
                ServerSocketChannel two = server().setOption(StandardSocketOptions.SO_REUSEPORT, true)) {
            one.bind(side.anyPort());
            two.bind(one.getLocalAddress());
            one.configureBlocking(false);
            two.configureBlocking(false);
            try (SocketChannel client = connect(one);
                    SocketChannel first = one.accept();
                    SocketChannel second = two.accept()) {
                assertThat(client.isConnected()).isTrue();
                assertThat(first == null).isNotEqualTo(second == null);
            }
        }
    }

    @Test
    void aBacklogOfNothingIsTheUsualOne() throws IOException {
        for (int backlog : new int[] {0, -1}) {
            try (ServerSocketChannel server = server().bind(side.anyPort(), backlog);
                    SocketChannel one = connect(server);
                    SocketChannel two = connect(server);
                    SocketChannel three = connect(server)) {
                assertThat(one.isConnected() && two.isConnected() && three.isConnected())
                        .isTrue();
            }
        }
    }

    @Test
    void whatWasReceivedBeforeAcceptIsThere() throws IOException {
        try (ServerSocketChannel server = listen();
                SocketChannel client = connect(server)) {
            client.write(bytes("early"));
            client.close();
            try (SocketChannel accepted = server.accept()) {
                assertThat(read(accepted, 10)).isEqualTo("early");
                assertThat(accepted.isBlocking()).isTrue();
                assertThat(accepted.isConnected()).isTrue();
            }
        }
    }

    @Test
    void anAcceptedChannelBlocksEvenIfItsListenerDoesNot() throws IOException {
        try (ServerSocketChannel server = listen()) {
            server.configureBlocking(false);
            try (SocketChannel client = connect(server);
                    SocketChannel accepted = server.accept()) {
                assertThat(client.isConnected()).isTrue();
                assertThat(accepted.isBlocking()).isTrue();
            }
        }
    }

    @Test
    void closingAListenerResetsThoseWhoWaitInItsQueue() throws IOException {
        ServerSocketChannel server = listen();
        try (SocketChannel client = connect(server)) {
            server.close();
            assertThatThrownBy(() -> client.read(ByteBuffer.allocate(1)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("Connection reset");
        }
    }

    @Test
    void severalThreadsAcceptEachConnectionOnce() throws Exception {
        try (ServerSocketChannel server = listen()) {
            Future<SocketChannel> one = elsewhere(server::accept);
            Future<SocketChannel> two = elsewhere(server::accept);
            try (SocketChannel first = connect(server);
                    SocketChannel second = connect(server);
                    SocketChannel acceptedOne = one.get();
                    SocketChannel acceptedTwo = two.get()) {
                assertThat(java.util.Set.of(first.getLocalAddress(), second.getLocalAddress()))
                        .isEqualTo(java.util.Set.of(acceptedOne.getRemoteAddress(), acceptedTwo.getRemoteAddress()));
            }
        }
    }
}
