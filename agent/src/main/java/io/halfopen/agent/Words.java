package io.halfopen.agent;

import io.halfopen.lab.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The words of a line, one after the other; what is wrong with them is told with the place of the line. */
final class Words {
    private final String place;
    private final List<String> words;
    private int at;

    Words(String place, String line) {
        this.place = place;
        int comment = line.indexOf('#');
        String text = (comment < 0 ? line : line.substring(0, comment)).strip();
        words = text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
    }

    boolean isEmpty() {
        return words.isEmpty();
    }

    boolean hasNext() {
        return at < words.size();
    }

    /** Does something with them; its complaint gets the place. */
    void check(Runnable reading) {
        try {
            reading.run();
        } catch (IllegalArgumentException | IllegalStateException wrong) {
            throw new IllegalArgumentException(place + ": " + wrong.getMessage(), wrong);
        }
    }

    String next(String expected) {
        if (!hasNext()) {
            throw new IllegalArgumentException(
                    at == 0 ? "expected " + expected : "after '" + words.get(at - 1) + "' comes " + expected);
        }
        return words.get(at++);
    }

    List<String> rest() {
        List<String> rest = new ArrayList<>(words.subList(at, words.size()));
        at = words.size();
        return rest;
    }

    void end() {
        if (hasNext()) {
            throw new IllegalArgumentException("'" + words.get(at) + "' is too much here");
        }
    }

    IllegalArgumentException unknown(String word, String expected) {
        return new IllegalArgumentException("'" + word + "' is unknown here: expected " + expected);
    }

    int number(String expected) {
        String word = next(expected);
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException none) {
            throw new IllegalArgumentException("'" + word + "' is no whole number", none);
        }
    }

    double decimal(String expected) {
        String word = next(expected);
        try {
            return Double.parseDouble(word);
        } catch (NumberFormatException none) {
            throw new IllegalArgumentException("'" + word + "' is no number", none);
        }
    }

    java.time.Duration duration() {
        return java.time.Duration.ofNanos(Duration.parse(next("a duration, as 20ms")));
    }

    /** SYN_ACK may be written syn-ack. */
    <E extends Enum<E>> E constant(Class<E> type) {
        List<E> all = Arrays.asList(type.getEnumConstants());
        String expected = all.stream().map(Words::written).collect(Collectors.joining(", "));
        String word = next(expected);
        return all.stream()
                .filter(each -> written(each).equalsIgnoreCase(word.replace('_', '-')))
                .findFirst()
                .orElseThrow(() -> unknown(word, expected));
    }

    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
