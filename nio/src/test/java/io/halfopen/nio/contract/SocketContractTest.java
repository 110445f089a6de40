package io.halfopen.nio.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** java.net.Socket and ServerSocket. */
@SuppressWarnings("try") // what close() does is what many of these are about
class SocketContractTest extends Contract {
    private record Sockets(Socket client, Socket server) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }

    private ServerSocket listening(int backlog) throws IOException {
        ServerSocket server = side.serverSocket();
        server.bind(side.anyPort(), backlog);
        return server;
    }

    private Socket connected(ServerSocket server) throws IOException {
        Socket client = side.socket();
        client.connect(server.getLocalSocketAddress());
        return client;
    }

    private Sockets sockets() throws IOException {
        try (ServerSocket server = listening(50)) {
            Socket client = connected(server);
            return new Sockets(client, server.accept());
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aConversation() throws IOException {
        try (Sockets pair = sockets()) {
            pair.client().getOutputStream().write(ascii("question"));
            pair.client().shutdownOutput();
            assertThat(pair.server().getInputStream().readAllBytes()).isEqualTo(ascii("question"));
            pair.server().getOutputStream().write(ascii("answer"));
            pair.server().close();
            assertThat(pair.client().getInputStream().readAllBytes()).isEqualTo(ascii("answer"));
            assertThat(pair.client().getInputStream().read()).isEqualTo(-1);
            assertThat(pair.client().getChannel()).isNull();
        }
    }

    @Test
    void addressesAndStates() throws IOException {
        try (Sockets pair = sockets();
                Socket fresh = side.socket();
                ServerSocket server = side.serverSocket()) {
            assertThat(pair.client().getLocalSocketAddress())
                    .isEqualTo(pair.server().getRemoteSocketAddress());
            assertThat(pair.client().getRemoteSocketAddress())
                    .isEqualTo(pair.server().getLocalSocketAddress());
            assertThat(pair.client().isBound()).isTrue();
            assertThat(fresh.isConnected()).isFalse();
            assertThat(fresh.getLocalPort()).isEqualTo(-1);
            assertThatThrownBy(fresh::getInputStream).hasMessage("Socket is not connected");
            assertThat(server.isBound()).isFalse();
            server.bind(side.anyPort());
            assertThatThrownBy(() -> server.bind(side.anyPort())).hasMessage("Already bound");
            pair.client().close();
            pair.client().close();
            assertThatThrownBy(() -> pair.client().getInputStream()).hasMessage("Socket is closed");
            assertThat(pair.client().isConnected()).isTrue();
        }
    }

    @Test
    void whatCannotBeReached() throws IOException {
        InetSocketAddress gone = nobody();
        Socket client = side.socket();
        assertThatThrownBy(() -> client.connect(gone))
                .isExactlyInstanceOf(ConnectException.class)
                .hasMessageStartingWith("Connection refused");
        assertThat(client.isClosed()).isTrue();
        Socket unresolved = side.socket();
        assertThatThrownBy(() -> unresolved.connect(InetSocketAddress.createUnresolved("server.invalid", 80)))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("server.invalid");
        try (ServerSocket taken = listening(50);
                ServerSocket second = side.serverSocket()) {
            assertThatThrownBy(() -> second.bind(taken.getLocalSocketAddress()))
                    .isExactlyInstanceOf(BindException.class)
                    .hasMessageStartingWith("Address already in use");
        }
        try (ServerSocket server = side.serverSocket()) {
            assertThatThrownBy(() -> server.bind(new InetSocketAddress(side.foreign(), 0)))
                    .isExactlyInstanceOf(BindException.class)
                    .hasMessageStartingWith("Cannot assign requested address");
        }
    }

    @Test
    void timeouts() throws IOException {
        try (ServerSocket server = listening(1);
                Socket one = connected(server);
                Socket two = connected(server);
                Socket three = side.socket();
                Sockets pair = sockets();
                ServerSocket idle = listening(50)) {
            assertThat(one.isConnected() && two.isConnected()).isTrue();
            assertThatThrownBy(() -> three.connect(server.getLocalSocketAddress(), 20))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Connect timed out");
            assertThat(three.isClosed()).isTrue();
            pair.client().setSoTimeout(20);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> pair.client().getInputStream().read())
                        .isInstanceOf(SocketTimeoutException.class)
                        .hasMessage("Read timed out");
            }
            pair.server().getOutputStream().write(1);
            assertThat(pair.client().getInputStream().read()).isEqualTo(1);
            idle.setSoTimeout(20);
            assertThatThrownBy(idle::accept)
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Accept timed out");
        }
    }

    @Test
    void aResetIsToldForGood() throws IOException {
        try (Sockets pair = sockets()) {
            pair.server().setSoLinger(true, 0);
            pair.server().close();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> pair.client().getInputStream().read())
                        .isExactlyInstanceOf(SocketException.class)
                        .hasMessage("Connection reset");
            }
            assertThatThrownBy(() -> pair.client().getOutputStream().write(1))
                    .isInstanceOf(SocketException.class)
                    .hasMessageMatching("Broken pipe|Connection reset");
        }
    }

    @Test
    void writingToAPeerThatClosed() throws IOException {
        try (Sockets pair = sockets()) {
            OutputStream out = pair.client().getOutputStream();
            pair.server().close();
            out.write(1);
            assertThatThrownBy(() -> out.write(2))
                    .isExactlyInstanceOf(SocketException.class)
                    .hasMessage("Broken pipe");
        }
    }

    @Test
    void aCloseEndsWhatBlocks() throws Exception {
        for (Thread.Builder builder : kindsOfThreads()) {
            for (int timeout : new int[] {0, 20_000}) {
                try (Sockets pair = sockets();
                        ServerSocket server = listening(50)) {
                    pair.client().setSoTimeout(timeout);
                    server.setSoTimeout(timeout);
                    InputStream in = pair.client().getInputStream();
                    assertThat(thrownBy(
                                    builder, in::read, thread -> pair.client().close()))
                            .isExactlyInstanceOf(SocketException.class)
                            .hasMessage("Socket closed");
                    assertThat(thrownBy(builder, server::accept, thread -> server.close()))
                            .isExactlyInstanceOf(SocketException.class)
                            .hasMessage("Socket closed");
                    OutputStream out = pair.server().getOutputStream();
                    assertThat(thrownBy(
                                    builder,
                                    () -> {
                                        for (; ; ) {
                                            out.write(new byte[1 << 20]);
                                        }
                                    },
                                    thread -> pair.server().close()))
                            .isInstanceOf(SocketException.class);
                }
            }
        }
    }

    @Test
    void anInterruptEndsAReadOfAVirtualThread() throws Exception {
        try (Sockets pair = sockets()) {
            InputStream in = pair.client().getInputStream();
            assertThat(thrownBy(Thread.ofVirtual(), in::read, Thread::interrupt))
                    .isExactlyInstanceOf(SocketException.class)
                    .hasMessage("Closed by interrupt");
            assertThat(pair.client().isClosed()).isTrue();
        }
    }

    @Test
    void anInterruptOfAPlatformThreadDoesNotEndItsRead() throws Exception {
        Assumptions.assumeTrue(
                side != Side.HYBRID, "sockets of the kernel behind ours are closed, as docs/nio.md says");
        try (Sockets pair = sockets()) {
            CompletableFuture<Integer> read = new CompletableFuture<>();
            Thread reader = Thread.ofPlatform()
                    .daemon()
                    .start(() -> quietly(() -> {
                        int octet = pair.client().getInputStream().read();
                        return read.complete(Thread.interrupted() ? octet : -2);
                    }));
            awaitBlocked(reader);
            reader.interrupt();
            pair.server().getOutputStream().write('x');
            assertThat(read.get()).isEqualTo('x');
        }
    }

    @Test
    void closedHalves() throws IOException {
        try (Sockets pair = sockets()) {
            Socket client = pair.client();
            InputStream in = client.getInputStream();
            OutputStream out = client.getOutputStream();
            client.shutdownInput();
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.available()).isZero();
            assertThat(client.isInputShutdown()).isTrue();
            assertThatThrownBy(client::shutdownInput).hasMessage("Socket input is already shutdown");
            client.shutdownOutput();
            assertThatThrownBy(() -> out.write(1)).isInstanceOf(IOException.class);
            assertThatThrownBy(client::shutdownOutput).hasMessage("Socket output is already shutdown");
        }
    }

    @Test
    void options() throws IOException {
        try (Sockets pair = sockets();
                ServerSocket server = side.serverSocket()) {
            Socket client = pair.client();
            client.setTcpNoDelay(true);
            assertThat(client.getTcpNoDelay()).isTrue();
            assertThat(client.getSoLinger()).isEqualTo(-1);
            client.setSoLinger(true, 3);
            assertThat(client.getSoLinger()).isEqualTo(3);
            client.setSoLinger(false, 0);
            client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            assertThat(client.getKeepAlive()).isTrue();
            assertThat(client.getTrafficClass()).isZero();
            client.setOOBInline(true);
            assertThat(client.getOOBInline()).isTrue();
            server.setReceiveBufferSize(20_000);
            assertThat(server.getReceiveBufferSize()).isEqualTo(20_000);
            assertThat(server.getReuseAddress()).isTrue();
            assertThat(server.getSoTimeout()).isZero();
            assertThatThrownBy(() -> client.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void urgentData() throws IOException {
        try (Sockets pair = sockets()) {
            pair.server().setOOBInline(true);
            pair.client().getOutputStream().write('a');
            pair.client().sendUrgentData('!');
            pair.client().shutdownOutput();
            assertThat(pair.server().getInputStream().readAllBytes()).isEqualTo(ascii("a!"));
        }
    }
}
