package io.halfopen.drill;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a whole script: options, perhaps a command, events, perhaps a command. */
final class ScriptParser {
    private final ScriptReader reader;
    private final String file;
    private final String text;
    private final Map<String, String> definitions = new HashMap<>();

    /** The definitions of the command line count more than those of the script. */
    ScriptParser(String file, String text, Map<String, String> definitions) {
        this.file = file;
        this.text = text;
        this.definitions.putAll(definitions);
        reader = new ScriptReader(file, text);
    }

    Script parse() throws ScriptException {
        Settings.Builder settings = new Settings.Builder();
        while (reader.isNext("--")) {
            option(settings);
        }
        settings.definitions().forEach(definitions::putIfAbsent);
        List<Event> events = new ArrayList<>();
        if (reader.next() == '`') {
            events.add(new Event(reader.place(), new When(When.Kind.RELATIVE, 0, 0), shell()));
        }
        while (!reader.atEnd() && reader.next() != '`') {
            events.add(event());
        }
        Event cleanup = null;
        if (!reader.atEnd()) {
            cleanup = new Event(reader.place(), new When(When.Kind.RELATIVE, 0, 0), shell());
        }
        if (!reader.atEnd()) {
            throw reader.expected("the end of the script: a command without a time stands first or last");
        }
        if (events.isEmpty()) {
            throw reader.wrong("the script has no events");
        }
        return new Script(file, text, settings.build(), Header.of(file, text), events, cleanup);
    }

    private void option(Settings.Builder settings) throws ScriptException {
        Place place = reader.place();
        reader.expect("--");
        String name = reader.word("the name of an option");
        String value = reader.ahead(0) == '=' ? optionValue() : null;
        try {
            settings.set(name, value);
        } catch (IllegalArgumentException bad) {
            throw ScriptException.wrong(place, String.valueOf(bad.getMessage()));
        }
    }

    private String optionValue() throws ScriptException {
        reader.expect("=");
        if (reader.ahead(0) == '"') {
            return reader.quoted('"', "string");
        }
        String plain = reader.run(c -> !Character.isWhitespace(c) && c != '"' && c != '`');
        return switch (reader.ahead(0)) {
            case '"' -> plain + '"' + reader.quoted('"', "string") + '"';
            case '`' -> plain + '`' + reader.quoted('`', "command") + '`';
            default -> plain;
        };
    }

    private Event event() throws ScriptException {
        Place place = reader.place();
        When when = when();
        Action action = action(when);
        boolean outbound = action instanceof TcpPacket packet && !packet.inbound();
        if (when.isAny() && !outbound) {
            throw ScriptException.wrong(place, "only a packet that is expected may have the time *");
        }
        if (when.isRange() && !outbound) {
            throw ScriptException.wrong(place, "only a packet that is expected may have a range of times");
        }
        return new Event(place, when, action);
    }

    private When when() throws ScriptException {
        if (reader.accept("*")) {
            return When.ANY;
        }
        boolean relative = reader.accept("+");
        if (!ScriptReader.isDigit(reader.next()) && reader.next() != '.') {
            throw reader.expected("the time of an event");
        }
        long from = reader.seconds();
        long to = from;
        if (reader.accept("~")) {
            if (relative) {
                reader.expect("+");
            }
            to = reader.seconds();
            if (to < from) {
                throw reader.wrong("the range of times goes backwards");
            }
        }
        return new When(relative ? When.Kind.RELATIVE : When.Kind.ABSOLUTE, from, to);
    }

    private Action action(When when) throws ScriptException {
        if (reader.accept("<")) {
            return new PacketParser(reader, definitions).packet(true);
        }
        if (reader.accept(">")) {
            return new PacketParser(reader, definitions).packet(false);
        }
        if (reader.next() == '`') {
            return shell();
        }
        Place place = reader.place();
        if (reader.accept("%{")) {
            Place inside = new Place(place.file(), place.line(), place.column() + 2);
            return new Action.Check(CodeParser.parse(inside, reader.until("}%", "code")));
        }
        return call(when);
    }

    private Action.Shell shell() throws ScriptException {
        return new Action.Shell(reader.quoted('`', "command"));
    }

    private Action.Call call(When when) throws ScriptException {
        long end = -1;
        if (reader.accept("...")) {
            end = reader.seconds();
            if (end < when.from()) {
                throw reader.wrong("the call returns before it begins");
            }
        }
        if (!ScriptReader.isWordCharacter(reader.next())) {
            throw reader.expected("a packet (< or >), a system call, a command (`) or a check (%{)");
        }
        Place place = reader.place();
        String name = reader.word("a system call");
        if (!SystemCalls.isKnown(name)) {
            throw ScriptException.wrong(place, "unknown system call '" + name + "'");
        }
        reader.expect("(");
        ExpressionParser expressions = new ExpressionParser(reader, definitions);
        List<Expression> arguments = expressions.list(")");
        reader.expect("=");
        Expression result = expressions.one();
        return new Action.Call(end, name, arguments, result, errno());
    }

    /** {@code EAGAIN (Resource temporarily unavailable)}; the text in parentheses says nothing new. */
    private @Nullable String errno() throws ScriptException {
        String errno = null;
        char next = reader.next();
        if (ScriptReader.isWordCharacter(next) && !ScriptReader.isDigit(next)) {
            errno = reader.word("an error");
            if (!Symbols.isErrno(errno)) {
                throw reader.wrong("unknown error '" + errno + "'");
            }
        }
        if (reader.accept("(")) {
            reader.until(")", "note");
        }
        return errno;
    }
}
