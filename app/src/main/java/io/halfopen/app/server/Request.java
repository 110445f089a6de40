package io.halfopen.app.server;

/** When a server has read enough to answer. */
public enum Request {
    /** The server does not wait for one. */
    NONE,
    /** Any octet will do. */
    ANYTHING,
    /** A header up to its empty line. */
    HTTP;

    private static final byte[] END = {'\r', '\n', '\r', '\n'};

    /**
     * How many octets of the end mark have been seen after these, given how many had been before.
     *
     * @return {@link #isComplete} tells whether that is all
     */
    int progress(int seen, byte[] buffer, int length) {
        if (this != HTTP) {
            return length > 0 ? END.length : seen;
        }
        int matched = seen;
        for (int i = 0; i < length && matched < END.length; i++) {
            matched = buffer[i] == END[matched] ? matched + 1 : buffer[i] == END[0] ? 1 : 0;
        }
        return matched;
    }

    boolean isComplete(int seen) {
        return this == NONE || seen == END.length;
    }
}
