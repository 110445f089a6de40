package io.halfopen.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the arguments and results of system calls. */
final class ExpressionParser {
    private final ScriptReader reader;
    private final Map<String, String> definitions;

    ExpressionParser(ScriptReader reader, Map<String, String> definitions) {
        this.reader = reader;
        this.definitions = definitions;
    }

    /** Up to this symbol, which is passed over. */
    List<Expression> list(String end) throws ScriptException {
        List<Expression> list = new ArrayList<>();
        if (reader.accept(end)) {
            return list;
        }
        list.add(one());
        while (reader.accept(",")) {
            list.add(one());
        }
        if (!reader.accept(end)) {
            throw reader.expected("',' or '" + end + "'");
        }
        return list;
    }

    Expression one() throws ScriptException {
        Expression left = simple();
        return reader.accept("|") ? new Expression.Or(left, one()) : left;
    }

    private Expression simple() throws ScriptException {
        Place place = reader.place();
        if (reader.accept("...")) {
            return new Expression.Dots(place);
        }
        if (reader.isIntegerNext()) {
            return new Expression.Numeral(place, reader.integer("a number"));
        }
        if (reader.next() == '"') {
            return text(place);
        }
        if (reader.accept("[")) {
            return new Expression.Items(place, list("]"));
        }
        if (reader.accept("{")) {
            if (reader.next() == '(' || reader.acceptWord("flags")) {
                throw ScriptException.unsupported(place, "MPLS or GRE");
            }
            return new Expression.Struct(place, list("}"));
        }
        return word(place);
    }

    /** Strings that follow each other are one; what follows {@code "..."...} is left open, as strace does. */
    private Expression text(Place place) throws ScriptException {
        StringBuilder text = new StringBuilder();
        while (reader.next() == '"') {
            text.append(unescaped(reader.quoted('"', "string")));
        }
        reader.accept("...");
        return new Expression.Text(place, text.toString());
    }

    /** The escapes of C; each character is one octet. */
    static String unescaped(String text) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != '\\' || at == text.length()) {
                out.append(c);
                continue;
            }
            char escape = text.charAt(at++);
            if (escape == 'x') {
                int end = at;
                while (end < text.length() && end < at + 2 && Character.digit(text.charAt(end), 16) >= 0) {
                    end++;
                }
                out.append(end == at ? 'x' : (char) Integer.parseInt(text.substring(at, end), 16));
                at = end;
            } else {
                int special = "ntr0".indexOf(escape);
                out.append(special < 0 ? escape : "\n\t\r\0".charAt(special));
            }
        }
        return out.toString();
    }

    private Expression word(Place place) throws ScriptException {
        String name = reader.word("an argument");
        String defined = definitions.get(name);
        if (defined != null) {
            return new ExpressionParser(new ScriptReader(place.file(), defined), Map.of()).one();
        }
        if (reader.accept("(")) {
            Expression.Applied applied = new Expression.Applied(place, name, one());
            reader.expect(")");
            return reader.accept("=") ? new Expression.Named(place, name, one()) : applied;
        }
        if (reader.accept("=")) {
            return new Expression.Named(place, name, one());
        }
        Long value = Symbols.value(name);
        if (value == null) {
            throw ScriptException.wrong(place, "unknown symbol '" + name + "'");
        }
        return new Expression.Symbol(place, name, value);
    }
}
