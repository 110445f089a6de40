package io.halfopen.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Poll;
import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real connections, between the stack and this machine's kernel. */
@Timeout(60)
class EventLoopOnTunTest {
    private static final IpAddress KERNEL = IpAddress.parse("10.9.0.1");
    private static final IpAddress STACK = IpAddress.parse("10.9.0.2");
    private static final IpAddress KERNEL_V6 = IpAddress.parse("fd00:9::1");
    private static final IpAddress STACK_V6 = IpAddress.parse("fd00:9::2");
    private static final int ECHO = 7;

    private final Namespace namespace = Namespace.create();
    private final Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
    private final EventLoop loop = new EventLoop(openTun(), stack, PacketTap.NONE);

    EventLoopOnTunTest() throws Exception {}

    private Tun openTun() throws Exception {
        return namespace.call(() -> {
            Tun tun = Tun.open("half0");
            Interface end = new Interface("half0");
            end.assign(KERNEL, 24);
            end.assign(KERNEL_V6, 64);
            end.bringUp();
            stack.addAddress(STACK, end.mtu());
            stack.addAddress(STACK_V6, end.mtu());
            return tun;
        });
    }

    @AfterEach
    void close() {
        loop.close();
        namespace.close();
    }

    /** Whoever may make a network namespace may do that, too. */
    @Test
    void itComesBeforeOtherPrograms() throws Exception {
        CompletableFuture<String> nice = new CompletableFuture<>();
        loop.start((fd, events) -> {});
        loop.execute(() -> nice.complete(niceness()));

        assertThat(nice.get(10, TimeUnit.SECONDS)).isEqualTo("-10");
    }

    /** Field 19 of proc_pid_stat(5), of the calling thread. */
    private static String niceness() {
        try {
            return Files.readString(Path.of("/proc/thread-self/stat"))
                    .replaceFirst("\\(.*\\)", "name")
                    .split(" ", -1)[18];
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.9.0.2", "fd00:9::2"})
    void aMegabyteComesBackAsItWas(String address) throws Exception {
        loop.start(new Echo(loop, stack, IpAddress.parse(address), ECHO));
        byte[] message = new byte[1 << 20];
        new Random(1).nextBytes(message);

        try (Socket client = connect(address, ECHO)) {
            CompletableFuture<Void> written = CompletableFuture.runAsync(() -> write(client, message));
            byte[] answer = client.getInputStream().readNBytes(message.length);
            written.get(10, TimeUnit.SECONDS);

            assertThat(answer).isEqualTo(message);
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void anyProgramCanConnect() throws Exception {
        loop.start(new Echo(loop, stack, STACK, ECHO));

        String answer =
                namespace.run("bash", "-c", "exec 3<>/dev/tcp/10.9.0.2/7; echo hello >&3; read line <&3; echo $line");

        assertThat(answer).isEqualTo("hello\n");
    }

    @Test
    void aThousandClientsOneAfterTheOther() throws Exception {
        loop.start(new Echo(loop, stack, STACK, ECHO));

        for (int i = 0; i < 1000; i++) {
            try (Socket client = connect("10.9.0.2", ECHO)) {
                client.getOutputStream().write(i);
                assertThat(client.getInputStream().read()).isEqualTo(i & 0xff);
            }
        }
        assertThat(onLoop(() -> stack.counter(Counter.PassiveOpens))).isEqualTo(1000);
    }

    @Test
    void aPortWhereNobodyListensRefuses() {
        loop.start((fd, events) -> {});

        assertThatThrownBy(() -> connect("10.9.0.2", ECHO)).isInstanceOf(ConnectException.class);
    }

    @Test
    void theStackConnectsToTheKernel() throws Exception {
        try (ServerSocket server = namespace.call(() -> new ServerSocket(0, 1, InetAddress.getByName("10.9.0.1")))) {
            Greeter greeter = new Greeter(server.getLocalPort());
            loop.start(greeter);
            loop.execute(greeter::connect);

            try (Socket accepted = server.accept()) {
                assertThat(accepted.getInputStream().readAllBytes())
                        .isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
                assertThat(accepted.getInetAddress()).isEqualTo(InetAddress.getByName("10.9.0.2"));
            }
        }
    }

    /** Connects, says hello and closes. */
    private final class Greeter implements Stack.ReadyHandler {
        private final int port;
        private int socket;

        Greeter(int port) {
            this.port = port;
        }

        void connect() {
            socket = stack.socket(Stack.AF_INET);
            assertThat(stack.connect(loop.now(), socket, KERNEL, port)).isEqualTo(-Errno.EINPROGRESS);
        }

        @Override
        public void onReady(int fd, int events) {
            if (fd == socket && (events & Poll.POLLOUT) != 0) {
                assertThat(stack.getsockopt(fd, SocketOption.SO_ERROR)).isZero();
                byte[] hello = "hello".getBytes(StandardCharsets.UTF_8);
                stack.write(loop.now(), fd, hello, 0, hello.length);
                stack.close(loop.now(), fd);
            }
        }
    }

    @Test
    void aDeletedInterfaceEndsTheLoop() throws Exception {
        loop.start((fd, events) -> {});

        namespace.run("ip", "link", "del", "half0");

        assertThatThrownBy(loop::join)
                .isInstanceOf(ExecutionException.class)
                .hasMessage("the interface half0 was deleted");
    }

    private Socket connect(String address, int port) throws Exception {
        return namespace.call(() -> new Socket(InetAddress.getByName(address), port));
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    private <T> T onLoop(Supplier<T> task) throws Exception {
        return CompletableFuture.supplyAsync(task, loop).get(10, TimeUnit.SECONDS);
    }
}
