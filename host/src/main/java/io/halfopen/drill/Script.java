package io.halfopen.drill;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A script that was read: what {@link Drill#run} runs. */
public final class Script {
    private final String file;
    private final Settings settings;
    private final Header header;
    private final List<Event> events;
    private final @Nullable Event cleanup;

    Script(String file, Settings settings, Header header, List<Event> events, @Nullable Event cleanup) {
        this.file = file;
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
