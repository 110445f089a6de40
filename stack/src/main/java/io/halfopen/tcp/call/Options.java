package io.halfopen.tcp.call;

import static io.halfopen.linux.SocketOption.*;

import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.DeferAccept;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.transmit.Transmission;
import io.halfopen.wire.TcpOptions;
import java.util.EnumMap;
import java.util.Map;

/** setsockopt(2) and getsockopt(2), with Linux's limits: a table of who knows each option. */
public final class Options {
    private static final int LEAST_MAXSEG = 88;
    private static final int GREATEST_MAXSEG = 32767;
    private static final int GREATEST_SYNCNT = 127;

    /** Of a kernel with HZ=250. */
    private static final int MILLIS_PER_TICK = 4;

    /** Bits of SO_TIMESTAMPING. */
    private static final int OPT_ID = 1 << 7;

    private static final int OPT_TSONLY = 1 << 11;
    private static final int OPT_STATS = 1 << 12;
    private static final int OPT_ID_TCP = 1 << 16;

    private static final int SOCK_STREAM = 1;
    private static final int IPPROTO_TCP = 6;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private interface Setter {
        int set(Socket socket, SocketOption option, int value);
    }

    private interface Getter {
        int get(Socket socket, SocketOption option);
    }

    private record Handler(Setter setter, Getter getter) {}

    private final Core core;
    private final SendOptions send;
    private final Map<SocketOption, Handler> handlers = new EnumMap<>(SocketOption.class);

    public Options(Core core, ReceiveCalls receiveCalls, Transmission transmission) {
        this.core = core;
        IpOptions ip = new IpOptions(core);
        handle(ip::set, ip::get, IP_TOS, IP_TTL, IP_MTU, IP_MTU_DISCOVER);
        handle(ip::set, ip::get, IPV6_TCLASS, IPV6_UNICAST_HOPS, IPV6_V6ONLY);
        send = new SendOptions(core, transmission);
        handle(send::set, send::get, TCP_NODELAY, TCP_CORK, TCP_NOTSENT_LOWAT, SO_SNDBUF);
        ReceiveOptions receive = new ReceiveOptions(core, receiveCalls);
        handle(receive::set, receive::get, SO_RCVBUF, SO_RCVBUFFORCE, SO_RCVLOWAT);
        handle(receive::set, receive::get, SO_OOBINLINE, TCP_QUICKACK, TCP_WINDOW_CLAMP);
        LifetimeOptions lifetime = new LifetimeOptions(core);
        handle(lifetime::set, lifetime::get, SO_LINGER, SO_KEEPALIVE, TCP_LINGER2, TCP_USER_TIMEOUT);
        handle(lifetime::set, lifetime::get, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT);
        FastOpenOptions fastOpen = new FastOpenOptions(core);
        handle(fastOpen::set, fastOpen::get, TCP_FASTOPEN, TCP_FASTOPEN_CONNECT, TCP_FASTOPEN_NO_COOKIE);
        handle(Options::setShared, Options::getShared, SO_REUSEADDR, SO_REUSEPORT);
        handle(Options::setMaxSeg, Options::getMaxSeg, TCP_MAXSEG);
        handle(Options::setSynCount, this::getSynCount, TCP_SYNCNT);
        handle(
                this::setDeferral,
                (socket, option) -> DeferAccept.seconds(socket.opening.deferTimeouts),
                TCP_DEFER_ACCEPT);
        handle(Options::setPacingRate, Socket::kept, SO_MAX_PACING_RATE);
        handle(Options::keepTime, Socket::kept, SO_RCVTIMEO, SO_SNDTIMEO);
        handle(Options::refuse, Options::nature, SO_TYPE, SO_PROTOCOL, SO_DOMAIN);
        handle(Options::setLongestTimeout, (socket, option) -> socket.options.rtoMax, TCP_RTO_MAX_MS);
        handle(Options::keep, Socket::kept, SO_PRIORITY, SO_TIMESTAMP, SO_ZEROCOPY, TCP_THIN_LINEAR_TIMEOUTS);
        handle(
                Options::keep,
                Socket::kept,
                TCP_SAVE_SYN,
                TCP_INQ,
                IP_RECVERR,
                IP_BIND_ADDRESS_NO_PORT,
                IP_FREEBIND,
                SO_MARK);
        handle(Options::setTimestamping, Socket::kept, SO_TIMESTAMPING);
        handle(Options::refuse, (socket, option) -> socket.listener != null ? 1 : 0, SO_ACCEPTCONN);
        handle(Options::refuse, (socket, option) -> takeAnyError(socket), SO_ERROR);
    }

    /** TCP_CONGESTION, whose value is a name. */
    public int setCongestionControl(Socket socket, String name) {
        return send.setCongestionControl(socket, name);
    }

    private void handle(Setter setter, Getter getter, SocketOption... options) {
        Handler handler = new Handler(setter, getter);
        for (SocketOption option : options) {
            handlers.put(option, handler);
        }
    }

    private Handler handler(SocketOption option) {
        Handler handler = handlers.get(option);
        if (handler == null) {
            throw new IllegalStateException(option + " is in no row of the table");
        }
        return handler;
    }

