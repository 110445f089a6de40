package io.halfopen.drill;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Walks through the text of a script. packetdrill's language has no words of its own that mean the same everywhere
 * ({@code 1:2} may be an address, a sequence range or a SACK block), so there are no tokens: who reads asks for what
 * may come next. White space and comments are passed over before each.
 */
final class ScriptReader {
    private static final BigDecimal LONGEST_TIME = BigDecimal.valueOf(1_000_000_000);

    private final String file;
    private final String text;
    private int at;
    private int line = 1;
    private int lineStart;

    /** Where the last thing began that was read or asked for. */
    private int start;

    private int startLine = 1;
    private int startLineStart;

    ScriptReader(String file, String text) {
        this.file = file;
        this.text = text;
    }

    /** Where the next thing begins. */
    Place place() throws ScriptException {
        skip();
        return new Place(file, line, at - lineStart + 1);
    }

    private Place startPlace() {
        return new Place(file, startLine, start - startLineStart + 1);
    }

    /** Something is wrong with what was read or asked for last. */
    ScriptException wrong(String why) {
        return ScriptException.wrong(startPlace(), why);
    }

    ScriptException unsupported(String what) {
        return ScriptException.unsupported(startPlace(), what);
    }

    ScriptException expected(String what) {
        return wrong("expected " + what + ", not " + nextForMessage());
    }

    private String nextForMessage() {
        if (at >= text.length()) {
            return "the end of the file";
        }
        int end = at + 1;
        while (end < text.length() && end < at + 20 && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return "'" + text.substring(at, end).strip() + "'";
    }

    // ---- white space and comments

    private void skip() throws ScriptException {
        boolean more = true;
        while (more && at < text.length()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c)) {
                advance(1);
            } else if (text.startsWith("//", at) || (c == '#' && isFirstOnLine())) {
                while (at < text.length() && text.charAt(at) != '\n') {
                    advance(1);
                }
            } else if (text.startsWith("/*", at)) {
                mark();
                int end = text.indexOf("*/", at + 2);
                if (end < 0) {
                    throw wrong("this comment has no end");
                }
                advance(end + 2 - at);
            } else {
                more = false;
            }
        }
        mark();
    }

    private boolean isFirstOnLine() {
        return text.substring(lineStart, at).isBlank();
    }

    private void mark() {
        start = at;
        startLine = line;
        startLineStart = lineStart;
    }

    private void advance(int count) {
        for (int i = 0; i < count; i++) {
            if (text.charAt(at) == '\n') {
                line++;
                lineStart = at + 1;
            }
            at++;
        }
    }

    // ---- what may come next

    boolean atEnd() throws ScriptException {
        skip();
        return at >= text.length();
    }

    /** The next character, or 0 at the end. */
    char next() throws ScriptException {
        skip();
        return at < text.length() ? text.charAt(at) : 0;
    }

    boolean isNext(String symbol) throws ScriptException {
        skip();
        return text.startsWith(symbol, at);
    }

    /** The character that many after the next, without passing over anything; 0 at the end. */
    char ahead(int count) {
        return at + count < text.length() ? text.charAt(at + count) : 0;
    }

    boolean accept(String symbol) throws ScriptException {
        boolean found = isNext(symbol);
        if (found) {
            advance(symbol.length());
        }
        return found;
    }

    void expect(String symbol) throws ScriptException {
        if (!accept(symbol)) {
            throw expected("'" + symbol + "'");
        }
    }

    /** A whole word, not the beginning of a longer one. */
    boolean acceptWord(String word) throws ScriptException {
        boolean found = isNext(word) && !isWordCharacter(ahead(word.length()));
        if (found) {
            advance(word.length());
        }
        return found;
    }

    void expectWord(String word) throws ScriptException {
        if (!acceptWord(word)) {
            throw expected("'" + word + "'");
        }
    }

    String word(String what) throws ScriptException {
        String word = run(ScriptReader::isWordCharacter);
        if (word.isEmpty()) {
            throw expected(what);
        }
        return word;
    }

    static boolean isWordCharacter(char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c);
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    interface CharacterTest {
        boolean test(char c);
    }

    /** As many characters as pass the test, perhaps none. */
    String run(CharacterTest test) throws ScriptException {
        skip();
        int from = at;
        while (at < text.length() && test.test(text.charAt(at))) {
            advance(1);
        }
        return text.substring(from, at);
    }

    /** What is before this, which is passed over. */
    String until(String end, String what) throws ScriptException {
        int found = text.indexOf(end, at);
        if (found < 0) {
            throw wrong("this " + what + " has no end");
        }
        String inside = text.substring(at, found);
        advance(found + end.length() - at);
        return inside;
    }

    /** {@code "text"}, with a backslash before what means nothing special. */
    String quoted(char quote, String what) throws ScriptException {
        expect(String.valueOf(quote));
        StringBuilder inside = new StringBuilder();
        while (at < text.length() && text.charAt(at) != quote) {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                inside.append('\\');
                advance(1);
            }
            inside.append(text.charAt(at));
            advance(1);
        }
        if (at >= text.length()) {
            throw wrong("this " + what + " has no end");
        }
        advance(1);
        return inside.toString();
    }

    /** Decimal with or without a minus, or 0x and hexadecimal. */
    long integer(String what) throws ScriptException {
        skip();
        boolean minus = ahead(0) == '-';
        boolean hex = !minus && ahead(0) == '0' && ahead(1) == 'x';
        int from = at;
        advance(minus ? 1 : hex ? 2 : 0);
        int digits = at;
        while (hex ? Character.digit(ahead(0), 16) >= 0 : isDigit(ahead(0))) {
            advance(1);
        }
        try {
            return hex
                    ? Long.parseUnsignedLong(text.substring(digits, at), 16)
                    : Long.parseLong(text.substring(from, at));
        } catch (NumberFormatException bad) {
            if (at == digits) {
                at = from;
                throw expected(what);
            }
            throw wrong("too large a number");
        }
    }

    long integer(String what, long least, long most) throws ScriptException {
        long value = integer(what);
        if (value < least || value > most) {
            throw wrong(what + " is " + least + " to " + most + ", not " + value);
        }
        return value;
    }

    boolean isIntegerNext() throws ScriptException {
        char c = next();
        return isDigit(c) || (c == '-' && isDigit(ahead(1)));
    }

    /** Seconds, such as 0.1 or .1 or 1; in nanoseconds. */
    long seconds() throws ScriptException {
        skip();
        int from = at;
        while (isDigit(ahead(0)) || (ahead(0) == '.' && isDigit(ahead(1)))) {
            advance(1);
        }
        BigDecimal seconds = decimal(text.substring(from, at));
        if (seconds == null) {
            throw expected("a time in seconds");
        }
        if (seconds.compareTo(LONGEST_TIME) > 0) {
            throw wrong("too long a time");
        }
        return seconds.movePointRight(9).longValue();
    }

    private static @Nullable BigDecimal decimal(String digits) {
        try {
            return digits.isEmpty() ? null : new BigDecimal(digits);
        } catch (NumberFormatException severalPoints) {
            return null;
        }
    }
}
