package io.halfopen.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.TcpState;
import io.halfopen.nio.Network;
import io.halfopen.nio.NetworkHost;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every client fetches from every server, so that each of both has as many requests as {@code -Dhalfopen.requests} says,
 * from several threads, with bodies of 0 to 10 MB; and when both are closed there is nothing left of them.
 */
@Timeout(1200)
class ServesTest {
    private static final int REQUESTS = Integer.getInteger("halfopen.requests", 100);
    private static final int THREADS = 4;
    private static final int PORT = 8080;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How long what has been closed may take to end. */
    private static final long GRACE_MILLIS = 20_000;

    /**
     * Those of the whole JVM, which come and go as they are needed: its own for virtual threads, and OkHttp's, of which a
     * busy machine needs one more that stays for a minute, with the kernel's sockets as well.
     */
    private static final List<String> OF_THE_JVM =
            List.of("ForkJoinPool", "VirtualThread-unparker", "OkHttp TaskRunner");

    static Stream<Named<ServerUnderTest>> servers() {
        return ServerUnderTest.all().map(server -> Named.of(server.name(), server));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void everyBodyIsRightAndNothingIsLeft(ServerUnderTest server) throws Exception {
        int each = Math.max(1, REQUESTS / (int) ClientUnderTest.all().count());
        // Once to make what a component makes once for the whole JVM; from then on nothing may be added.
        serve(server, 2 * THREADS);
        List<String> before = threads();
        serve(server, each);
        waitUntil(() -> Set.of(server.leaves()).containsAll(added(before)));
        assertThat(added(before))
                .filteredOn(name -> !name.equals(server.leaves()))
                .as("threads that were not there before")
                .isEmpty();
    }

    /** Their names without numbers. */
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> OF_THE_JVM.stream().noneMatch(name::startsWith))
                .map(name -> name.replaceAll("[0-9]+", "#"))
                .toList();
    }

    private static List<String> added(List<String> before) {
        List<String> now = new ArrayList<>(threads());
        before.forEach(now::remove);
        return now;
    }

    private static void serve(ServerUnderTest server, int requests) throws Exception {
        try (Network net = Network.open()) {
            NetworkHost host = net.host("server");
            try (AutoCloseable running = server.start(host.addresses().getFirst(), PORT)) {
                assertThat(running).isNotNull();
                for (ClientUnderTest client : ClientUnderTest.all().toList()) {
                    try (ClientUnderTest.Session session = client.open(PATIENCE, PATIENCE)) {
                        assertThat(wrong(session, requests)).as(client.name()).isEmpty();
                        if (isPair(server, client)) {
                            assertThat(Bodies.isRight(get(session, Bodies.MOST), Bodies.MOST))
                                    .as(client.name())
                                    .isTrue();
                        }
                    }
                }
            }
            waitUntil(() -> sockets(host).isEmpty() && sockets(net.home()).isEmpty());
            assertThat(sockets(host)).as("sockets of the server").isEmpty();
            assertThat(sockets(net.home())).as("sockets of the clients").isEmpty();
        }
    }

    /** Each server has a client that asks for the largest body, and each client a server, however few requests there are. */
    private static boolean isPair(ServerUnderTest server, ClientUnderTest client) {
        List<String> servers = ServerUnderTest.all().map(ServerUnderTest::name).toList();
        List<String> clients = ClientUnderTest.all().map(ClientUnderTest::name).toList();
        int at = servers.indexOf(server.name());
        int with = clients.indexOf(client.name());
        return at % clients.size() == with || with % servers.size() == at;
    }

    private static byte[] get(ClientUnderTest.Session session, int size) throws Exception {
        return session.get("http://server:" + PORT + "/" + size);
    }

    /** The numbers of the requests whose body was not what was asked for. */
    private static List<Integer> wrong(ClientUnderTest.Session session, int requests) throws Exception {
        AtomicInteger next = new AtomicInteger();
        List<Future<List<Integer>>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            Callable<List<Integer>> fetch = () -> {
                List<Integer> wrong = new ArrayList<>();
                for (int number = next.getAndIncrement(); number < requests; number = next.getAndIncrement()) {
                    int size = Bodies.size(number);
                    if (!Bodies.isRight(get(session, size), size)) {
                        wrong.add(number);
                    }
                }
                return wrong;
            };
            for (int i = 0; i < THREADS; i++) {
                all.add(threads.submit(fetch));
            }
        }
        List<Integer> wrong = new ArrayList<>();
        for (Future<List<Integer>> each : all) {
            wrong.addAll(each.get());
        }
        return wrong;
    }

    /** What a host has of sockets, but for those in TIME_WAIT, which a kernel keeps for a minute. */
    private static List<SocketRow> sockets(NetworkHost host) {
        Stack stack = host.socket(Stack.AF_INET).host().stack();
        return host.network()
                .engine()
                .get(() -> stack.snapshot().stream()
                        .filter(row -> row.state() != TcpState.TIME_WAIT && row.state() != TcpState.CLOSE)
                        .toList());
    }

    private static void waitUntil(Supplier<Boolean> holds) throws InterruptedException {
        long end = System.nanoTime() + GRACE_MILLIS * 1_000_000;
        while (!holds.get() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
    }
}
