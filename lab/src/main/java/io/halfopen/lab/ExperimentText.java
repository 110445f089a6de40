package io.halfopen.lab;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An experiment in words: the name of a preset, if it starts from one, and what is otherwise. The same words make a line
 * for the command line, and the fragment of a link.
 */
public final class ExperimentText {
    /** The name of the setting that is no parameter: the preset. */
    public static final String PRESET = "preset";

    /** A flood comes over a wire: this long, if nothing else is said. */
    private static final long FLOOD_RTT = 20_000_000L;

    /** What is said: {@code backlog}, 2. */
    public record Setting(String name, String value) {}

    /** What is wrong with a setting, as a sentence without its name: "takes 0 or more, not -1". */
    public record Fault(String name, String sentence) {}

    /** A scenario, as far as it could be read, and all that could not be. */
    public record Reading(Scenario scenario, List<Fault> faults) {}

    private ExperimentText() {}

    /** The names that a setting may have, the preset's apart. */
    public static Stream<String> names() {
        return Parameters.ALL.stream().map(Parameter::name);
    }

    /** Reads them; nothing at all is the default preset. */
    public static Reading read(List<Setting> settings) {
        List<Fault> faults = new ArrayList<>();
        Scenario.Edit edit = base(settings, faults).edit();
        for (Setting setting : settings) {
            if (!setting.name().equals(PRESET) && names().noneMatch(setting.name()::equals)) {
                faults.add(new Fault(setting.name(), "is nothing that an experiment has"));
            }
        }
        for (Parameter parameter : Parameters.ALL) {
            apply(parameter, settings, edit, faults);
        }
        checkTogether(edit, settings, faults);
        return new Reading(edit.done(), faults);
    }

    private static Scenario base(List<Setting> settings, List<Fault> faults) {
        String name = settings.isEmpty() ? Presets.DEFAULT : "";
        for (Setting setting : settings) {
            name = setting.name().equals(PRESET) ? setting.value() : name;
        }
        if (name.isEmpty()) {
            return Scenario.defaults();
        }
        String preset = name;
        return Presets.named(preset).map(Presets.Preset::scenario).orElseGet(() -> {
            faults.add(new Fault(PRESET, "unknown preset '" + preset + "'"));
            return Scenario.defaults();
        });
    }

    private static void apply(Parameter parameter, List<Setting> settings, Scenario.Edit edit, List<Fault> faults) {
        List<String> values = settings.stream()
                .filter(setting -> setting.name().equals(parameter.name()))
                .map(Setting::value)
                .toList();
        if (parameter.name().equals("pause") && !values.isEmpty()) {
            edit.serverPlan = edit.serverPlan.withPauses(List.of());
        }
        for (String value : values) {
            try {
                parameter.change().accept(edit, value.strip());
            } catch (IllegalArgumentException bad) {
                faults.add(new Fault(parameter.name(), String.valueOf(bad.getMessage())));
            }
        }
    }

    /** What only some settings together can be wrong about. */
    private static void checkTogether(Scenario.Edit edit, List<Setting> settings, List<Fault> faults) {
        if (edit.flood > 0 && edit.rtt == 0) {
            if (settings.stream().anyMatch(setting -> setting.name().equals("rtt"))) {
                faults.add(new Fault("flood", "comes over a wire: rtt must not be 0"));
            }
            edit.rtt = FLOOD_RTT;
        }
        if (edit.cut != Scenario.NEVER && edit.rtt == 0) {
            faults.add(new Fault("cut", "needs rtt: the loopback has no wire"));
        }
        if (edit.forked && edit.every > 0) {
            faults.add(new Fault("every", "has no meaning with forked clients: they start when others have connected"));
        }
    }

    /** The values that a scenario has of one parameter; a switch has true or false. */
    public static List<String> values(Scenario scenario, String name) {
        return parameter(name).values().apply(scenario);
    }

    private static Parameter parameter(String name) {
        return Parameters.ALL.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no parameter " + name));
    }

    /** The settings that make this scenario, as few as say it: from its own preset if that can be. */
    public static List<Setting> write(Scenario scenario) {
        List<Setting> ofPreset = Presets.named(scenario.name())
                .map(preset -> differences(preset.scenario(), scenario))
                .orElse(List.of());
        if (isSaid(scenario.name(), ofPreset, scenario)) {
            return with(scenario.name(), ofPreset);
        }
        List<Setting> plain = differences(Scenario.defaults(), scenario);
        // Without any word the lab replays its default preset.
        return plain.isEmpty()
                ? List.of(new Setting("backlog", values(scenario, "backlog").getFirst()))
                : plain;
    }

    private static List<Setting> with(String preset, List<Setting> differences) {
        return Stream.concat(Stream.of(new Setting(PRESET, preset)), differences.stream())
                .toList();
    }

    private static boolean isSaid(String preset, List<Setting> differences, Scenario scenario) {
        if (Presets.named(preset).isEmpty()) {
            return false;
        }
        Reading reading = read(with(preset, differences));
        return reading.faults().isEmpty() && isSame(reading.scenario(), scenario);
    }

    /** Whether two have the same of every parameter. */
    static boolean isSame(Scenario a, Scenario b) {
        return Parameters.ALL.stream()
                .allMatch(each -> each.values().apply(a).equals(each.values().apply(b)));
    }

    private static List<Setting> differences(Scenario base, Scenario scenario) {
        List<Setting> found = new ArrayList<>();
        for (Parameter parameter : Parameters.ALL) {
            List<String> before = parameter.values().apply(base);
            List<String> now = parameter.values().apply(scenario);
            if (before.equals(now)) {
                continue;
            }
            boolean adds = parameter.repeats() && !parameter.name().equals("pause");
            Set<String> there = adds ? new HashSet<>(before) : Set.of();
            now.stream()
                    .filter(value -> !value.isEmpty() && !there.contains(value))
                    .forEach(value -> found.add(new Setting(parameter.name(), value)));
        }
        return found;
    }

    /** The words after {@code halfopen lab}. */
    public static List<String> words(List<Setting> settings) {
        List<String> words = new ArrayList<>();
        for (Setting setting : settings) {
            if (setting.name().equals(PRESET)) {
                words.add(setting.value());
            } else if (parameter(setting.name()).isSwitch()) {
                words.add((setting.value().equals("true") ? "--" : "--no-") + setting.name());
            } else {
                words.add("--" + setting.name());
                words.add(setting.value());
            }
        }
        return words;
    }

    /** The same for the end of a link, after the #. */
    public static String fragment(List<Setting> settings) {
        return settings.stream()
                .map(setting -> (setting.name().equals(PRESET) ? "" : setting.name() + "=") + encoded(setting.value()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            boolean plain = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            if (plain || ",=:/._-~".indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%')
                        .append(Integer.toHexString(0x100 | octet & 0xff)
                                .substring(1)
                                .toUpperCase(Locale.ROOT));
            }
        }
        return encoded.toString();
    }
}
