package io.halfopen.app.lab;

import io.halfopen.app.Values;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about the network between them. */
final class NetworkOptions {
    @Option(
            names = "--rtt",
            paramLabel = "DURATION",
            converter = Values.Times.class,
            description = "Round-trip time between clients and server (0: loopback).")
    private @Nullable Values<Long> rtt;

    @Option(
            names = "--loss",
            paramLabel = "PERCENT",
            converter = Values.Decimals.class,
            description = "Packets lost, each direction, 0 to 100 (0).")
    private @Nullable Values<Double> loss;

    @Option(
            names = "--cut",
            paramLabel = "DURATION",
            converter = Values.Times.class,
            description = "When the wire breaks for good, counted from listen(); needs --rtt (never).")
    private @Nullable Values<Long> cut;

    void addTo(Settings all) {
        all.ending("--rtt", rtt, (edit, value) -> edit.rtt = value);
        for (double percent : loss == null ? List.<Double>of() : loss.values()) {
            if (!(percent >= 0 && percent <= 100)) {
                String text = BigDecimal.valueOf(percent).stripTrailingZeros().toPlainString();
                throw all.bad("--loss takes 0 to 100 percent, not " + text);
            }
        }
        all.add("--loss", loss, (edit, value) -> edit.loss = value / 100);
        all.add("--cut", cut, (edit, value) -> edit.cut = value);
    }

    /** No wire, in so many words. */
    boolean asksForLoopback() {
        return rtt != null && rtt.values().contains(0L);
    }
}
