package io.halfopen.compat;

import java.net.InetAddress;
import java.util.stream.Stream;

/** An HTTP server that knows nothing of Halfopen. To {@code GET /n} it answers {@link Bodies#of} n. */
interface ServerUnderTest {
    /** How its project calls it, with the version. */
    String name();

    /** Starts it; what is returned stops it, and has waited until it is stopped. */
    AutoCloseable start(InetAddress address, int port) throws Exception;

    /** The name of a thread that it leaves behind, with the kernel's sockets as well; empty if it leaves none. */
    default String leaves() {
        return "";
    }

    /** All of them. */
    static Stream<ServerUnderTest> all() {
        return Stream.of(
                new JdkServer(),
                new NettyServer(),
                new JettyServer(),
                new TomcatServer(),
                new UndertowServer(),
                new HelidonServer(),
                new VertxServer(),
                new WireMock());
    }

    /** The version that the pom pins. */
    static String version(String component) {
        return System.getProperty("version." + component, "");
    }
}
