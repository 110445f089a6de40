package io.halfopen.app.explain;

/** What ICMP errors say, and what connect() makes of them. */
final class IcmpText {
    private IcmpText() {}

    static String what(int type, int code, boolean v4) {
        if (v4 && type == 3) {
            return switch (code) {
                case 0 -> "network unreachable";
                case 1 -> "host unreachable";
                case 2 -> "protocol unreachable";
                case 3 -> "port unreachable (a firewall that rejects: TCP itself would send an RST)";
                case 4 -> "fragmentation needed";
                case 9, 10, 13 -> "administratively prohibited";
                default -> "unreachable, code " + code;
            };
        }
        if (v4) {
            return type == 11 ? "time exceeded" : "parameter problem";
        }
        return switch (type) {
            case 1 ->
                switch (code) {
                    case 0 -> "no route";
                    case 1 -> "administratively prohibited";
                    case 3 -> "address unreachable";
                    case 4 -> "port unreachable (a firewall that rejects: TCP itself would send an RST)";
                    default -> "unreachable, code " + code;
                };
            case 2 -> "packet too big";
            case 3 -> "time exceeded";
            default -> "parameter problem";
        };
    }

    static String errno(int type, int code, boolean v4) {
        if (v4) {
            boolean refused = type == 3 && (code == 2 || code == 3);
            boolean network = type == 3 && (code == 0 || code == 6 || code == 9);
            return refused
                    ? code == 2 ? "ENOPROTOOPT" : "ECONNREFUSED"
                    : type == 12 ? "EPROTO" : network ? "ENETUNREACH" : "EHOSTUNREACH";
        }
        if (type == 1) {
            return code == 4 ? "ECONNREFUSED" : code == 0 ? "ENETUNREACH" : code == 1 ? "EACCES" : "EHOSTUNREACH";
        }
        return type == 4 ? "EPROTO" : "EHOSTUNREACH";
    }
}
