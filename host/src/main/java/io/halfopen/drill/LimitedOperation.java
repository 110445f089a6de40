package io.halfopen.drill;

import io.halfopen.drill.SystemCalls.Operation;
import java.util.function.IntSupplier;

/** A call that waits no longer than SO_RCVTIMEO or SO_SNDTIMEO says, and what it returns then. */
final class LimitedOperation implements Operation {
    private static final long NOT_YET = Long.MIN_VALUE;

    private final Machine machine;
    private final Operation operation;
    private final long timeout;
    private final IntSupplier expired;
    private long begun = NOT_YET;

    LimitedOperation(Machine machine, Operation operation, long timeout, IntSupplier expired) {
        this.machine = machine;
        this.operation = operation;
        this.timeout = timeout;
        this.expired = expired;
    }

    @Override
    public int attempt() throws Stop {
        if (begun == NOT_YET) {
            begun = machine.now();
        }
        int result = operation.attempt();
        return result == SystemCalls.WAIT && machine.now() >= due() ? expired.getAsInt() : result;
    }

    @Override
    public void finish(int result) throws Stop {
        operation.finish(result);
    }

    @Override
    public long due() {
        return timeout > Long.MAX_VALUE - begun ? Long.MAX_VALUE : begun + timeout;
    }
}
