package io.halfopen.lab;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Something about an experiment that can be said: {@code backlog}, 2.
 *
 * @param name as on the command line, without the dashes
 * @param repeats it may be given several times, and the values add up
 * @param isSwitch it takes no value on the command line: {@code true} is its name, {@code false} the name after "no-"
 * @param change what a value makes of a scenario; throws IllegalArgumentException with a sentence for the user
 * @param values what a scenario has, as {@code change} reads it
 */
public record Parameter(
        String name,
        boolean repeats,
        boolean isSwitch,
        BiConsumer<Scenario.Edit, String> change,
        Function<Scenario, List<String>> values) {

    static Parameter ofText(String name, BiConsumer<Scenario.Edit, String> change, Function<Scenario, String> value) {
        return new Parameter(name, false, false, change, scenario -> List.of(value.apply(scenario)));
    }

    static Parameter ofSwitch(
            String name, BiConsumer<Scenario.Edit, Boolean> change, Function<Scenario, Boolean> value) {
        BiConsumer<Scenario.Edit, String> read = (edit, text) -> {
            if (!text.equals("true") && !text.equals("false")) {
                throw new IllegalArgumentException("'" + text + "' is not true or false");
            }
            change.accept(edit, text.equals("true"));
        };
        return new Parameter(name, false, true, read, scenario -> List.of(String.valueOf(value.apply(scenario))));
    }

    static Parameter ofMany(
            String name, BiConsumer<Scenario.Edit, String> change, Function<Scenario, List<String>> values) {
        return new Parameter(name, true, false, change, values);
    }

    /** One that is a whole number within bounds. */
    static Parameter ofNumber(
            String name,
            int least,
            int most,
            BiConsumer<Scenario.Edit, Integer> change,
            Function<Scenario, Integer> value) {
        return ofText(
                name,
                (edit, text) -> change.accept(edit, Numerals.whole(text, least, most)),
                scenario -> String.valueOf(value.apply(scenario)));
    }

    /** One that is a time; {@code ends}: not never. */
    static Parameter ofTime(
            String name, boolean ends, BiConsumer<Scenario.Edit, Long> change, Function<Scenario, Long> value) {
        BiConsumer<Scenario.Edit, String> read = (edit, text) -> {
            long time = Duration.parse(text);
            if (ends && time == Scenario.NEVER) {
                throw new IllegalArgumentException("takes a time that ends");
            }
            change.accept(edit, time);
        };
        return ofText(name, read, scenario -> Duration.format(value.apply(scenario)));
    }
}
