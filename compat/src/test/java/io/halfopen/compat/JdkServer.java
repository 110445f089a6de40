package io.halfopen.compat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The JDK's com.sun.net.httpserver, with a virtual thread for each exchange. */
final class JdkServer implements ServerUnderTest {
    @Override
    public String name() {
        return "JDK HttpServer";
    }

    @Override
    public AutoCloseable start(InetAddress address, int port) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(address, port), 0);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        server.createContext("/", JdkServer::answer);
        server.setExecutor(threads);
        server.start();
        return () -> {
            server.stop(0);
            threads.close();
        };
    }

    /** What any server of com.sun.net.httpserver does with an exchange. */
    static void answer(HttpExchange exchange) throws IOException {
        byte[] body = Bodies.of(exchange.getRequestURI().getPath());
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
