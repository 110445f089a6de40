package io.halfopen.drill;

/** Walks through code in <code>%{ }%</code>, where the end of a line ends a statement, but not within parentheses. */
final class CodeReader {
    private final Place origin;
    private final String code;
    private int at;
    private int depth;

    CodeReader(Place origin, String code) {
        this.origin = origin;
        this.code = code;
    }

    int position() {
        return at;
    }

    String textFrom(int from) {
        return code.substring(from, at).strip().replaceAll("\\s+", " ");
    }

    Place place() {
        skip();
        int line = origin.line();
        int column = origin.column();
        for (int i = 0; i < at; i++) {
            boolean end = code.charAt(i) == '\n';
            line += end ? 1 : 0;
            column = end ? 1 : column + 1;
        }
        return new Place(origin.file(), line, column);
    }

    ScriptException wrong(String why) {
        return ScriptException.wrong(place(), why);
    }

    /** Reads on from an earlier {@link #position}. */
    void back(int position) {
        at = position;
    }

    /** Within parentheses lines may end anywhere. */
    void open() {
        depth++;
    }

    void close() throws ScriptException {
        expect(")");
        depth--;
    }

    private void skip() {
        while (at < code.length()) {
            char c = code.charAt(at);
            if (c == '#') {
                skipComment();
            } else if (code.startsWith("\\\n", at)) {
                at += 2;
            } else if (c == ' ' || c == '\t' || c == '\r' || (c == '\n' && depth > 0)) {
                at++;
            } else {
                return;
            }
        }
    }

    private void skipComment() {
        while (at < code.length() && code.charAt(at) != '\n') {
            at++;
        }
    }

    /** Passes over empty lines; true at the end of all. */
    boolean skipLines() {
        skip();
        while (at < code.length() && (code.charAt(at) == '\n' || code.charAt(at) == ';')) {
            at++;
            skip();
        }
        return at >= code.length();
    }

    boolean isAtEndOfLine() {
        skip();
        return at >= code.length() || code.charAt(at) == '\n' || code.charAt(at) == ';';
    }

    boolean endsStatement() {
        return isAtEndOfLine();
    }

    boolean isNext(String symbol) {
        skip();
        return code.startsWith(symbol, at);
    }

    boolean accept(String symbol) {
        boolean found = isNext(symbol);
        at += found ? symbol.length() : 0;
        return found;
    }

    /** A whole word such as {@code and}. */
    boolean acceptWord(String word) {
        boolean found = isNext(word)
                && (at + word.length() == code.length()
                        || !ScriptReader.isWordCharacter(code.charAt(at + word.length())));
        at += found ? word.length() : 0;
        return found;
    }

    /** {@code =}, not {@code ==}. */
    boolean acceptAssignment() {
        return !isNext("==") && accept("=");
    }

    void expect(String symbol) throws ScriptException {
        if (!accept(symbol)) {
            throw wrong("expected '" + symbol + "'");
        }
    }

    /** A word, perhaps with points in it as {@code fd3.tcpi_unacked}, or nothing. */
    String word() {
        skip();
        int from = at;
        while (at < code.length() && (ScriptReader.isWordCharacter(code.charAt(at)) || isInnerPoint(from))) {
            at++;
        }
        return code.substring(from, at);
    }

    private boolean isInnerPoint(int from) {
        return code.charAt(at) == '.' && at > from && !ScriptReader.isDigit(code.charAt(from));
    }

    boolean isDigitNext() {
        skip();
        return at < code.length() && (ScriptReader.isDigit(code.charAt(at)) || code.charAt(at) == '.');
    }

    double number() throws ScriptException {
        int from = at;
        boolean hex = code.startsWith("0x", at);
        at += hex ? 2 : 0;
        while (at < code.length()
                && (ScriptReader.isDigit(code.charAt(at))
                        || code.charAt(at) == '.'
                        || (hex && Character.digit(code.charAt(at), 16) >= 0))) {
            at++;
        }
        String digits = code.substring(from, at);
        try {
            return hex ? Long.parseLong(digits.substring(2), 16) : Double.parseDouble(digits);
        } catch (NumberFormatException bad) {
            throw wrong("'" + digits + "' is not a number");
        }
    }

    /** {@code "text"} or {@code 'text'}, which nothing is done with. */
    boolean acceptString() throws ScriptException {
        skip();
        char quote = at < code.length() ? code.charAt(at) : 0;
        if (quote != '"' && quote != '\'') {
            return false;
        }
        int end = code.indexOf(quote, at + 1);
        if (end < 0) {
            throw wrong("this string has no end");
        }
        at = end + 1;
        return true;
    }
}
