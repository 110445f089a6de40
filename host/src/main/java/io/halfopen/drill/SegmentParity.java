package io.halfopen.drill;

import io.halfopen.link.LinkException;
import io.halfopen.linux.Kernel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares a stack with another machine exchange by exchange, and says what differs and of which kind that is. */
public final class SegmentParity {
    private final Parity parity;

    private SegmentParity(Parity parity) {
        this.parity = parity;
    }

    /** With this machine's kernel, for which one must be root. */
    public static SegmentParity withKernel() {
        return new SegmentParity(Parity.withKernel(Parity.Topic.SEGMENTS));
    }

    /** With a stack that imitates another kernel. */
    public static SegmentParity withStack(Kernel kernel) {
        return new SegmentParity(Parity.withStack(Parity.Topic.SEGMENTS, kernel));
    }

    /** An exchange in which both differ. */
    public static final class Finding {
        private final Exchange exchange;
        private final StoryDifference difference;

        private Finding(Exchange exchange, StoryDifference difference) {
            this.exchange = exchange;
            this.difference = difference;
        }

        public Exchange exchange() {
            return exchange;
        }

        /** What differs, each thing by a name that is the same wherever that differs in the same way. */
        public Set<String> signatures() {
            return difference.signatures();
        }

        /** What explains it; null where nothing does. */
        public @Nullable KnownDifference known() {
            return KnownDifference.of(exchange.state(), exchange.segment(), signatures());
        }
    }

    /**
     * Null where both did the same.
     *
     * @throws LinkException where there is no namespace to be had
     */
    public @Nullable Finding check(Exchange exchange) throws LinkException {
        StoryDifference difference = parity.find(exchange.story());
        return difference.isEmpty() ? null : new Finding(exchange, difference);
    }

    /** The shortest exchange that differs in this way; null if it does no more. */
    public Parity.@Nullable Difference shorten(long number, Exchange exchange, String signature) throws LinkException {
        return parity.shorten(number, exchange.story(), signature);
    }
}
