package io.halfopen.compat;

import io.undertow.Undertow;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** Undertow, on XNIO. */
final class UndertowServer implements ServerUnderTest {
    @Override
    public String name() {
        return "Undertow " + ServerUnderTest.version("undertow");
    }

    @Override
    public AutoCloseable start(InetAddress address, int port) {
        Undertow server = Undertow.builder()
                .addHttpListener(port, address.getHostAddress())
                .setHandler(exchange ->
                        exchange.getResponseSender().send(ByteBuffer.wrap(Bodies.of(exchange.getRequestPath()))))
                .build();
        server.start();
        return server::stop;
    }
}
