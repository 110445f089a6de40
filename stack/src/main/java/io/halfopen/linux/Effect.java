package io.halfopen.linux;

/** What setting a {@link Sysctl} or {@link SocketOption} does. One that is neither is refused, never ignored in silence. */
public enum Effect {
    /** It acts on the stack. */
    EFFECTIVE("effective"),

    /**
     * Programs and scripts set it and expect success, and it has nothing to do with what the stack does so far: its
     * value is checked and kept as Linux does, and changes nothing.
     */
    IGNORED("accepted and ignored");

    private final String tag;

    Effect(String tag) {
        this.tag = tag;
    }

    /** In the words of the reference pages. */
    public String tag() {
        return tag;
    }
}
