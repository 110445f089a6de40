package io.halfopen.drill;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a script does or expects. */
sealed interface Action {
    /**
     * {@code socket(..., SOCK_STREAM, IPPROTO_TCP) = 3}.
     *
     * @param end when a blocking call returns, nanoseconds, counted as its start is; -1 for a call that does not block
     * @param errno the name of the error the script expects
     */
    record Call(
            long end,
            String name,
            List<Expression> arguments,
            Expression result,
            @Nullable String errno) implements Action {
        boolean blocks() {
            return end >= 0;
        }
    }

    /** A line in backticks. */
    record Shell(String text) implements Action {}

    /** What is in <code>%{ }%</code>. */
    record Check(List<Statement> statements) implements Action {}

    /** A packet that is injected or expected. */
    sealed interface Packet extends Action permits TcpPacket, IcmpPacket {
        boolean inbound();
    }
}
