package io.halfopen.app;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;

/**
 * What an option was given: one value, or several with commas between, each of which is to be tried.
 *
 * @param texts as they were written
 */
public record Values<T>(List<String> texts, List<T> values) {
    private static <T> Values<T> of(String text, Function<String, T> each) {
        List<String> texts = Arrays.asList(text.split(",", -1));
        return new Values<>(texts, texts.stream().map(each).toList());
    }

    /** Whole numbers. */
    public static final class Ints implements ITypeConverter<Values<Integer>> {
        @Override
        public Values<Integer> convert(String text) {
            return of(text, Numbers::integer);
        }
    }

    /** Numbers with a fraction. */
    public static final class Decimals implements ITypeConverter<Values<Double>> {
        @Override
        public Values<Double> convert(String text) {
            return of(text, Numbers::decimal);
        }
    }

    /** Durations, in nanoseconds. */
    public static final class Times implements ITypeConverter<Values<Long>> {
        private final Durations durations = new Durations();

        @Override
        public Values<Long> convert(String text) {
            return of(text, durations::convert);
        }
    }
}
