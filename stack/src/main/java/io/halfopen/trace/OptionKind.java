package io.halfopen.trace;

/** The TCP options by number (IANA, "TCP Option Kind Numbers"), with tcpdump's word and its idea of their length. */
enum OptionKind {
    END(0, "eol", 0),
    NOP(1, "nop", 0),
    MSS(2, "mss", 2),
    WINDOW_SCALE(3, "wscale", 1),
    SACK_PERMITTED(4, "sackOK", 0),
    SACK(5, "sack", OptionKind.ANY),
    ECHO(6, "echo", 4),
    ECHO_REPLY(7, "echoreply", 4),
    TIMESTAMP(8, "TS", 8),
    CC(11, "cc", 4),
    CC_NEW(12, "ccnew", 4),
    /** tcpdump has no word for it: the table in print-tcp.c says "". */
    CC_ECHO(13, "", 4),
    MD5(19, "md5", 16),
    SCPS(20, "scps", 2),
    USER_TIMEOUT(28, "uto", 2),
    AUTHENTICATION(29, "tcp-ao", OptionKind.ANY),
    MPTCP(30, "mptcp", OptionKind.ANY),
    FAST_OPEN(34, "tfo", OptionKind.ANY),
    EXPERIMENT(254, "exp", OptionKind.ANY),
    UNKNOWN(-1, "unknown", OptionKind.ANY);

    private static final int ANY = -1;

    private final int number;
    private final String word;
    private final int dataLength;

    OptionKind(int number, String word, int dataLength) {
        this.number = number;
        this.word = word;
        this.dataLength = dataLength;
    }

    static OptionKind of(int number) {
        for (OptionKind kind : values()) {
            if (kind.number == number) {
                return kind;
            }
        }
        return UNKNOWN;
    }

    /** What tcpdump calls the option of this number. */
    String word(int number) {
        return this == UNKNOWN ? word + "-" + number : word;
    }

    /** One octet without a length behind it. */
    boolean isSingle() {
        return this == END || this == NOP;
    }

    /** The octets after kind and length: what the kind needs, or {@code claimed} where any number will do. */
    int dataLength(int claimed) {
        return dataLength == ANY ? claimed : dataLength;
    }
}