    public int set(Socket socket, SocketOption option, int value) {
        return handler(option).setter.set(socket, option, value);
    }

    public int get(Socket socket, SocketOption option) {
        return handler(option).getter.get(socket, option);
    }

    private static int refuse(Socket socket, SocketOption option, int value) {
        return -Errno.ENOPROTOOPT;
    }

    /** Keeps an option that is accepted and ignored: its value is checked, kept and returned. */
    private static int keep(Socket socket, SocketOption option, int value) {
        if (!option.allows(value)) {
            return -Errno.EINVAL;
        }
        socket.keep(option, option.kept(value));
        return 0;
    }

    /** Of a kernel with HZ=250 it is a number of ticks; a negative time is none (sock_set_timeout). */
    private static int keepTime(Socket socket, SocketOption option, int millis) {
        long ticks = (Math.max(0L, millis) + MILLIS_PER_TICK - 1) / MILLIS_PER_TICK;
        socket.keep(option, (int) Math.min(Integer.MAX_VALUE, ticks * MILLIS_PER_TICK));
        return 0;
    }

    /** sock_set_timestamping: numbers of octets count from what is not acknowledged when they are asked for. */
    private static int setTimestamping(Socket socket, SocketOption option, int value) {
        boolean numbers = (value & OPT_ID) != 0;
        boolean unknown = !option.allows(value)
                || (value & OPT_ID_TCP) != 0 && !numbers
                || (value & OPT_STATS) != 0 && (value & OPT_TSONLY) == 0;
        Connection c = socket.connection;
        boolean asksForNumbers = numbers && (socket.kept(option) & OPT_ID) == 0;
        if (unknown || asksForNumbers && (c == null || c.state() == TcpState.CLOSE)) {
            return -Errno.EINVAL;
        }
        if (asksForNumbers && c != null) {
            c.sender.notices().countFrom((value & OPT_ID_TCP) != 0 ? c.sender.dataEnd() : c.sender.una());
        }
        socket.keep(option, value);
        if (c != null) {
            c.sender.notices().stampsOnly = (value & OPT_TSONLY) != 0;
        }
        return 0;
    }

    private static int nature(Socket socket, SocketOption option) {
        return switch (option) {
            case SO_TYPE -> SOCK_STREAM;
            case SO_PROTOCOL -> IPPROTO_TCP;
            default -> socket.ipv6 ? AF_INET6 : AF_INET;
        };
    }

    private static int setLongestTimeout(Socket socket, SocketOption option, int millis) {
        if (!Sysctl.tcp_rto_max_ms.allows(millis)) {
            return -Errno.EINVAL;
        }
        socket.change().rtoMax = millis;
        if (socket.connection != null) {
            socket.connection.sender.bound(socket.options.rtoMax);
        }
        return 0;
    }

    private static int setShared(Socket socket, SocketOption option, int value) {
        if (option == SO_REUSEADDR) {
            socket.change().reuseAddress = value != 0;
        } else {
            socket.change().reusePort = value != 0;
        }
        Connection c = socket.connection;
        if (c != null) {
            c.reuseAddress = socket.options.reuseAddress;
            c.reusePort = socket.options.reusePort;
        }
        return 0;
    }

    private static int getShared(Socket socket, SocketOption option) {
        return (option == SO_REUSEADDR ? socket.options.reuseAddress : socket.options.reusePort) ? 1 : 0;
    }

    private static int setMaxSeg(Socket socket, SocketOption option, int value) {
        if (value != 0 && (value < LEAST_MAXSEG || value > GREATEST_MAXSEG)) {
            return -Errno.EINVAL;
        }
        socket.change().maxSeg = value;
        return 0;
    }

    private static int getMaxSeg(Socket socket, SocketOption option) {
        Connection c = socket.connection;
        if (c != null && c.sender.mss() > 0) {
            return c.sender.mss();
        }
        return socket.options.maxSeg == 0 ? TcpOptions.DEFAULT_MSS : socket.options.maxSeg;
    }

    private static int setSynCount(Socket socket, SocketOption option, int value) {
        if (value < 1 || value > GREATEST_SYNCNT) {
            return -Errno.EINVAL;
        }
        socket.change().synCount = value;
        return 0;
    }

    private int getSynCount(Socket socket, SocketOption option) {
        return socket.options.synCount == 0 ? core.sysctls.get(Sysctl.tcp_syn_retries) : socket.options.synCount;
    }

    private int setDeferral(Socket socket, SocketOption option, int value) {
        if (!core.kernel.defersAccept()) {
            return -Errno.ENOPROTOOPT;
        }
        socket.opening().deferTimeouts = DeferAccept.timeouts(value);
        return 0;
    }

    private static int setPacingRate(Socket socket, SocketOption option, int value) {
        socket.keep(option, value);
        if (socket.connection != null) {
            socket.connection.sender.pacing.limit(value);
        }
        return 0;
    }

    /** The kernel wants as much again for its own bookkeeping. */
    static int doubled(int value, int most, int least) {
        int taken = Integer.compareUnsigned(value, most) > 0 ? most : value;
        return Math.clamp(2L * taken, least, Integer.MAX_VALUE);
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
}
