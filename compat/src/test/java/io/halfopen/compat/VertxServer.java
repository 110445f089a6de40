package io.halfopen.compat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.net.InetAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Vert.x, on Netty's NIO transport. */
final class VertxServer implements ServerUnderTest {
    @Override
    public String name() {
        return "Vert.x " + ServerUnderTest.version("vertx");
    }

    @Override
    public AutoCloseable start(InetAddress address, int port) throws Exception {
        Vertx vertx = Vertx.vertx();
        vertx.createHttpServer()
                .requestHandler(request ->
                        request.response().end(Buffer.buffer(Bodies.of(Objects.requireNonNull(request.path())))))
                .listen(port, address.getHostAddress())
                .await(10, TimeUnit.SECONDS);
        return () -> vertx.close().await(10, TimeUnit.SECONDS);
    }
}
