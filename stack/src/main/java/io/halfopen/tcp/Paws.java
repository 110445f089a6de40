package io.halfopen.tcp;

/** Protection against wrapped sequence numbers: RFC 7323, section 5. */
final class Paws {
    private Paws() {}

    /** Whether a timestamp is older than the latest one; a peer whose latest was 0 may start wherever it likes. */
    static boolean isOld(int recent, int value) {
        return recent != 0 && recent - value > 0;
    }
}
