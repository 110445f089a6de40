package io.halfopen.tcp;

import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Sysctls;
import io.halfopen.wire.IpHeader;

/** What a socket wants in the IP headers of its packets: ip(7) and ipv6(7). */
final class IpOptions {
    private final Sysctls sysctls;

    IpOptions(Sysctls sysctls) {
        this.sysctls = sysctls;
    }

    int set(Socket socket, SocketOption option, int value) {
        boolean ipv6 = option != SocketOption.IP_TOS && option != SocketOption.IP_TTL;
        if (ipv6 && !socket.ipv6) {
            return -Errno.ENOPROTOOPT;
        }
        boolean named = option == SocketOption.IPV6_V6ONLY && socket.localPort != 0;
        if (named || !isAllowed(option, value)) {
            return -Errno.EINVAL;
        }
        switch (option) {
            case IP_TOS -> socket.ipTos = value & 0xff & ~IpHeader.ECN_MASK;
            case IP_TTL -> socket.ipTtl = value;
            case IPV6_TCLASS -> socket.trafficClass = Math.max(0, value) & ~IpHeader.ECN_MASK;
            case IPV6_UNICAST_HOPS -> socket.hopLimit = value;
            case IPV6_V6ONLY -> socket.v6Only = value != 0;
            default -> throw new IllegalArgumentException("not of IP: " + option);
        }
        Connection c = socket.connection;
        if (c != null) {
            c.tos = socket.tos(c.isIpv4());
            c.ttl = socket.ttl(c.isIpv4());
        }
        return 0;
    }

    private static boolean isAllowed(SocketOption option, int value) {
        return switch (option) {
            case IP_TTL -> value >= -1 && value <= 255 && value != 0;
            case IPV6_TCLASS, IPV6_UNICAST_HOPS -> value >= -1 && value <= 255;
            default -> true;
        };
    }

    int get(Socket socket, SocketOption option) {
        return switch (option) {
            case IP_TOS -> socket.ipTos;
            case IP_TTL -> socket.ipTtl < 0 ? sysctls.get(Sysctl.ip_default_ttl) : socket.ipTtl;
            case IPV6_V6ONLY -> socket.ipv6 ? socket.v6Only ? 1 : 0 : -Errno.EOPNOTSUPP;
            case IPV6_TCLASS -> socket.ipv6 ? socket.trafficClass : -Errno.EOPNOTSUPP;
            case IPV6_UNICAST_HOPS -> socket.ipv6 ? hopLimit(socket) : -Errno.EOPNOTSUPP;
            default -> throw new IllegalArgumentException("not of IP: " + option);
        };
    }

    private int hopLimit(Socket socket) {
        return socket.hopLimit < 0 ? sysctls.get(Sysctl.hop_limit) : socket.hopLimit;
    }
}
