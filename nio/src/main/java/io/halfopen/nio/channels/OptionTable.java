package io.halfopen.nio.channels;

import io.halfopen.linux.SocketOption;
import io.halfopen.nio.VirtualSocket;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** Which of the JDK's options is which of Linux's. */
final class OptionTable {
    private static final Map<java.net.SocketOption<?>, SocketOption> NUMBERS = new HashMap<>();
    private static final Map<java.net.SocketOption<?>, SocketOption> FLAGS = new HashMap<>();

    static {
        NUMBERS.put(StandardSocketOptions.SO_SNDBUF, SocketOption.SO_SNDBUF);
        NUMBERS.put(StandardSocketOptions.SO_RCVBUF, SocketOption.SO_RCVBUF);
        NUMBERS.put(StandardSocketOptions.SO_LINGER, SocketOption.SO_LINGER);
        NUMBERS.put(StandardSocketOptions.IP_TOS, SocketOption.IP_TOS);
        NUMBERS.put(ExtendedSocketOptions.TCP_KEEPIDLE, SocketOption.TCP_KEEPIDLE);
        NUMBERS.put(ExtendedSocketOptions.TCP_KEEPINTERVAL, SocketOption.TCP_KEEPINTVL);
        NUMBERS.put(ExtendedSocketOptions.TCP_KEEPCOUNT, SocketOption.TCP_KEEPCNT);
        FLAGS.put(StandardSocketOptions.SO_KEEPALIVE, SocketOption.SO_KEEPALIVE);
        FLAGS.put(StandardSocketOptions.SO_REUSEADDR, SocketOption.SO_REUSEADDR);
        FLAGS.put(StandardSocketOptions.SO_REUSEPORT, SocketOption.SO_REUSEPORT);
        FLAGS.put(StandardSocketOptions.TCP_NODELAY, SocketOption.TCP_NODELAY);
        FLAGS.put(ExtendedSocketOptions.TCP_QUICKACK, SocketOption.TCP_QUICKACK);
    }

    static final Set<java.net.SocketOption<?>> OF_SOCKETS = union();
    static final Set<java.net.SocketOption<?>> OF_SERVERS = Set.of(
            StandardSocketOptions.SO_RCVBUF,
            StandardSocketOptions.SO_REUSEADDR,
            StandardSocketOptions.SO_REUSEPORT,
            ExtendedSocketOptions.TCP_KEEPIDLE,
            ExtendedSocketOptions.TCP_KEEPINTERVAL,
            ExtendedSocketOptions.TCP_KEEPCOUNT,
            ExtendedSocketOptions.TCP_QUICKACK);

    private OptionTable() {}

    private static Set<java.net.SocketOption<?>> union() {
        Set<java.net.SocketOption<?>> all = new HashSet<>(NUMBERS.keySet());
        all.addAll(FLAGS.keySet());
        return Set.copyOf(all);
    }

    /** What every channel of the JDK checks, before it looks at anything else. */
    static void check(
            Set<java.net.SocketOption<?>> supported, java.net.SocketOption<?> option, @Nullable Object value) {
        if (!isOurs(option) && !supported.contains(option)) {
            throw new UnsupportedOperationException("'" + option + "' not supported");
        }
        boolean size = option.equals(StandardSocketOptions.SO_SNDBUF) || option.equals(StandardSocketOptions.SO_RCVBUF);
        if (size && value instanceof Integer number && number < 0) {
            throw new IllegalArgumentException("Invalid send/receive buffer size");
        }
        boolean tos = option.equals(StandardSocketOptions.IP_TOS);
        if (tos && value instanceof Integer number && (number < 0 || number > 255)) {
            throw new IllegalArgumentException("Invalid IP_TOS value");
        }
    }

    /** One of {@link LinuxSocketOption}, which the kernel's channels know nothing of. */
    static boolean isOurs(java.net.SocketOption<?> option) {
        return option instanceof LinuxSocketOption;
    }

    static void set(VirtualSocket socket, java.net.SocketOption<?> option, Object value) throws IOException {
        int result;
        SocketOption flag = FLAGS.get(option);
        if (option instanceof LinuxSocketOption linux) {
            result = socket.setsockopt(linux.linux(), (Integer) value);
        } else if (flag != null) {
            result = socket.setsockopt(flag, (Boolean) value ? 1 : 0);
        } else {
            int number = (Integer) value;
            boolean linger = option.equals(StandardSocketOptions.SO_LINGER);
            result = socket.setsockopt(linuxOf(option), linger ? Math.max(-1, Math.min(number, 0xffff)) : number);
        }
        if (result < 0) {
            throw Errors.ofCall(result);
        }
    }

    static Object get(VirtualSocket socket, java.net.SocketOption<?> option) throws IOException {
        SocketOption linux = option instanceof LinuxSocketOption ours ? ours.linux() : linuxOf(option);
        int value = socket.getsockopt(linux);
        if (value < 0 && linux != SocketOption.SO_LINGER && linux != SocketOption.SO_MAX_PACING_RATE) {
            throw Errors.ofCall(value);
        }
        if (FLAGS.containsKey(option)) {
            return value != 0;
        }
        // Linux doubles what is set, and the JDK halves what it gets.
        boolean doubled = linux == SocketOption.SO_SNDBUF || linux == SocketOption.SO_RCVBUF;
        return doubled && !isOurs(option) ? value / 2 : value;
    }

    private static SocketOption linuxOf(java.net.SocketOption<?> option) {
        SocketOption number = NUMBERS.get(option);
        SocketOption found = number == null ? FLAGS.get(option) : number;
        if (found == null) {
            throw new UnsupportedOperationException("'" + option + "' not supported");
        }
        return found;
    }
}
