package io.halfopen.trace;

/** What tcpdump prints after an option's name. */
final class OptionData {
    /** Fast Open inside an experimental option: RFC 7413, section 4.1.1. */
    private static final int FAST_OPEN_MAGIC = 0xf989;

    /** What tcpdump built with OpenSSL says, as those of Debian and Ubuntu are; others print the signature only. */
    private static final String NO_KEY = " shared secret not supplied with -M, can't check - ";

    private final StringBuilder out;
    private final Captured tcp;
    private final int sackBase;

    OptionData(StringBuilder out, Captured tcp, int sackBase) {
        this.out = out;
        this.tcp = tcp;
        this.sackBase = sackBase;
    }

    /** The caller has made sure that {@code length} octets are there; false where they are too few for the kind. */
    boolean print(OptionKind kind, int at, int length) {
        switch (kind) {
            case END, NOP, SACK_PERMITTED -> {}
            case MSS -> out.append(' ').append(tcp.getShort(at));
            case WINDOW_SCALE -> out.append(' ').append(tcp.getByte(at));
            case ECHO, ECHO_REPLY, CC, CC_NEW, CC_ECHO -> out.append(' ').append(unsigned(at));
            case TIMESTAMP ->
                out.append(" val ").append(unsigned(at)).append(" ecr ").append(unsigned(at + 4));
            case SACK -> printSack(at, length);
            case MD5 -> out.append(NO_KEY).append(tcp.hex(at, length));
            case SCPS ->
                out.append(" cap ").append(tcp.hex(at, 1)).append(" id ").append(tcp.getByte(at + 1));
            case USER_TIMEOUT -> printUserTimeout(tcp.getShort(at));
            case AUTHENTICATION -> printAuthentication(at, length);
            case FAST_OPEN -> printCookie(" ", at, length);
            case EXPERIMENT -> {
                return printExperiment(at, length);
            }
            case MPTCP, UNKNOWN -> out.append(length == 0 ? "" : " 0x").append(tcp.hex(at, length));
        }
        return true;
    }

    private void printSack(int at, int length) {
        if (length % 8 != 0) {
            out.append(" invalid sack");
            return;
        }
        out.append(' ').append(length / 8).append(' ');
        for (int edge = at; edge < at + length; edge += 8) {
            out.append('{').append(Integer.toUnsignedString(tcp.getInt(edge) - sackBase));
            out.append(':').append(Integer.toUnsignedString(tcp.getInt(edge + 4) - sackBase));
            out.append('}');
        }
    }

    /** RFC 5482, section 3: the lowest bit here says minutes, and tcpdump prints seconds. */
    private void printUserTimeout(int value) {
        int timeout = value >>> 1;
        out.append(" 0x").append(Integer.toHexString(value));
        out.append(' ').append((value & 1) != 0 ? timeout * 60 : timeout);
    }

    private void printAuthentication(int at, int length) {
        if (length < 2) {
            out.append(" (invalid)");
            return;
        }
        out.append(" keyid ").append(tcp.getByte(at)).append(" rnextkeyid ").append(tcp.getByte(at + 1));
        if (length > 2) {
            out.append(" mac 0x").append(tcp.hex(at + 2, length - 2));
        }
    }

    private boolean printExperiment(int at, int length) {
        if (length < 2) {
            return false;
        }
        int magic = tcp.getShort(at);
        out.append('-');
        if (magic == FAST_OPEN_MAGIC) {
            printCookie("tfo", at + 2, length - 2);
        } else {
            out.append(tcp.hex(at, 2));
        }
        return true;
    }

    /** RFC 7413, section 4.1.1: 4 to 16 octets, an even number. */
    private void printCookie(String before, int at, int length) {
        out.append(before);
        if (length == 0) {
            out.append(" cookiereq");
        } else if (length % 2 != 0 || length < 4 || length > 16) {
            out.append(" (invalid)");
        } else {
            out.append(" cookie ").append(tcp.hex(at, length));
        }
    }

    private String unsigned(int at) {
        return Integer.toUnsignedString(tcp.getInt(at));
    }
}
