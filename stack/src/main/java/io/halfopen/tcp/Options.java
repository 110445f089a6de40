package io.halfopen.tcp;

import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;

/** setsockopt(2) and getsockopt(2), with Linux's limits. */
final class Options {
    private static final int LEAST_MAXSEG = 88;
    private static final int GREATEST_MAXSEG = 32767;
    private static final int GREATEST_SYNCNT = 127;

    private final Core core;
    private final IpOptions ipOptions;
    private final ReceiveOptions receiveOptions;
    private final SendOptions sendOptions;
    private final LifetimeOptions lifetimeOptions;

    Options(Core core, ReceiveCalls receiveCalls, Transmission transmission) {
        receiveOptions = new ReceiveOptions(core, receiveCalls);
        this.core = core;
        lifetimeOptions = new LifetimeOptions(core);
        sendOptions = new SendOptions(core, transmission);
        ipOptions = new IpOptions(core);
    }

    int set(Socket socket, SocketOption option, int value) {
        switch (option) {
            case IP_TOS, IP_TTL, IP_MTU, IP_MTU_DISCOVER, IPV6_TCLASS, IPV6_UNICAST_HOPS, IPV6_V6ONLY -> {
                return ipOptions.set(socket, option, value);
            }
            case SO_REUSEADDR -> {
                socket.reuseAddress = value != 0;
                shareAsSet(socket);
            }
            case SO_REUSEPORT -> {
                socket.reusePort = value != 0;
                shareAsSet(socket);
            }
            case TCP_NODELAY, TCP_CORK, TCP_NOTSENT_LOWAT, SO_SNDBUF -> sendOptions.set(socket, option, value);
            case SO_RCVBUF, SO_RCVBUFFORCE, SO_RCVLOWAT, SO_OOBINLINE, TCP_QUICKACK, TCP_WINDOW_CLAMP -> {
                return receiveOptions.set(socket, option, value);
            }
            case SO_LINGER, SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_LINGER2, TCP_USER_TIMEOUT -> {
                return lifetimeOptions.set(socket, option, value);
            }
            case TCP_MAXSEG -> {
                if (value != 0 && (value < LEAST_MAXSEG || value > GREATEST_MAXSEG)) {
                    return -Errno.EINVAL;
                }
                socket.maxSeg = value;
            }
            case TCP_SYNCNT -> {
                if (value < 1 || value > GREATEST_SYNCNT) {
                    return -Errno.EINVAL;
                }
                socket.synCount = value;
            }
            case TCP_FASTOPEN -> {
                return setFastOpen(socket, value);
            }
            case TCP_FASTOPEN_CONNECT -> {
                if (value < 0 || value > 1) {
                    return -Errno.EINVAL;
                }
                if ((core.sysctls.get(Sysctl.tcp_fastopen) & 1) == 0) {
                    return -Errno.EOPNOTSUPP;
                }
                if (socket.listener != null || isConnected(socket)) {
                    return -Errno.EINVAL;
                }
                socket.fastOpenConnect = value == 1;
            }
            case TCP_FASTOPEN_NO_COOKIE -> {
                if (value < 0 || value > 1 || isConnected(socket)) {
                    return -Errno.EINVAL;
                }
                socket.fastOpenNoCookie = value == 1;
            }
            case TCP_DEFER_ACCEPT -> {
                if (!core.kernel.defersAccept()) {
                    return -Errno.ENOPROTOOPT;
                }
                socket.deferTimeouts = DeferAccept.timeouts(value);
            }
            case SO_MAX_PACING_RATE -> {
                socket.keep(option, value);
                if (socket.connection != null) {
                    socket.connection.sender.pacing.limit(socket);
                }
            }
            case SO_PRIORITY,
                    SO_TIMESTAMP,
                    SO_ZEROCOPY,
                    TCP_THIN_LINEAR_TIMEOUTS,
                    TCP_SAVE_SYN,
                    TCP_INQ,
                    IP_RECVERR,
                    IP_BIND_ADDRESS_NO_PORT -> {
                if (!option.allows(value)) {
                    return -Errno.EINVAL;
                }
                socket.keep(option, option.kept(value));
            }
            case SO_ACCEPTCONN, SO_ERROR -> {
                return -Errno.ENOPROTOOPT;
            }
        }
        return 0;
    }

