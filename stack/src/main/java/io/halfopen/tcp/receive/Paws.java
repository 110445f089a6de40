package io.halfopen.tcp.receive;

/** Protection against wrapped sequence numbers: RFC 7323, section 5. */
public final class Paws {
    private Paws() {}

    /** Once connected a timestamp may be one older than the latest: the segments may have passed each other. */
    public static boolean isStale(int recent, int value) {
        return recent != 0 && recent - value > 1;
    }

    /** Whether a timestamp is older than the latest one; a peer whose latest was 0 may start wherever it likes. */
    public static boolean isOld(int recent, int value) {
        return recent != 0 && recent - value > 0;
    }
}
