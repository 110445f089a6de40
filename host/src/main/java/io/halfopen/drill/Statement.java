package io.halfopen.drill;

import java.util.List;

/** A line of what stands in <code>%{ }%</code>. */
sealed interface Statement {
    Place place();

    /** {@code assert tcpi_unacked == 2}, with the names that the formula asks for. */
    record Assert(Place place, String text, Formula formula, List<String> names) implements Statement {}

    /** {@code x = tcpi_rto * 2}, for the lines and checks that follow. */
    record Assign(Place place, String name, Formula formula) implements Statement {}

    /** {@code print(tcpi_rtt)}: shown with --verbose. */
    record Print(Place place, String text, List<Formula> formulas) implements Statement {}
}
