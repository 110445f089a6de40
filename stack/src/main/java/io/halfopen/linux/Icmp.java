package io.halfopen.linux;

import org.jspecify.annotations.Nullable;

/** What Linux makes of ICMP and ICMPv6 errors: icmp_err_convert, icmpv6_err_convert, and the heads of tcp_v4_err and
 * tcp_v6_err. Types and codes are those of RFC 792 and RFC 4443; all were measured on 6.18. */
public final class Icmp {
    public static final int V4_UNREACHABLE = 3;
    public static final int V4_TIME_EXCEEDED = 11;
    public static final int V4_PARAMETER_PROBLEM = 12;

    public static final int V6_UNREACHABLE = 1;
    public static final int V6_TOO_BIG = 2;
    public static final int V6_TIME_EXCEEDED = 3;
    public static final int V6_PARAMETER_PROBLEM = 4;

    public static final int V4_ECHO = 8;
    public static final int V4_ECHO_REPLY = 0;
    public static final int V6_ECHO = 128;
    public static final int V6_ECHO_REPLY = 129;

    public static final int PROTOCOL_UNREACHABLE = 2;
    public static final int PORT_UNREACHABLE = 3;
    public static final int PORT_UNREACHABLE_V6 = 4;
    public static final int UNKNOWN_NEXT_HEADER = 1;
    public static final int INCOMPLETE_CHAIN = 3;
    public static final int REASSEMBLY_TIME_EXCEEDED = 1;

    private Icmp() {}

    /** What connect() fails with, or 0 if Linux makes nothing of it. */
    public static int errno(boolean v6, int type, int code) {
        return v6 ? errnoV6(type, code) : errnoV4(type, code);
    }

    private static int errnoV4(int type, int code) {
        return switch (type) {
            case V4_UNREACHABLE ->
                switch (code) {
                    case 0, 6, 9, 11 -> Errno.ENETUNREACH;
                    case 1, 10, 12, 13, 14, 15 -> Errno.EHOSTUNREACH;
                    case 2 -> Errno.ENOPROTOOPT;
                    case 3 -> Errno.ECONNREFUSED;
                    case 5 -> Errno.EOPNOTSUPP;
                    case 7 -> Errno.EHOSTDOWN;
                    case 8 -> Errno.ENONET;
                    default -> 0; // 4 is about the MTU, and above 15 there are none
                };
            case V4_TIME_EXCEEDED -> code == REASSEMBLY_TIME_EXCEEDED ? 0 : Errno.EHOSTUNREACH;
            case V4_PARAMETER_PROBLEM -> Errno.EPROTO;
            default -> 0;
        };
    }

    private static int errnoV6(int type, int code) {
        return switch (type) {
            case V6_UNREACHABLE ->
                switch (code) {
                    case 0 -> Errno.ENETUNREACH;
                    case 1, 5, 6 -> Errno.EACCES;
                    case 2, 3 -> Errno.EHOSTUNREACH;
                    case 4 -> Errno.ECONNREFUSED;
                    default -> Errno.EPROTO;
                };
            case V6_TIME_EXCEEDED -> Errno.EHOSTUNREACH;
            case V6_TOO_BIG -> 0;
            default -> Errno.EPROTO; // also of errors that nobody knows
        };
    }

    /** Whether a half-open ends whose SYN-ACK met this: with IPv4 what may pass, with IPv6 what will not. */
    public static boolean endsHalfOpen(boolean v6, int type, int code) {
        if (v6) {
            return type == V6_PARAMETER_PROBLEM || type == V6_UNREACHABLE && (code == 1 || code >= 4);
        }
        return type == V4_PARAMETER_PROBLEM
                || type == V4_TIME_EXCEEDED && code != REASSEMBLY_TIME_EXCEEDED
                || type == V4_UNREACHABLE && code <= 1;
    }

    /** Whether it says that the way is broken rather than congested, so that backing off does not help (RFC 6069). */
    public static boolean isDisconnected(boolean v6, int type, int code) {
        return v6 ? type == V6_UNREACHABLE && code == 0 : type == V4_UNREACHABLE && code <= 1;
    }

    /** What messages of this type are counted as; null for those that have no effect on TCP. */
    public static @Nullable Counter counterOf(boolean v6, int type) {
        if (type == (v6 ? V6_UNREACHABLE : V4_UNREACHABLE)) {
            return Counter.InDestUnreachs;
        }
        if (type == (v6 ? V6_TIME_EXCEEDED : V4_TIME_EXCEEDED)) {
            return Counter.InTimeExcds;
        }
        if (v6 && type == V6_TOO_BIG) {
            return Counter.InPktTooBigs;
        }
        if (type == (v6 ? V6_ECHO : V4_ECHO)) {
            return Counter.InEchos;
        }
        if (type == (v6 ? V6_ECHO_REPLY : V4_ECHO_REPLY)) {
            return Counter.InEchoReps;
        }
        return type == (v6 ? V6_PARAMETER_PROBLEM : V4_PARAMETER_PROBLEM) ? Counter.InParmProbs : null;
    }

    /** What an error that is sent is counted as. */
    public static Counter sentCounterOf(boolean v6, int type) {
        if (type == (v6 ? V6_UNREACHABLE : V4_UNREACHABLE)) {
            return Counter.OutDestUnreachs;
        }
        return type == (v6 ? V6_TIME_EXCEEDED : V4_TIME_EXCEEDED) ? Counter.OutTimeExcds : Counter.OutParmProbs;
    }

    /** Others are errors of who sends them (icmp_rcv); IPv6 takes any (icmpv6_rcv). */
    public static boolean isKnown(boolean v6, int type) {
        return v6 || type <= 18 || type == 42 || type == 43;
    }

    /** About such a message no error is sent (RFC 1122, section 3.2.2): what is not known may be one. */
    public static boolean isError(boolean v6, int type) {
        return v6 ? type < V6_ECHO : type != V4_ECHO_REPLY && type != V4_ECHO && (type < 13 || type > 18);
    }
}
