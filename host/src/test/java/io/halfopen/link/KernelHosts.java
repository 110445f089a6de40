package io.halfopen.link;

import org.junit.jupiter.api.Assumptions;

/** A kernel of a test's own, where that is possible. */
public final class KernelHosts {
    private KernelHosts() {}

    /** Skips the test where there is no right to make a network namespace. */
    public static KernelHost open() {
        try {
            return KernelHost.open();
        } catch (LinkException reason) {
            System.out.println("skipped: " + reason.getMessage());
            Assumptions.abort("skipped: " + reason.getMessage());
            throw new AssertionError(reason);
        }
    }
}
