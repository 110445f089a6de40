package io.halfopen.app.lab;

/** Why the plan of a sweep cannot be used, in one line. */
public final class BadPlan extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadPlan(String message) {
        super(message);
    }

    /** That line. */
    public String line() {
        return String.valueOf(getMessage());
    }
}
