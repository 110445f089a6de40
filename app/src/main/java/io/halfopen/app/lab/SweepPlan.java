package io.halfopen.app.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file that says what is to be run: a grid of the lab's options, and seeds.
 *
 * @param preset the experiment that it begins with, or null
 * @param options what is the same in all runs, as arguments of the lab
 * @param grid of each option that varies the arguments to be tried
 * @param texts the same as they are shown in the table
 * @param seeds how often each combination runs
 */
record SweepPlan(
        @Nullable String preset,
        List<String> options,
        Map<String, List<List<String>>> grid,
        Map<String, List<String>> texts,
        List<Long> seeds) {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,18})\\.\\.(\\d{1,18})");
    private static final long MOST_RUNS = 1_000_000;
    private static final long MOST_OCTETS = 10_000_000;

    /** One run: its values of the grid, its seed, and the arguments of the lab that it is. */
    record Row(List<String> values, long seed, List<String> arguments) {}

    /** What is in a file, if it may be a plan. */
    static String text(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new BadPlan(file + " is a folder");
        }
        if (Files.size(file) > MOST_OCTETS) {
            throw new BadPlan(file + " is larger than a plan can be");
        }
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    /** What is wrong is said with its name. */
    static SweepPlan parse(String name, String text) {
        JsonMapper mapper = JsonMapper.builder()
                .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                .enable(JsonReadFeature.ALLOW_YAML_COMMENTS)
                .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
                .build();
        try {
            return of(mapper.readTree(text));
        } catch (JacksonException broken) {
            throw new BadPlan(name + ":" + broken.getLocation().getLineNr() + ":"
                    + broken.getLocation().getColumnNr() + ": no JSON: "
                    + broken.getOriginalMessage().lines().findFirst().orElse("").replaceAll(" ?\\(.*\\[Source.*", ""));
        } catch (BadPlan bad) {
            throw new BadPlan(name + ": " + bad.getMessage());
        }
    }

    private static SweepPlan of(JsonNode root) {
        if (!root.isObject()) {
            throw new BadPlan("a plan is an object: {\"options\": {...}, \"grid\": {...}, \"seeds\": 10}");
        }
        for (String name : root.propertyNames()) {
            if (!List.of("preset", "options", "grid", "seeds").contains(name)) {
                throw new BadPlan("unknown '" + name + "': a plan has preset, options, grid and seeds");
            }
        }
        List<String> options = new ArrayList<>();
        object(root, "options").forEach((name, value) -> options.addAll(arguments(name, value)));
        Map<String, List<List<String>>> grid = new LinkedHashMap<>();
        Map<String, List<String>> texts = new LinkedHashMap<>();
        object(root, "grid").forEach((name, values) -> {
            if (!values.isArray() || values.isEmpty()) {
                throw new BadPlan("grid: " + name + " takes a list of values");
            }
            List<List<String>> all = new ArrayList<>();
            List<String> shown = new ArrayList<>();
            values.forEach(value -> {
                all.add(arguments(name, value));
                shown.add(text(value));
            });
            grid.put(name, all);
            texts.put(name, shown);
        });
        JsonNode preset = root.get("preset");
        if (preset != null && !preset.isString()) {
            throw new BadPlan("preset takes a name");
        }
        SweepPlan plan = new SweepPlan(preset == null ? null : preset.asString(), options, grid, texts, seeds(root));
        if (plan.size() > MOST_RUNS) {
            throw new BadPlan("more than " + MOST_RUNS + " runs");
        }
        return plan;
    }

    private static Map<String, JsonNode> object(JsonNode root, String name) {
        JsonNode node = root.get(name);
        Map<String, JsonNode> all = new LinkedHashMap<>();
        if (node == null) {
            return all;
        }
        if (!node.isObject()) {
            throw new BadPlan(name + " takes an object: {\"backlog\": ...}");
        }
        for (Map.Entry<String, JsonNode> each : node.properties()) {
            String option = each.getKey();
            if (option.equals("seed") || option.equals("on") || !option.matches("[a-z][a-z-]*")) {
                throw new BadPlan(name + ": '" + option + "'"
                        + (option.equals("seed")
                                ? ": \"seeds\" says which"
                                : option.equals("on") ? ": a sweep runs on the stack" : " is no option of the lab"));
            }
            all.put(option, each.getValue());
        }
        return all;
    }

    /** As somebody would type it. */
    private static List<String> arguments(String option, JsonNode value) {
        if (value.isBoolean()) {
            return List.of(value.asBoolean() ? "--" + option : "--no-" + option);
        }
        if (value.isArray()) {
            List<String> all = new ArrayList<>();
            value.forEach(each -> all.add("--" + option + "=" + scalar(option, each)));
            return all;
        }
        return List.of("--" + option + "=" + scalar(option, value));
    }

    private static String scalar(String option, JsonNode value) {
        if (!value.isString() && !value.isNumber()) {
            throw new BadPlan(option + " takes a number, a string, true or false, or a list of these");
        }
        return value.asString();
    }

    private static String text(JsonNode value) {
        if (!value.isArray()) {
            return value.asString();
        }
        List<String> all = new ArrayList<>();
        value.forEach(each -> all.add(each.asString()));
        return String.join(" ", all);
    }

    private static List<Long> seeds(JsonNode root) {
        JsonNode seeds = root.get("seeds");
        List<Long> all = new ArrayList<>();
        if (seeds == null) {
            all.add(1L);
        } else if (seeds.isIntegralNumber()) {
            range(all, 1, seeds.asLong());
        } else if (seeds.isString() && RANGE.matcher(seeds.asString()).matches()) {
            Matcher range = RANGE.matcher(seeds.asString());
            range.find();
            range(all, Long.parseLong(range.group(1)), Long.parseLong(range.group(2)));
        } else if (seeds.isArray() && !seeds.isEmpty() && seeds.valueStream().allMatch(JsonNode::isIntegralNumber)) {
            seeds.forEach(each -> all.add(each.asLong()));
        } else {
            throw new BadPlan("seeds takes how many, as 10, or which, as \"1..10\" or [1, 2, 3]");
        }
        return all;
    }

    private static void range(List<Long> all, long first, long last) {
        if (last < first || last - first >= MOST_RUNS) {
            throw new BadPlan("seeds takes 1 to " + MOST_RUNS + " of them");
        }
        for (long seed = first; seed <= last; seed++) {
            all.add(seed);
        }
    }

    long size() {
        long size = seeds.size();
        for (List<List<String>> values : grid.values()) {
            size = Math.min(MOST_RUNS + 1, size * values.size());
        }
        return size;
    }

    /** In the order of the table: the last option of the grid changes fastest, but for the seed. */
    Row row(int number) {
        int rest = number;
        long seed = seeds.get(rest % seeds.size());
        rest /= seeds.size();
        List<String> names = new ArrayList<>(grid.keySet());
        List<String> values = new ArrayList<>();
        List<String> varied = new ArrayList<>();
        for (int i = names.size() - 1; i >= 0; i--) {
            List<List<String>> choices = grid.getOrDefault(names.get(i), List.of());
            int choice = rest % choices.size();
            rest /= choices.size();
            values.addFirst(texts.getOrDefault(names.get(i), List.of()).get(choice));
            varied.addAll(0, choices.get(choice));
        }
        List<String> arguments = new ArrayList<>(options);
        arguments.addAll(varied);
        return new Row(values, seed, arguments);
    }
}
