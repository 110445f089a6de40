package io.halfopen.app.watch;

import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What is seen, for a Prometheus that asks: the last report, as metrics with the names that its rules want. */
final class Exporter implements AutoCloseable {
    private final HTTPServer server;
    private volatile WatchReport report;

    private Exporter(InetSocketAddress address, WatchReport first) throws IOException {
        report = first;
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(this::collect);
        server = HTTPServer.builder()
                .inetAddress(address.getAddress())
                .port(address.getPort())
                .registry(registry)
                .buildAndStart();
    }

    static Exporter start(InetSocketAddress address, WatchReport first) throws IOException {
        try {
            return new Exporter(address, first);
        } catch (IOException refused) {
            throw new IOException("--prometheus: cannot listen on " + address.getHostString() + ":" + address.getPort()
                    + ": " + refused.getMessage());
        }
    }

    void publish(WatchReport latest) {
        report = latest;
    }

    int port() {
        return server.getPort();
    }

    private MetricSnapshots collect() {
        WatchReport now = report;
        List<MetricSnapshot> all = new ArrayList<>();
        gauge(all, now, "accept_queue_length", "Connections that wait for accept()", WatchReport.Row::acceptQueue);
        gauge(all, now, "accept_queue_peak", "The most that have waited", WatchReport.Row::acceptQueuePeak);
        gauge(all, now, "accept_queue_limit", "How many may wait", row -> row.backlog() + 1.0);
        gauge(all, now, "syn_queue_length", "Handshakes under way", WatchReport.Row::synQueue);
        gauge(
                all,
                now,
                "accept_queue_longest_full_seconds",
                "The longest time without a break that the accept queue was full",
                WatchReport.Row::fullSeconds);
        gauge(
                all,
                now,
                "drops_estimated",
                "1 if reasons or listeners of drops are a guess",
                row -> row.estimated() ? 1 : 0);
        all.add(drops(now));
        counter(all, now, "syn_cookies", "SYNs that were answered with a cookie", WatchReport.Row::cookies);
        if (now.capture()) {
            counter(all, now, "handshakes", "Finished handshakes", row -> count(row.handshakes()));
            counter(all, now, "accepts", "Connections that accept() took", row -> count(row.accepts()));
        }
        CounterSnapshot.Builder kernel = CounterSnapshot.builder()
                .name("halfopen_kernel_events")
                .help("What the kernel counted in this network namespace since the watch began, by nstat's names");
        now.counters()
                .forEach((counter, value) -> kernel.dataPoint(point(Labels.of("counter", counter.fullName()), value)));
        all.add(kernel.build());
        all.add(single("halfopen_capture_packets", "Packets of handshakes that were captured", now.captured()));
        all.add(single("halfopen_capture_lost_packets", "Packets that came too fast to be captured", now.lost()));
        return new MetricSnapshots(all);
    }

    private static double count(@Nullable Long value) {
        return value == null ? 0 : value;
    }

    private static Labels labels(WatchReport.Row row) {
        return Labels.of(
                "address",
                row.address(),
                "port",
                String.valueOf(row.port()),
                "process",
                row.process().replaceAll("\\[\\d+]$", ""));
    }

    private static void gauge(
            List<MetricSnapshot> all,
            WatchReport now,
            String name,
            String help,
            ToDoubleFunction<WatchReport.Row> value) {
        GaugeSnapshot.Builder builder =
                GaugeSnapshot.builder().name("halfopen_listener_" + name).help(help);
        for (WatchReport.Row row : now.listeners()) {
            builder.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(labels(row))
                    .value(value.applyAsDouble(row))
                    .build());
        }
        all.add(builder.build());
    }

    private static void counter(
            List<MetricSnapshot> all,
            WatchReport now,
            String name,
            String help,
            ToDoubleFunction<WatchReport.Row> value) {
        CounterSnapshot.Builder builder =
                CounterSnapshot.builder().name("halfopen_listener_" + name).help(help);
        for (WatchReport.Row row : now.listeners()) {
            builder.dataPoint(point(labels(row), value.applyAsDouble(row)));
        }
        all.add(builder.build());
    }

    private static CounterSnapshot drops(WatchReport now) {
        CounterSnapshot.Builder builder = CounterSnapshot.builder()
                .name("halfopen_listener_drops")
                .help("SYNs and final ACKs that the listener dropped, by reason");
        for (WatchReport.Row row : now.listeners()) {
            row.drops()
                    .forEach((rule, count) -> builder.dataPoint(point(
                            labels(row).merge(Labels.of("reason", rule.name().toLowerCase(Locale.ROOT))), count)));
        }
        return builder.build();
    }

    private static CounterSnapshot single(String name, String help, long value) {
        return CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(point(Labels.EMPTY, (double) value))
                .build();
    }

    private static CounterSnapshot.CounterDataPointSnapshot point(Labels labels, double value) {
        return CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build();
    }

    @Override
    public void close() {
        server.close();
    }
}
