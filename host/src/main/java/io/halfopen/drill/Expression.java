package io.halfopen.drill;

import java.util.List;
import java.util.stream.Collectors;

/** An argument or result of a system call. */
sealed interface Expression {
    Place place();

    /** {@code ...}: the runner fills it in. */
    record Dots(Place place) implements Expression {
        @Override
        public String toString() {
            return "...";
        }
    }

    record Numeral(Place place, long value) implements Expression {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    record Text(Place place, String text) implements Expression {
        @Override
        public String toString() {
            return "\"" + text + "\"";
        }
    }

    /** A symbol such as SOL_SOCKET. */
    record Symbol(Place place, String name, long value) implements Expression {
        @Override
        public String toString() {
            return name;
        }
    }

    /** {@code O_RDWR|O_NONBLOCK}. */
    record Or(Expression left, Expression right) implements Expression {
        @Override
        public Place place() {
            return left.place();
        }

        @Override
        public String toString() {
            return left + "|" + right;
        }
    }

    /** {@code events=POLLIN}, within braces or brackets. */
    record Named(Place place, String name, Expression value) implements Expression {
        @Override
        public String toString() {
            return name + "=" + value;
        }
    }

    /** {@code htons(8080)} or {@code inet_addr("192.0.2.1")}. */
    record Applied(Place place, String function, Expression argument) implements Expression {
        @Override
        public String toString() {
            return function + "(" + argument + ")";
        }
    }

    /** {@code [1, 2]}. */
    record Items(Place place, List<Expression> items) implements Expression {
        @Override
        public String toString() {
            return items.stream().map(Object::toString).collect(Collectors.joining(", ", "[", "]"));
        }
    }

    /** A structure: <code>{onoff=1, linger=0}</code>. */
    record Struct(Place place, List<Expression> fields) implements Expression {
        @Override
        public String toString() {
            return fields.stream().map(Object::toString).collect(Collectors.joining(", ", "{", "}"));
        }
    }
}
