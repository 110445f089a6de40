package io.halfopen.drill;

/**
 * What a script says about the IP header; -1 is "nothing".
 *
 * @param ecn the two bits of ECN, or {@link #ECT01}
 * @param tos the whole byte of type of service
 * @param badChecksum the TCP checksum is wrong on purpose
 */
record IpInfo(int ecn, int tos, int ttl, boolean badChecksum) {
    static final IpInfo NONE = new IpInfo(-1, -1, -1, false);

    /** ECT(0) or ECT(1), one of the two. */
    static final int ECT01 = 4;

    private static final String[] ECN = {"noecn", "ect1", "ect0", "ce", "ect01"};

    /** The number of {@code ect0} and the like, or -1. */
    static int ecnNamed(String word) {
        for (int i = 0; i < ECN.length; i++) {
            if (ECN[i].equals(word)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public String toString() {
        if (ecn >= 0) {
            return "[" + ECN[ecn] + "] ";
        }
        if (tos >= 0) {
            return "[tos 0x" + Integer.toHexString(tos) + "] ";
        }
        return ttl >= 0 ? "[ttl " + ttl + "] " : "";
    }
}
