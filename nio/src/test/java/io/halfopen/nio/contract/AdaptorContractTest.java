package io.halfopen.nio.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

/** What socket() of a channel gives. */
@SuppressWarnings("try") // what close() does is what many of these are about
class AdaptorContractTest extends Contract {
    @Test
    void theyTimeOut() throws IOException {
        try (ServerSocketChannel server = listen();
                Pair pair = pair()) {
            server.socket().setSoTimeout(20);
            assertThatThrownBy(() -> server.socket().accept())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Accept timed out");
            Socket socket = pair.client().socket();
            socket.setSoTimeout(20);
            assertThat(socket.getSoTimeout()).isEqualTo(20);
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Read timed out");
            pair.server().write(bytes("z"));
            assertThat(socket.getInputStream().read()).isEqualTo('z');
            socket.shutdownOutput();
            assertThat(pair.server().socket().getInputStream().read()).isEqualTo(-1);
            assertThatThrownBy(() -> socket.setSoTimeout(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> server.socket().setSoTimeout(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aConnectTimesOutAndClosesTheChannel() throws IOException {
        try (ServerSocketChannel server = server().bind(side.anyPort(), 1);
                SocketChannel full = connect(server);
                SocketChannel too = connect(server);
                SocketChannel client = socket()) {
            assertThat(full.isConnected() && too.isConnected()).isTrue();
            assertThatThrownBy(() -> client.socket().connect(server.getLocalAddress(), 20))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Connect timed out");
            assertThat(client.isOpen()).isFalse();
            assertThat(client.socket().isClosed()).isTrue();
        }
    }

    @Test
    void connectOfTheAdaptor() throws IOException {
        InetSocketAddress gone = nobody();
        try (SocketChannel client = socket()) {
            assertThatThrownBy(() -> client.socket().connect(null)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.socket().connect(gone, -1)).isInstanceOf(IllegalArgumentException.class);
            client.configureBlocking(false);
            assertThatThrownBy(() -> client.socket().connect(gone)).isInstanceOf(IllegalBlockingModeException.class);
            client.configureBlocking(true);
            assertThatThrownBy(() -> client.socket().connect(gone, 5000))
                    .isExactlyInstanceOf(ConnectException.class)
                    .hasMessage("Connection refused");
            assertThatThrownBy(() -> client.socket().connect(gone)).isInstanceOf(IOException.class);
        }
        try (SocketChannel client = socket()) {
            assertThatThrownBy(() -> client.socket().connect(InetSocketAddress.createUnresolved("server.invalid", 80)))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessageStartingWith("server.invalid");
        }
    }

    @Test
    void itsStates() throws IOException {
        try (Pair pair = pair();
                SocketChannel fresh = socket()) {
            Socket socket = fresh.socket();
            assertThat(socket).isSameAs(fresh.socket());
            assertThat(socket.getChannel()).isSameAs(fresh);
            assertThat(socket.isBound()).isFalse();
            assertThat(socket.isConnected()).isFalse();
            assertThat(socket.getPort()).isZero();
            assertThat(socket.getLocalPort()).isEqualTo(-1);
            assertThat(socket.getInetAddress()).isNull();
            assertThat(socket.getRemoteSocketAddress()).isNull();
            assertThat(socket.getLocalSocketAddress()).isNull();
            assertThat(socket.getLocalAddress().isAnyLocalAddress()).isTrue();
            assertThatThrownBy(socket::getInputStream)
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Socket is not connected");
            assertThatThrownBy(socket::shutdownOutput).hasMessage("Socket is not connected");
            socket.bind(side.anyPort());
            assertThat(socket.isBound()).isTrue();
            assertThatThrownBy(() -> socket.bind(side.anyPort())).isInstanceOf(SocketException.class);
            Socket connected = pair.client().socket();
            assertThatThrownBy(() -> connected.connect(side.anyPort()))
                    .isInstanceOf(SocketException.class)
                    .hasMessageMatching("[aA]lready connected");
            connected.shutdownInput();
            assertThat(connected.isInputShutdown()).isTrue();
            assertThatThrownBy(connected::getInputStream).hasMessage("Socket input is shutdown");
            connected.shutdownOutput();
            assertThat(connected.isOutputShutdown()).isTrue();
            assertThatThrownBy(connected::getOutputStream).hasMessage("Socket output is shutdown");
            connected.close();
            assertThat(connected.isConnected()).isFalse();
            assertThat(connected.isBound()).isTrue(); // it was
            assertThat(connected.getPort()).isPositive();
            assertThat(connected.isClosed()).isTrue();
            assertThat(pair.client().isOpen()).isFalse();
            assertThatThrownBy(connected::getInputStream)
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Socket is closed");
            assertThatThrownBy(() -> connected.setTcpNoDelay(true)).hasMessage("Socket is closed");
            assertThatThrownBy(connected::getSoTimeout).hasMessage("Socket is closed");
        }
    }

    @Test
    void optionsOfTheAdaptor() throws IOException {
        try (Pair pair = pair()) {
            Socket socket = pair.client().socket();
            socket.setTcpNoDelay(true);
            assertThat(socket.getTcpNoDelay()).isTrue();
            socket.setKeepAlive(true);
            assertThat(socket.getKeepAlive()).isTrue();
            socket.setSoLinger(true, 7);
            assertThat(socket.getSoLinger()).isEqualTo(7);
            socket.setSoLinger(false, 7);
            assertThat(socket.getSoLinger()).isEqualTo(-1);
            socket.setReceiveBufferSize(20_000);
            assertThat(socket.getReceiveBufferSize()).isEqualTo(20_000);
            socket.setSendBufferSize(30_000);
            assertThat(socket.getSendBufferSize()).isEqualTo(30_000);
            socket.setTrafficClass(0x10);
            assertThat(socket.getTrafficClass()).isEqualTo(0x10);
            socket.setReuseAddress(true);
            assertThat(socket.getReuseAddress()).isTrue();
            assertThatThrownBy(() -> socket.setReceiveBufferSize(0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> socket.setSendBufferSize(0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> socket.setSendBufferSize(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void streamsOfAChannelThatDoesNotBlock() throws IOException {
        try (Pair pair = pair()) {
            InputStream in = pair.client().socket().getInputStream();
            pair.client().configureBlocking(false);
            assertThatThrownBy(in::read).isInstanceOf(IllegalBlockingModeException.class);
            assertThatThrownBy(() -> pair.client().socket().getOutputStream().write(1))
                    .isInstanceOf(IllegalBlockingModeException.class);
            pair.client().configureBlocking(true);
            pair.server().write(bytes("abc"));
            assertThat(in.read()).isEqualTo('a');
            assertThat(in.available()).isEqualTo(2);
            assertThat(in.skip(1)).isEqualTo(1);
            assertThat(in.read(new byte[0])).isZero();
            assertThatThrownBy(() -> in.read(new byte[3], 2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            in.close();
            assertThat(pair.client().isOpen()).isFalse();
        }
    }

    @Test
    void theAdaptorOfAServer() throws IOException {
        try (ServerSocketChannel server = server()) {
            ServerSocket socket = server.socket();
            assertThat(socket.getChannel()).isSameAs(server);
            assertThat(socket.isBound()).isFalse();
            assertThat(socket.getLocalPort()).isEqualTo(-1);
            assertThat(socket.getInetAddress()).isNull();
            assertThat(socket.getLocalSocketAddress()).isNull();
            assertThatThrownBy(socket::accept)
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Socket is not bound yet");
            socket.bind(side.anyPort(), 5);
            assertThat(socket.isBound()).isTrue();
            assertThat(socket.getInetAddress()).isEqualTo(side.address());
            assertThatThrownBy(() -> socket.bind(side.anyPort())).isInstanceOf(SocketException.class);
            server.configureBlocking(false);
            assertThatThrownBy(socket::accept).isInstanceOf(IllegalBlockingModeException.class);
            server.configureBlocking(true);
            try (SocketChannel client = connect(server);
                    Socket accepted = socket.accept()) {
                assertThat(accepted.getChannel().isBlocking()).isTrue();
                assertThat(accepted.getRemoteSocketAddress()).isEqualTo(client.getLocalAddress());
            }
            socket.close();
            assertThat(server.isOpen()).isFalse();
            assertThat(socket.isClosed()).isTrue();
            assertThatThrownBy(() -> socket.setReuseAddress(true)).hasMessage("Socket is closed");
        }
    }

    @Test
    void aCloseEndsATimedRead() throws Exception {
        for (Thread.Builder builder : kindsOfThreads()) {
            try (Pair pair = pair();
                    ServerSocketChannel server = listen()) {
                Socket socket = pair.client().socket();
                socket.setSoTimeout(20_000);
                InputStream in = socket.getInputStream();
                assertThat(thrownBy(builder, in::read, thread -> socket.close()))
                        .isExactlyInstanceOf(AsynchronousCloseException.class);
                server.socket().setSoTimeout(20_000);
                assertThat(thrownBy(builder, server.socket()::accept, thread -> server.close()))
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(SocketTimeoutException.class);
            }
        }
    }

    @Test
    void anInterruptEndsATimedRead() throws Exception {
        for (Thread.Builder builder : kindsOfThreads()) {
            try (Pair pair = pair()) {
                Socket socket = pair.client().socket();
                socket.setSoTimeout(20_000);
                InputStream in = socket.getInputStream();
                assertThat(thrownBy(builder, in::read, Thread::interrupt))
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(SocketTimeoutException.class);
                assertThat(pair.client().isOpen()).isFalse();
            }
        }
    }
}
