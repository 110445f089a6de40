package io.halfopen.compat;

import io.helidon.webserver.WebServer;
import java.net.InetAddress;

/** Helidon SE: blocking I/O on virtual threads. */
final class HelidonServer implements ServerUnderTest {
    @Override
    public String name() {
        return "Helidon " + ServerUnderTest.version("helidon");
    }

    @Override
    public AutoCloseable start(InetAddress address, int port) {
        WebServer server = WebServer.builder()
                .address(address)
                .port(port)
                .routing(routing -> routing.any((request, response) ->
                        response.send(Bodies.of(request.path().path()))))
                .build()
                .start();
        return server::stop;
    }

    /** A timer for each server, which stop() forgets. */
    @Override
    public String leaves() {
        return "helidon-idle-connection-timer";
    }
}
