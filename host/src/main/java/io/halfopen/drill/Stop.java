package io.halfopen.drill;

/** The script ends here, before its end. */
final class Stop extends Exception {
    private static final long serialVersionUID = 1;

    private final Outcome.Status status;

    private Stop(Outcome.Status status, String reason) {
        super(reason, null, false, false);
        this.status = status;
    }

    static Stop failed(String reason) {
        return new Stop(Outcome.Status.FAIL, reason);
    }

    static Stop unsupported(String what) {
        return new Stop(Outcome.Status.SKIP, what + " is not supported");
    }

    Outcome.Status status() {
        return status;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
