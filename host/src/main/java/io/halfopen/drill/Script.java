package io.halfopen.drill;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A script that was read: what {@link Drill#run} runs. */
public final class Script {
    private final String file;
    private final Settings settings;
    private final Header header;
    private final List<Event> events;
    private final @Nullable Event cleanup;
    private final List<String> lines;

    Script(String file, String text, Settings settings, Header header, List<Event> events, @Nullable Event cleanup) {
        this.file = file;
        lines = text.lines().toList();
        this.settings = settings;
        this.header = header;
        this.events = events;
        this.cleanup = cleanup;
    }

    /**
     * Reads one.
     *
     * @param file its name, for messages
     * @throws ScriptException with place and reason
     */
    public static Script parse(String file, String text) throws ScriptException {
        return parse(file, text, Settings.none());
    }

    /** The same with the definitions of these settings. */
    public static Script parse(String file, String text, Settings settings) throws ScriptException {
        return new ScriptParser(file, text, settings.definitions()).parse();
    }

    public String file() {
        return file;
    }

    /** What its comments say about where it may run. */
    public Header header() {
        return header;
    }

    /** What it says it is about: the comment that it begins with, in one line. */
    public String subject() {
        return lines.stream()
                .takeWhile(line -> line.startsWith("//"))
                .map(line -> line.substring(2).strip())
                .collect(Collectors.joining(" "));
    }

    /** The lines of an event, as they stand there but for comments. */
    String text(Event event) {
        int first = event.place().line();
        int next = Stream.concat(events.stream(), Stream.ofNullable(cleanup))
                .mapToInt(each -> each.place().line())
                .filter(line -> line > first)
                .min()
                .orElse(lines.size() + 1);
        return lines.subList(first - 1, next - 1).stream()
                .map(line -> line.replaceFirst("\\s*//.*$", "").stripTrailing())
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .collect(Collectors.joining("\n"));
    }

    Settings settings() {
        return settings;
    }

    List<Event> events() {
        return events;
    }

    @Nullable
    Event cleanup() {
        return cleanup;
    }
}
