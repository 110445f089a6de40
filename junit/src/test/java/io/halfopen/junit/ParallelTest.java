package io.halfopen.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import com.sun.net.httpserver.HttpServer;
import io.halfopen.nio.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Tests that JUnit runs in parallel, each with a network. */
@Timeout(120)
@SuppressWarnings("AddressSelection") // a name has one address here
class ParallelTest {
    private static final int THREADS = 4;
    private static final CyclicBarrier TOGETHER = new CyclicBarrier(THREADS);
    private static final AtomicInteger AT_ONCE = new AtomicInteger();

    /** Each waits until all are there, and has a client that is made before its network. */
    @EnabledIfSystemProperty(named = "halfopen.inner", matches = "true")
    @HalfopenNetwork(parallel = true)
    static class AtOnce {
        private final HttpClient client = HttpClient.newHttpClient();
        private final ExecutorService early = Executors.newSingleThreadExecutor();

        AtOnce() throws Exception {
            early.submit(() -> {}).get(); // it has its thread now
        }

        private String get() throws Exception {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://payments:8080/")).build();
            return client.send(request, BodyHandlers.ofString()).body();
        }

        private static HttpServer serve(Network net, String answer) throws IOException {
            HttpServer server = HttpServer.create(
                    new InetSocketAddress(net.host("payments").addresses().get(0), 8080), 0);
            server.createContext("/", exchange -> {
                exchange.sendResponseHeaders(200, answer.length());
                exchange.getResponseBody().write(answer.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                exchange.close();
            });
            server.start();
            return server;
        }

        @Nested
        class Inner {
            @RepeatedTest(THREADS)
            void hasAHostThatOthersHaveToo(Network net) throws Exception {
                String own = String.valueOf(net.hashCode());
                HttpServer server = serve(net, own);
                TOGETHER.await(60, TimeUnit.SECONDS);
                assertThat(get()).isEqualTo(own);
                assertThat(early.submit(() -> InetAddress.getByName("payments")).get())
                        .isEqualTo(net.host("payments").addresses().get(0));
                early.shutdown();
                TOGETHER.await(60, TimeUnit.SECONDS);
                server.stop(0);
            }
        }
    }

    @EnabledIfSystemProperty(named = "halfopen.inner", matches = "true")
    @HalfopenNetwork
    static class InTurns {
        @RepeatedTest(2 * THREADS)
        void isAlone(Network net) throws Exception {
            assertThat(AT_ONCE.incrementAndGet()).isOne();
            Thread.sleep(2); // time for another to come, if it could
            assertThat(net).isSameAs(Network.current());
            assertThat(AT_ONCE.decrementAndGet()).isZero();
        }
    }

    @EnabledIfSystemProperty(named = "halfopen.inner", matches = "true")
    @HalfopenNetwork(parallel = true, automaticTime = true)
    static class Impossible {
        @Test
        void neverRuns(Network net) {
            assertThat(net).isNull();
        }
    }

    private static TestExecutionSummary run(Class<?>... types) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        System.setProperty("halfopen.inner", "true");
        try {
            LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
            for (Class<?> type : types) {
                request.selectors(selectClass(type));
            }
            LauncherDiscoveryRequest parallel = request.configurationParameter(
                            "junit.jupiter.execution.parallel.enabled", "true")
                    .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
                    .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                    .configurationParameter(
                            "junit.jupiter.execution.parallel.config.fixed.parallelism", String.valueOf(THREADS))
                    .build();
            LauncherFactory.create().execute(parallel, summary);
        } finally {
            System.clearProperty("halfopen.inner");
        }
        return summary.getSummary();
    }

    @Test
    void thoseThatSaySoRunAtOnceAndAllOthersTakeTurns() {
        TestExecutionSummary summary = run(AtOnce.class, InTurns.class);
        assertThat(summary.getFailures()).isEmpty();
        assertThat(summary.getTestsSucceededCount()).isEqualTo(3 * THREADS);
    }

    @Test
    void whatIsAboutTheWholeJvmCannotBeParallel() {
        TestExecutionSummary summary = run(Impossible.class, InTurns.class);
        assertThat(summary.getFailures()).hasSize(1);
        assertThat(summary.getFailures().get(0).getException()).hasStackTraceContaining("it cannot be parallel");
        assertThat(summary.getTestsSucceededCount())
                .isEqualTo(2 * THREADS); // nobody waits for a turn that is not given back
    }
}
