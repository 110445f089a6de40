package io.halfopen.nio;

/** Why a router, or a firewall, says that there is no way on, with the codes of ICMP. */
public enum Unreachable {
    /** connect() fails with ENETUNREACH. */
    NETWORK(0, 0),
    /** connect() fails with EHOSTUNREACH. */
    HOST(1, 3),
    /** connect() fails with ECONNREFUSED: what iptables' REJECT says unless told otherwise. */
    PORT(3, 4),
    /** connect() fails with EHOSTUNREACH, IPv6: EACCES. */
    PROHIBITED(13, 1);

    private final int code;
    private final int codeV6;

    Unreachable(int code, int codeV6) {
        this.code = code;
        this.codeV6 = codeV6;
    }

    int code() {
        return code;
    }

    int codeV6() {
        return codeV6;
    }
}
