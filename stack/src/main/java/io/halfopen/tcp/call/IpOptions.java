package io.halfopen.tcp.call;

import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.Sysctls;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.PathMtu;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.transmit.PathMtuDiscovery;
import io.halfopen.wire.IpHeader;
import java.util.EnumSet;
import java.util.Set;

/** What a socket wants in the IP headers of its packets: ip(7) and ipv6(7). */
final class IpOptions {
    private static final Set<SocketOption> IPV6 =
            EnumSet.of(SocketOption.IPV6_TCLASS, SocketOption.IPV6_UNICAST_HOPS, SocketOption.IPV6_V6ONLY);

    private final Core core;
    private final Sysctls sysctls;

    IpOptions(Core core) {
        this.core = core;
        sysctls = core.sysctls;
    }

    int set(Socket socket, SocketOption option, int value) {
        boolean ipv6 = IPV6.contains(option);
        if (ipv6 && !socket.ipv6) {
            return -Errno.ENOPROTOOPT;
        }
        if (option == SocketOption.IP_MTU) {
            return -Errno.ENOPROTOOPT;
        }
        boolean named = option == SocketOption.IPV6_V6ONLY && socket.localPort != 0;
        if (named || !isAllowed(option, value)) {
            return -Errno.EINVAL;
        }
        switch (option) {
            case IP_TOS -> socket.change().ipTos = value & 0xff & ~IpHeader.ECN_MASK;
            case IP_TTL -> socket.change().ipTtl = value;
            case IP_MTU_DISCOVER -> socket.change().mtuDiscover = (byte) value;
            case IPV6_TCLASS -> socket.change().trafficClass = Math.max(0, value) & ~IpHeader.ECN_MASK;
            case IPV6_UNICAST_HOPS -> socket.change().hopLimit = value;
            case IPV6_V6ONLY -> socket.change().v6Only = value != 0;
            default -> throw new IllegalArgumentException("not of IP: " + option);
        }
        Connection c = socket.connection;
        if (c != null) {
            c.tos = socket.tos(c.isIpv4());
            c.ttl = socket.ttl(c.isIpv4());
            c.path.discover = socket.options.mtuDiscover;
        }
        return 0;
    }

    private static boolean isAllowed(SocketOption option, int value) {
        return switch (option) {
            case IP_TTL -> value >= -1 && value <= 255 && value != 0;
            case IPV6_TCLASS, IPV6_UNICAST_HOPS -> value >= -1 && value <= 255;
            case IP_MTU_DISCOVER -> value >= PathMtu.DONT && value <= PathMtu.OMIT;
            default -> true;
        };
    }

    int get(Socket socket, SocketOption option) {
        return switch (option) {
            case IP_TOS -> socket.options.ipTos;
            case IP_TTL -> socket.options.ipTtl < 0 ? sysctls.get(Sysctl.ip_default_ttl) : socket.options.ipTtl;
            case IP_MTU_DISCOVER -> socket.options.mtuDiscover;
            case IP_MTU -> mtu(socket);
            case IPV6_V6ONLY -> socket.ipv6 ? socket.options.v6Only ? 1 : 0 : -Errno.EOPNOTSUPP;
            case IPV6_TCLASS -> socket.ipv6 ? socket.options.trafficClass : -Errno.EOPNOTSUPP;
            case IPV6_UNICAST_HOPS -> socket.ipv6 ? hopLimit(socket) : -Errno.EOPNOTSUPP;
            default -> throw new IllegalArgumentException("not of IP: " + option);
        };
    }

    /** The MTU of the path to the peer, as it is known now. */
    private int mtu(Socket socket) {
        Connection c = socket.connection;
        return c == null || c.state() == TcpState.CLOSE ? -Errno.ENOTCONN : PathMtuDiscovery.of(core, c);
    }

    private int hopLimit(Socket socket) {
        return socket.options.hopLimit < 0 ? sysctls.get(Sysctl.hop_limit) : socket.options.hopLimit;
    }
}
