package io.halfopen.app.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What several runs of one measurement gave. */
final class Samples {
    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    double median() {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    /** The median, the least, the most. */
    @Override
    public String toString() {
        double least = values.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
        return String.format(
                Locale.ROOT, "median %7.2f, %.2f to %.2f in %d runs", median(), least, most, values.size());
    }
}
