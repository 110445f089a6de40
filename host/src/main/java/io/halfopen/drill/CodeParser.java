package io.halfopen.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/**
 * Reads what stands in <code>%{ }%</code>: the part of Python that packetdrill's scripts use. One statement a line, or
 * several with semicolons: {@code assert}, an assignment, {@code print}. Formulas are {@link FormulaParser}'s.
 */
final class CodeParser {
    private final CodeReader reader;

    private CodeParser(CodeReader reader) {
        this.reader = reader;
    }

    static List<Statement> parse(Place start, String code) throws ScriptException {
        CodeReader reader = new CodeReader(start, code);
        CodeParser parser = new CodeParser(reader);
        List<Statement> statements = new ArrayList<>();
        while (!reader.skipLines()) {
            statements.add(parser.statement());
            if (!reader.endsStatement()) {
                throw reader.wrong("expected the end of the line or a semicolon");
            }
        }
        return statements;
    }

    private Statement statement() throws ScriptException {
        Place place = reader.place();
        int from = reader.position();
        String word = reader.word();
        if (word.equals("assert")) {
            return assertion(place, from);
        }
        if (word.equals("print")) {
            return print(place, from);
        }
        if (!word.isEmpty() && reader.acceptAssignment()) {
            return new Statement.Assign(place, word, new FormulaParser(reader).formula());
        }
        if (!word.isEmpty() && (reader.isNext("+=") || reader.isNext("-="))) {
            DoubleBinaryOperator operator = reader.accept("+=") ? Double::sum : (a, b) -> a - b;
            reader.accept("-=");
            Formula change = new FormulaParser(reader).formula();
            return new Statement.Assign(place, word, Formula.apply(operator, Formula.name(word), change));
        }
        throw ScriptException.unsupported(place, "Python beyond assert, print and assignment");
    }

    /** The message after a comma is a formula or a string, and only its value would be shown. */
    private Statement assertion(Place place, int from) throws ScriptException {
        FormulaParser formulas = new FormulaParser(reader);
        Formula formula = formulas.formula();
        String text = reader.textFrom(from);
        if (reader.accept(",")) {
            value(new FormulaParser(reader));
        }
        return new Statement.Assert(place, text, formula, formulas.names());
    }

    private void value(FormulaParser parser) throws ScriptException {
        do {
            if (!reader.acceptString()) {
                formatted(parser);
            }
        } while (reader.accept("%"));
    }

    /** What stands after {@code 'rtt %d, rto %d' %}: one formula, or several in parentheses. */
    private List<Formula> formatted(FormulaParser parser) throws ScriptException {
        List<Formula> values = new ArrayList<>();
        int start = reader.position();
        if (reader.accept("(")) {
            reader.open();
            do {
                values.add(parser.formula());
            } while (reader.accept(",") && !reader.isNext(")"));
            reader.close();
            if (reader.isAtEndOfLine() || reader.isNext(",") || reader.isNext("%") || reader.isNext(")")) {
                return values;
            }
            reader.back(start);
        }
        return List.of(parser.formula());
    }

    private Statement print(Place place, int from) throws ScriptException {
        FormulaParser formulas = new FormulaParser(reader);
        List<Formula> values = new ArrayList<>();
        boolean parenthesis = reader.accept("(");
        while (!reader.isNext(")") && !reader.isAtEndOfLine()) {
            if (!reader.acceptString()) {
                values.addAll(formatted(formulas));
            }
            if (!reader.accept(",") && !reader.accept("%")) {
                break;
            }
        }
        if (parenthesis) {
            reader.expect(")");
        }
        return new Statement.Print(place, reader.textFrom(from), values);
    }
}
