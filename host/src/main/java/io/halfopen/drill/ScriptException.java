package io.halfopen.drill;

/** Why a script cannot be read, and where: {@code x.pkt:12:7: expected ')'}. */
public final class ScriptException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean unsupported;
    private final int line;

    private ScriptException(Place place, String why, boolean unsupported) {
        super(place + ": " + why);
        this.unsupported = unsupported;
        line = place.line();
    }

    static ScriptException wrong(Place place, String why) {
        return new ScriptException(place, why, false);
    }

    static ScriptException unsupported(Place place, String what) {
        return new ScriptException(place, what + " is not supported", true);
    }

    public int line() {
        return line;
    }

    /** The script may be right: packetdrill has this, Halfopen does not. */
    public boolean isUnsupported() {
        return unsupported;
    }
}
