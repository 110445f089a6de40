package io.halfopen.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class NamespaceTest {
    private static final Path OF_THREAD = Path.of("/proc/thread-self/ns/net");

    @AutoClose
    private final Namespace namespace = Namespace.create();

    @Test
    void theTestStaysOutside() throws Exception {
        Path inside = namespace.call(() -> Files.readSymbolicLink(OF_THREAD));

        assertThat(Files.readSymbolicLink(OF_THREAD)).isNotEqualTo(inside);
    }

    @Test
    void programsRunInside() throws Exception {
        Path inside = namespace.call(() -> Files.readSymbolicLink(OF_THREAD));

        assertThat(namespace.run("readlink", "/proc/self/ns/net").strip()).isEqualTo(inside.toString());
    }

    @Test
    void thereIsNothingInItButLo() throws Exception {
        assertThat(namespace.run("ip", "-o", "link").lines())
                .singleElement()
                .asString()
                .contains("lo", "LOOPBACK,UP");
    }

    @Test
    void socketsOfJavaAreInside() throws Exception {
        try (ServerSocket server = namespace.call(() -> new ServerSocket(0, 1, InetAddress.getLoopbackAddress()))) {
            int port = server.getLocalPort();

            namespace.call(() -> connect(port)).close();
            assertThatThrownBy(() -> connect(port)).isInstanceOf(IOException.class);
        }
    }

    private static Socket connect(int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    @Test
    void programsEndWithIt() throws Exception {
        Process sleep = namespace.start("sleep", "50");

        namespace.close();

        assertThat(sleep.waitFor()).isNotZero();
    }

    @Test
    void whatFailsInsideFailsOutside() {
        assertThatThrownBy(() -> namespace.run("ip", "link", "show", "nosuch"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nosuch");
        assertThatThrownBy(() -> namespace.call(() -> {
                    throw new IOException("inside");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("inside");
    }
}
