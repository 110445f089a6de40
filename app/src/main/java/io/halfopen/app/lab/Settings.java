package io.halfopen.app.lab;

import io.halfopen.app.Durations;
import io.halfopen.app.Values;
import io.halfopen.lab.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the options say about a scenario: of each the values that are to be tried. */
final class Settings {
    private static final int MOST_VARIANTS = 1_000;

    /** An option, its values as they were written, and what each changes. */
    private record Setting(String option, List<String> texts, List<Consumer<Scenario.Edit>> changes) {}

    /** A scenario, and what it has of the options with several values, in their order. */
    record Variant(List<String> values, Scenario scenario) {}

    private final Function<String, RuntimeException> bad;
    private final List<Setting> all = new ArrayList<>();

    Settings(Function<String, RuntimeException> bad) {
        this.bad = bad;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    <T> void add(String option, @Nullable Values<T> values, BiConsumer<Scenario.Edit, T> change) {
        if (values != null) {
            List<Consumer<Scenario.Edit>> changes = values.values().stream()
                    .map(value -> (Consumer<Scenario.Edit>) edit -> change.accept(edit, value))
                    .toList();
            all.add(new Setting(option, values.texts(), changes));
        }
    }

    /** One that takes a value only. */
    <T> void set(String option, @Nullable T value, BiConsumer<Scenario.Edit, T> change) {
        if (value != null) {
            add(option, new Values<>(List.of(String.valueOf(value)), List.of(value)), change);
        }
    }

    void atLeast(
            int least, String option, @Nullable Values<Integer> values, BiConsumer<Scenario.Edit, Integer> change) {
        within(least, Integer.MAX_VALUE, "", option, values, change);
    }

    void within(
            int least,
            int most,
            String what,
            String option,
            @Nullable Values<Integer> values,
            BiConsumer<Scenario.Edit, Integer> change) {
        for (int value : values == null ? List.<Integer>of() : values.values()) {
            if (value < least) {
                throw bad.apply(option + " takes " + least + " or more, not " + value);
            }
            if (value > most) {
                throw bad.apply(option + " takes at most " + most + what + ", not " + value);
            }
        }
        add(option, values, change);
    }

    /** A time, but not never. */
    void ending(String option, @Nullable Values<Long> values, BiConsumer<Scenario.Edit, Long> change) {
        if (values != null && values.values().contains(Durations.NEVER)) {
            throw bad.apply(option + " takes a time that ends");
        }
        add(option, values, change);
    }

    RuntimeException bad(String message) {
        return bad.apply(message);
    }

    /** The options that have several values. */
    List<String> varied() {
        return all.stream()
                .filter(setting -> setting.changes().size() > 1)
                .map(Setting::option)
                .toList();
    }

    /** The base with every combination of values; one where no option has several. */
    List<Variant> variants(Scenario base) {
        List<Variant> variants = List.of(new Variant(List.of(), base));
        for (Setting setting : all) {
            List<Variant> more = new ArrayList<>();
            for (Variant variant : variants) {
                for (int i = 0; i < setting.changes().size(); i++) {
                    more.add(with(variant, setting, i));
                }
            }
            if (more.size() > MOST_VARIANTS) {
                throw bad.apply("more than " + MOST_VARIANTS + " combinations of values");
            }
            variants = more;
        }
        return variants;
    }

    private static Variant with(Variant variant, Setting setting, int index) {
        Scenario.Edit edit = variant.scenario().edit();
        setting.changes().get(index).accept(edit);
        List<String> values = new ArrayList<>(variant.values());
        if (setting.changes().size() > 1) {
            values.add(setting.texts().get(index));
        }
        return new Variant(values, edit.done());
    }
}
