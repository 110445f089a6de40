package io.halfopen.drill;

import org.jspecify.annotations.Nullable;

/**
 * The times of a script and those of the machine. A time that is relative counts from the moment at which the event
 * before was done; between two packets that are injected from the time the first should have had, as packetdrill has
 * it, so that delays do not add up.
 */
final class Timeline {
    /** A kernel decides by jiffies, and its timers are coarser the longer they run: packetdrill's 12.5 %. */
    private static final double KERNELS_PERCENT = 12.5;

    /** A JVM that has just begun is that late now and then. */
    private static final long KERNELS_DELAY = 200_000_000L;

    private final Machine machine;
    private final Settings settings;
    private final boolean real;
    private long start;
    private boolean begun;

    /** When the event before should have been, since the start. */
    private long last;

    private boolean lastWasInjected;
    private @Nullable Pending pending;
    private int blamed;

    /** A call that blocks: tried again whenever something has happened. */
    record Pending(Event event, long end, long tolerance, SystemCalls.Operation operation) {}

    /** When something may happen, on the machine's clock. */
    final class Span {
        private final When when;
        private final long from;
        private final long to;
        private final long tolerance;

        private Span(When when, long from, long to, long tolerance) {
            this.when = when;
            this.from = from;
            this.to = to;
            this.tolerance = tolerance;
        }

        long earliest() {
            return from - tolerance;
        }

        long latest() {
            return when.isAny() ? Long.MAX_VALUE : to + tolerance;
        }

        boolean holds(long time) {
            return when.isAny() || (time >= earliest() && time <= latest());
        }

        @Override
        public String toString() {
            return when.isAny() ? "*" : text(from) + (to == from ? "" : "~" + text(to));
        }
    }

    Timeline(Machine machine, Settings settings) {
        this.machine = machine;
        this.settings = settings;
        real = machine.name().equals("kernel");
        start = machine.now();
    }

    /** The first event's time is its own: setting up the machine takes time, too. */
    private void begin() {
        if (!begun) {
            begun = true;
            start = machine.now();
        }
    }

    /** What the script calls a time of the machine's clock. */
    long sinceStart(long time) {
        return time - start;
    }

    /** Since the start of the script, seconds. */
    String text(long time) {
        return Runner.seconds(time - start);
    }

    /** The line of a call that has spoiled the script after its event was over; 0 if there is none. */
    int blamed() {
        return blamed;
    }

    private long now() {
        return machine.now() - start;
    }

    private long tolerance(long time) {
        double percent = settings.tolerancePercent(real ? KERNELS_PERCENT : 0);
        return Math.max(settings.tolerance(), (long) (percent / 100 * (time - last)));
    }

    // ---- events

    Span expect(Event event) throws Stop {
        begin();
        if (event.when().isAny()) {
            return new Span(event.when(), machine.now(), machine.now(), 0);
        }
        retryCall();
        long base = event.when().isRelative() ? now() : 0;
        long from = base + event.when().from();
        return new Span(event.when(), start + from, start + base + event.when().to(), tolerance(from));
    }

    void expected(Event event, Span span) {
        last = event.when().isAny() ? now() : span.from - start;
        lastWasInjected = false;
    }

    /** Until it is time for something that the script does. */
    void await(Event event, boolean injected) throws Stop {
        begin();
        long base = !event.when().isRelative() ? 0 : injected && lastWasInjected ? last : now();
        long at = base + event.when().from();
        long late = Math.max(tolerance(at), real ? KERNELS_DELAY : 0);
        if (at < now() - late && !event.when().isRelative()) {
            throw Stop.failed("it is " + Runner.seconds(now()) + " already, later than " + Runner.seconds(at));
        }
        if (event.action() instanceof Action.Call call) {
            awaitCall(start + at);
            if (call.blocks()) {
                finish();
            }
        }
        while (now() < at) {
            step(start + at);
        }
        last = at;
        lastWasInjected = injected;
    }

    /** One thing happens, or it is that time. */
    void step(long until) throws Stop {
        Pending call = pending;
        long patience = call == null
                ? until
                : Math.min(Math.min(until, call.operation().due()), call.end() + call.tolerance() + 1);
        machine.advance(Math.max(patience, machine.now()), call != null);
        retryCall();
    }

    // ---- calls that block

    /** It began at the time of its event, and should return when its event says. */
    void block(Event event, Action.Call call, SystemCalls.Operation operation) {
        if (pending != null) {
            throw new IllegalStateException("a call blocks already");
        }
        long base = event.when().isRelative() ? last - event.when().from() : 0;
        long end = base + call.end();
        pending = new Pending(event, start + end, tolerance(end), operation);
    }

    /** The end of a call that did not have to wait. */
    void checkEnd(Event event, Action.Call call) throws Stop {
        long base = event.when().isRelative() ? last - event.when().from() : 0;
        long end = start + base + call.end();
        checkReturn(end, tolerance(end - start));
    }

    private void checkReturn(long end, long tolerance) throws Stop {
        if (Math.abs(machine.now() - end) > tolerance) {
            throw Stop.failed("the call returned at " + text(machine.now()) + ", and should at " + text(end));
        }
    }

    void retryCall() throws Stop {
        Pending call = pending;
        if (call == null) {
            return;
        }
        blamed = call.event().place().line();
        int result = call.operation().attempt();
        if (result != SystemCalls.WAIT) {
            pending = null;
            call.operation().finish(result);
            checkReturn(call.end(), call.tolerance());
        } else if (machine.now() > call.end() + call.tolerance()) {
            pending = null;
            throw Stop.failed("the call still blocks at " + text(machine.now()) + ", and should have returned at "
                    + text(call.end()));
        }
        blamed = 0;
    }

    /**
     * There is one thread for calls that block: the next one waits for it, as packetdrill's does. But one at the very time
     * at which that should return may be what makes it return, as if by another thread.
     */
    private void awaitCall(long until) throws Stop {
        while (pending != null && machine.now() < until) {
            step(until);
        }
        Pending call = pending;
        if (call != null && until < call.end()) {
            finish();
        } else if (call != null && real) {
            long soon = machine.now() + call.tolerance() / 2;
            while (pending != null && machine.now() < soon) {
                step(soon);
            }
        }
    }

    /** Waits for the call that blocks, if there is one. */
    void finish() throws Stop {
        while (pending != null) {
            step(Long.MAX_VALUE);
        }
    }
}
