package io.halfopen.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/**
 * Formulas as Python and C have them, weakest first: {@code or}, {@code and}, {@code not}, comparisons (which may be
 * chained), {@code | ^ & << >> + - * / // % **}; min, max, abs, int.
 */
final class FormulaParser {
    private static final Map<String, DoubleBinaryOperator> COMPARISONS = Map.of(
            "==", (a, b) -> truth(a == b),
            "!=", (a, b) -> truth(a != b),
            "<=", (a, b) -> truth(a <= b),
            ">=", (a, b) -> truth(a >= b),
            "<", (a, b) -> truth(a < b),
            ">", (a, b) -> truth(a > b));

    /** Operators by strength; of each line the longer ones first. */
    private static final List<List<String>> LEVELS = List.of(
            List.of("|"),
            List.of("^"),
            List.of("&"),
            List.of("<<", ">>"),
            List.of("+", "-"),
            List.of("//", "*", "/", "%"));

    private static final Map<String, DoubleBinaryOperator> ARITHMETIC = Map.ofEntries(
            Map.entry("|", (a, b) -> (long) a | (long) b),
            Map.entry("^", (a, b) -> (long) a ^ (long) b),
            Map.entry("&", (a, b) -> (long) a & (long) b),
            Map.entry("<<", (a, b) -> (long) a << (long) b),
            Map.entry(">>", (a, b) -> (long) a >> (long) b),
            Map.entry("+", Double::sum),
            Map.entry("-", (a, b) -> a - b),
            Map.entry("*", (a, b) -> a * b),
            Map.entry("/", (a, b) -> a / b),
            Map.entry("//", (a, b) -> Math.floor(a / b)),
            Map.entry("%", (a, b) -> a - b * Math.floor(a / b)));

    private final CodeReader reader;
    private final List<String> names = new ArrayList<>();

    FormulaParser(CodeReader reader) {
        this.reader = reader;
    }

    /** The names asked for, in the order of the text. */
    List<String> names() {
        return names;
    }

    private static double truth(boolean value) {
        return value ? 1 : 0;
    }

    Formula formula() throws ScriptException {
        Formula left = conjunction();
        while (reader.acceptWord("or") || reader.accept("||")) {
            left = Formula.either(left, conjunction());
        }
        return left;
    }

    private Formula conjunction() throws ScriptException {
        Formula left = negation();
        while (reader.acceptWord("and") || reader.accept("&&")) {
            left = Formula.both(left, negation());
        }
        return left;
    }

    private Formula negation() throws ScriptException {
        boolean not = reader.acceptWord("not") || (!reader.isNext("!=") && reader.accept("!"));
        return not ? Formula.apply(value -> truth(value == 0), negation()) : comparison();
    }

    /** {@code a < b < c} is {@code a < b and b < c}. */
    private Formula comparison() throws ScriptException {
        Formula left = level(0);
        Formula all = null;
        String operator = comparisonOperator();
        while (operator != null) {
            Formula right = level(0);
            Formula one = Formula.apply(COMPARISONS.getOrDefault(operator, (a, b) -> 0), left, right);
            all = all == null ? one : Formula.both(all, one);
            left = right;
            operator = comparisonOperator();
        }
        return all == null ? left : all;
    }

    private @org.jspecify.annotations.Nullable String comparisonOperator() {
        for (String operator : List.of("==", "!=", "<=", ">=", "<", ">")) {
            boolean shift = reader.isNext("<<") || reader.isNext(">>");
            if (!shift && reader.accept(operator)) {
                return operator;
            }
        }
        return null;
    }

    private Formula level(int strength) throws ScriptException {
        if (strength == LEVELS.size()) {
            return sign();
        }
        Formula left = level(strength + 1);
        String operator = operator(strength);
        while (!operator.isEmpty()) {
            left = Formula.apply(ARITHMETIC.getOrDefault(operator, (a, b) -> 0), left, level(strength + 1));
            operator = operator(strength);
        }
        return left;
    }

    private String operator(int strength) {
        for (String operator : LEVELS.get(strength)) {
            boolean longer = (operator.equals("|") && reader.isNext("||"))
                    || (operator.equals("&") && reader.isNext("&&"))
                    || (operator.equals("*") && reader.isNext("**"));
            if (!longer && reader.accept(operator)) {
                return operator;
            }
        }
        return "";
    }

    private Formula sign() throws ScriptException {
        if (reader.accept("-")) {
            return Formula.apply(value -> -value, sign());
        }
        if (reader.accept("~")) {
            return Formula.apply(value -> ~(long) value, sign());
        }
        reader.accept("+");
        Formula base = atom();
        return reader.accept("**") ? Formula.apply(Math::pow, base, sign()) : base;
    }

    private Formula atom() throws ScriptException {
        if (reader.accept("(")) {
            reader.open();
            Formula inside = formula();
            reader.close();
            return inside;
        }
        if (reader.isDigitNext()) {
            return Formula.constant(reader.number());
        }
        String word = reader.word();
        if (word.isEmpty()) {
            throw reader.wrong("expected a number, a name or '('");
        }
        if (reader.accept("(")) {
            return function(word);
        }
        switch (word) {
            case "True" -> {
                return Formula.constant(1);
            }
            case "False" -> {
                return Formula.constant(0);
            }
            default -> {
                names.add(word);
                return Formula.name(word);
            }
        }
    }

    private Formula function(String name) throws ScriptException {
        reader.open();
        List<Formula> arguments = new ArrayList<>();
        do {
            arguments.add(formula());
        } while (reader.accept(","));
        reader.close();
        return switch (name) {
            case "min" -> Formula.fold(Math::min, arguments);
            case "max" -> Formula.fold(Math::max, arguments);
            case "abs" -> Formula.apply(Math::abs, arguments.getFirst());
            case "int" -> Formula.apply(value -> (long) value, arguments.getFirst());
            default -> throw reader.wrong("unknown function '" + name + "': there are min, max, abs and int");
        };
    }
}
