package io.halfopen.compat;

import io.undertow.Undertow;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;

/** Undertow, on XNIO. */
final class UndertowServer implements ServerUnderTest {
    @Override
    public String name() {
        return "Undertow " + ServerUnderTest.version("undertow");
    }

    @Override
    public AutoCloseable start(InetAddress address, int port) {
        return start(Undertow.builder().addHttpListener(port, address.getHostAddress()));
    }

    static AutoCloseable start(InetAddress address, int port, SSLContext tls) {
        return start(Undertow.builder().addHttpsListener(port, address.getHostAddress(), tls));
    }

    private static AutoCloseable start(Undertow.Builder builder) {
        Undertow server = builder.setHandler(exchange ->
                        exchange.getResponseSender().send(ByteBuffer.wrap(Bodies.of(exchange.getRequestPath()))))
                .build();
        server.start();
        return server::stop;
    }
}
