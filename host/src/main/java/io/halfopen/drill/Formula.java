package io.halfopen.drill;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** A number, worked out from names; truth is 1, and everything but 0 is true. */
interface Formula {
    /** What the names of a formula stand for. */
    interface Names {
        double valueOf(String name);
    }

    double value(Names names);

    default boolean isTrue(Names names) {
        return value(names) != 0;
    }

    static Formula constant(double value) {
        return names -> value;
    }

    static Formula name(String name) {
        return names -> names.valueOf(name);
    }

    static Formula apply(DoubleUnaryOperator operator, Formula operand) {
        return names -> operator.applyAsDouble(operand.value(names));
    }

    static Formula apply(DoubleBinaryOperator operator, Formula left, Formula right) {
        return names -> operator.applyAsDouble(left.value(names), right.value(names));
    }

    static Formula both(Formula left, Formula right) {
        return names -> left.isTrue(names) ? right.value(names) : 0;
    }

    static Formula either(Formula left, Formula right) {
        return names -> left.isTrue(names) ? 1 : right.value(names);
    }

    /** The operator over all values from the left. */
    static Formula fold(DoubleBinaryOperator operator, List<Formula> operands) {
        return operands.stream()
                .reduce((left, right) -> apply(operator, left, right))
                .orElseThrow();
    }
}