    private static void shareAsSet(Socket socket) {
        Connection c = socket.connection;
        if (c != null) {
            c.reuseAddress = socket.reuseAddress;
            c.reusePort = socket.reusePort;
        }
    }

    /** The kernel wants as much again for its own bookkeeping. */
    static int doubled(int value, int most, int least) {
        int taken = Integer.compareUnsigned(value, most) > 0 ? most : value;
        return Math.clamp(2L * taken, least, Integer.MAX_VALUE);
    }

    int get(Socket socket, SocketOption option) {
        return switch (option) {
            case SO_ACCEPTCONN -> socket.listener != null ? 1 : 0;
            case SO_ERROR -> takeAnyError(socket);
            case SO_LINGER, SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_LINGER2, TCP_USER_TIMEOUT ->
                lifetimeOptions.get(socket, option);
            case SO_REUSEADDR -> socket.reuseAddress ? 1 : 0;
            case SO_REUSEPORT -> socket.reusePort ? 1 : 0;
            case SO_RCVBUF, SO_RCVBUFFORCE, SO_RCVLOWAT, SO_OOBINLINE, TCP_QUICKACK, TCP_WINDOW_CLAMP ->
                receiveOptions.get(socket, option);
            case IP_TOS, IP_TTL, IP_MTU, IP_MTU_DISCOVER, IPV6_TCLASS, IPV6_UNICAST_HOPS, IPV6_V6ONLY ->
                ipOptions.get(socket, option);
            case TCP_NODELAY, TCP_CORK, TCP_NOTSENT_LOWAT, SO_SNDBUF -> sendOptions.get(socket, option);
            case SO_PRIORITY,
                    SO_TIMESTAMP,
                    SO_ZEROCOPY,
                    SO_MAX_PACING_RATE,
                    TCP_THIN_LINEAR_TIMEOUTS,
                    TCP_SAVE_SYN,
                    TCP_INQ,
                    IP_RECVERR,
                    IP_BIND_ADDRESS_NO_PORT -> socket.kept(option);
            case TCP_DEFER_ACCEPT -> DeferAccept.seconds(socket.deferTimeouts);
            case TCP_MAXSEG -> maxSeg(socket);
            case TCP_FASTOPEN -> socket.fastOpenLimit;
            case TCP_FASTOPEN_CONNECT -> socket.fastOpenConnect ? 1 : 0;
            case TCP_FASTOPEN_NO_COOKIE -> socket.fastOpenNoCookie ? 1 : 0;
            case TCP_SYNCNT -> socket.synCount == 0 ? core.sysctls.get(Sysctl.tcp_syn_retries) : socket.synCount;
        };
    }

    private static boolean isConnected(Socket socket) {
        return socket.connection != null && socket.connection.state() != TcpState.CLOSE;
    }

    private int setFastOpen(Socket socket, int value) {
        if (value < 0 || isConnected(socket)) {
            return -Errno.EINVAL;
        }
        socket.fastOpenLimit = Math.min(value, core.sysctls.get(Sysctl.somaxconn));
        if (socket.listener != null) {
            socket.listener.fastOpen.setLimit(socket.fastOpenLimit);
        }
        return 0;
    }

    /** TCP_FASTOPEN_KEY: one key of 16 octets, or two. */
    int setFastOpenKey(Socket socket, byte[] key) {
        if (key.length != FastOpenKeys.LENGTH && key.length != 2 * FastOpenKeys.LENGTH) {
            return -Errno.EINVAL;
        }
        socket.fastOpenKeys = FastOpenKeys.of(key);
        return 0;
    }

    /** SO_ERROR, other than the calls, also tells of what an ICMP error said of a connection that goes on. */
    private static int takeAnyError(Socket socket) {
        int error = socket.takeError();
        Connection c = socket.connection;
        if (error == 0 && c != null) {
            error = c.softError;
            c.softError = 0;
        }
        return error;
    }

    private static int maxSeg(Socket socket) {
        Connection c = socket.connection;
        if (c != null && c.sender.mss() > 0) {
            return c.sender.mss();
        }
        return socket.maxSeg == 0 ? HandshakeOptions.DEFAULT_MSS : socket.maxSeg;
    }
}
