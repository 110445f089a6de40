package io.halfopen.lab;

import java.util.List;
import java.util.function.Consumer;

/**
 * Servers that people run, each with the program's own defaults, and the same trouble for all: 1,000 clients in 50 ms
 * while the program stands still for two seconds, as in a garbage collection, a reload, or a busy event loop.
 */
final class ServerPresets {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;

    /** What 6.18 has for somaxconn, which Go and Netty read and pass to listen(). */
    private static final int SOMAXCONN = 4096;

    private static final int TOMCAT_CONNECTIONS = 8192;
    private static final int TOMCAT_THREADS = 200;

    static final List<Presets.Preset> ALL = List.of(
            server(
                    "nginx",
                    "listen(511)",
                    "https://nginx.org/en/docs/http/ngx_http_core_module.html#listen",
                    s -> acceptor(s, 511, 1)),
            server(
                    "tomcat",
                    "acceptCount 100, an acceptor, maxConnections 8192, 200 threads",
                    "https://tomcat.apache.org/tomcat-10.1-doc/config/http.html",
                    ServerPresets::tomcat),
            server(
                    "spring-boot",
                    "its Tomcat as it comes: accept-count 100, max-connections 8192",
                    "https://docs.spring.io/spring-boot/appendix/application-properties/",
                    ServerPresets::tomcat),
            server(
                    "netty",
                    "the backlog is net.core.somaxconn, 4096; an acceptor",
                    "https://netty.io/4.1/api/io/netty/util/NetUtil.html#SOMAXCONN",
                    s -> acceptor(s, SOMAXCONN, Integer.MAX_VALUE)),
            server("node", "listen(511)", "https://nodejs.org/api/net.html#serverlisten", s -> acceptor(s, 511, 1)),
            server(
                    "go",
                    "the backlog is net.core.somaxconn, 4096; a goroutine for each connection",
                    "https://go.dev/src/net/sock_linux.go",
                    s -> acceptor(s, SOMAXCONN, Integer.MAX_VALUE)),
            server(
                    "kafka",
                    "socket.listen.backlog.size 50, an acceptor, 3 network threads",
                    "https://kafka.apache.org/documentation/#brokerconfigs",
                    s -> acceptor(s, 50, 3)),
            server(
                    "redis",
                    "tcp-backlog 511, one thread",
                    "https://github.com/redis/redis/blob/unstable/redis.conf",
                    s -> acceptor(s, 511, 1)));

    private ServerPresets() {}

    private static Presets.Preset server(String name, String how, String source, Consumer<Scenario.Edit> changes) {
        return Presets.preset(name, how + "; 1,000 clients in 50 ms, a pause of 2 s", source, s -> {
            s.clients = 1000;
            s.start = SECOND;
            s.every = SECOND / 20 / s.clients;
            s.send = 82;
            s.answer = List.of(117, 13);
            s.rtt = 20 * MILLISECOND;
            s.serverPlan = s.serverPlan.withPause(SECOND / 2, 2 * SECOND);
            changes.accept(s);
        });
    }

    private static void tomcat(Scenario.Edit s) {
        s.backlog = 100;
        s.workers = TOMCAT_THREADS;
        s.serverPlan = s.serverPlan.withMaxConnections(TOMCAT_CONNECTIONS);
    }

    private static void acceptor(Scenario.Edit s, int backlog, int workers) {
        s.backlog = backlog;
        s.workers = workers;
        s.serverPlan = s.serverPlan.withAcceptor(true);
    }
}
