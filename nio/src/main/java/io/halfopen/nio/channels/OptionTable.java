package io.halfopen.nio.channels;

import io.halfopen.linux.SocketOption;
import io.halfopen.nio.VirtualSocket;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** Which of the JDK's options is which of Linux's. */
final class OptionTable {
    /** Those whose names differ. */
    private static final Map<String, SocketOption> RENAMED = Map.of(
            "TCP_KEEPINTERVAL", SocketOption.TCP_KEEPINTVL,
            "TCP_KEEPCOUNT", SocketOption.TCP_KEEPCNT);

    /** Linux has it, and a virtual device has no queue to tell of. */
    private static final String NAPI_ID = "SO_INCOMING_NAPI_ID";

    private static final List<java.net.SocketOption<?>> ALWAYS = List.of(
            StandardSocketOptions.SO_SNDBUF,
            StandardSocketOptions.SO_RCVBUF,
            StandardSocketOptions.SO_LINGER,
            StandardSocketOptions.IP_TOS,
            StandardSocketOptions.SO_KEEPALIVE,
            StandardSocketOptions.SO_REUSEADDR,
            StandardSocketOptions.SO_REUSEPORT,
            StandardSocketOptions.TCP_NODELAY,
            ExtendedSocketOptions.TCP_KEEPIDLE,
            ExtendedSocketOptions.TCP_KEEPINTERVAL,
            ExtendedSocketOptions.TCP_KEEPCOUNT,
            ExtendedSocketOptions.TCP_QUICKACK);
    private static final List<java.net.SocketOption<?>> ALWAYS_OF_SERVERS = List.of(
            StandardSocketOptions.SO_RCVBUF,
            StandardSocketOptions.SO_REUSEADDR,
            StandardSocketOptions.SO_REUSEPORT,
            ExtendedSocketOptions.TCP_KEEPIDLE,
            ExtendedSocketOptions.TCP_KEEPINTERVAL,
            ExtendedSocketOptions.TCP_KEEPCOUNT,
            ExtendedSocketOptions.TCP_QUICKACK);

    private static final class OfSockets {
        static final Set<java.net.SocketOption<?>> ALL =
                with(ALWAYS, () -> KernelProvider.get().openSocketChannel());
    }

    private static final class OfServers {
        static final Set<java.net.SocketOption<?>> ALL =
                with(ALWAYS_OF_SERVERS, () -> KernelProvider.get().openServerSocketChannel());
    }

    private static final class OfAsynchronousSockets {
        static final Set<java.net.SocketOption<?>> ALL =
                with(List.of(), () -> KernelProvider.asynchronous().openAsynchronousSocketChannel(null));
    }

    private static final class OfAsynchronousServers {
        static final Set<java.net.SocketOption<?>> ALL =
                with(List.of(), () -> KernelProvider.asynchronous().openAsynchronousServerSocketChannel(null));
    }

    private OptionTable() {}

    static Set<java.net.SocketOption<?>> ofAsynchronousSockets() {
        return OfAsynchronousSockets.ALL.isEmpty() ? ofSockets() : OfAsynchronousSockets.ALL;
    }

    static Set<java.net.SocketOption<?>> ofAsynchronousServers() {
        return OfAsynchronousServers.ALL.isEmpty() ? ofServers() : OfAsynchronousServers.ALL;
    }

    static Set<java.net.SocketOption<?>> ofSockets() {
        return OfSockets.ALL;
    }

    static Set<java.net.SocketOption<?>> ofServers() {
        return OfServers.ALL;
    }

    /** Linux's, and what else this JDK has for the kernel's channels, if we know it. */
    private static Set<java.net.SocketOption<?>> with(
            List<java.net.SocketOption<?>> always, Sockets.Call<NetworkChannel> open) {
        Set<java.net.SocketOption<?>> all = new HashSet<>(always);
        try (NetworkChannel kernel = open.run()) {
            for (java.net.SocketOption<?> option : kernel.supportedOptions()) {
                if (option.name().equals(NAPI_ID) || linuxOf(option) != null) {
                    all.add(option);
                }
            }
        } catch (IOException | IllegalStateException noKernel) {
            return Set.copyOf(all);
        }
        return Set.copyOf(all);
    }

    /** The JDK has it for Socket.setOOBInline, without a public name. */
    @SuppressWarnings("unchecked") // an option of type Boolean
    static java.net.SocketOption<Boolean> oobInline() {
        for (java.net.SocketOption<?> option : ofSockets()) {
            if (option.name().equals(SocketOption.SO_OOBINLINE.name()) && option.type() == Boolean.class) {
                return (java.net.SocketOption<Boolean>) option;
            }
        }
        return FLAG_OOB_INLINE;
    }

    /** Where the JDK has none, sockets of the network have it still. */
    private static final java.net.SocketOption<Boolean> FLAG_OOB_INLINE =
            new LinuxFlag(SocketOption.SO_OOBINLINE.name(), Boolean.class);

    private record LinuxFlag(String name, Class<Boolean> type) implements java.net.SocketOption<Boolean> {}

    static void check(Set<java.net.SocketOption<?>> supported, java.net.SocketOption<?> option) {
        Objects.requireNonNull(option);
        if (isOfJdk(option) && !supported.contains(option)) {
            throw new UnsupportedOperationException("'" + option + "' not supported");
        }
    }

    /** What every channel of the JDK checks, before it looks at anything else. */
    static void checkValue(
            Set<java.net.SocketOption<?>> supported, java.net.SocketOption<?> option, @Nullable Object value)
            throws SocketException {
        check(supported, option);
        if (option.name().equals(NAPI_ID)) {
            throw new SocketException("Attempt to set read only option " + NAPI_ID);
        }
        if (value == null || !option.type().isInstance(value)) {
            throw new IllegalArgumentException("Invalid value '" + value + "'");
        }
        boolean size = option.equals(StandardSocketOptions.SO_SNDBUF) || option.equals(StandardSocketOptions.SO_RCVBUF);
        if (size && (Integer) value < 0) {
            throw new IllegalArgumentException("Invalid send/receive buffer size");
        }
        boolean tos = option.equals(StandardSocketOptions.IP_TOS);
        if (tos && ((Integer) value < 0 || (Integer) value > 255)) {
            throw new IllegalArgumentException("Invalid IP_TOS value");
        }
    }

    /** Not one of {@link LinuxSocketOption}, which the kernel's channels know nothing of. */
    static boolean isOfJdk(java.net.SocketOption<?> option) {
        return !(option instanceof LinuxSocketOption) && !(option instanceof LinuxFlag);
    }

    static void set(VirtualSocket socket, java.net.SocketOption<?> option, Object value) throws IOException {
        SocketOption linux = requireLinuxOf(option);
        int number = value instanceof Boolean on ? (on ? 1 : 0) : (Integer) value;
        boolean linger = option.equals(StandardSocketOptions.SO_LINGER);
        int result = socket.setsockopt(linux, linger ? Math.clamp(number, -1, 0xffff) : number);
        if (result >= 0 && option.equals(StandardSocketOptions.IP_TOS)) {
            int unused = socket.setsockopt(SocketOption.IPV6_TCLASS, number); // an IPv4 socket has none
        }
        if (result < 0) {
            throw Errors.ofCall(result);
        }
    }

    static Object get(VirtualSocket socket, java.net.SocketOption<?> option) throws IOException {
        if (option.name().equals(NAPI_ID)) {
            return 0;
        }
        SocketOption linux = requireLinuxOf(option);
        int value = socket.getsockopt(linux);
        if (value < 0 && linux != SocketOption.SO_LINGER && linux != SocketOption.SO_MAX_PACING_RATE) {
            throw Errors.ofCall(value);
        }
        if (option.type() == Boolean.class) {
            return value != 0;
        }
        // Linux doubles what is set, and the JDK halves what it gets.
        boolean doubled = linux == SocketOption.SO_SNDBUF || linux == SocketOption.SO_RCVBUF;
        return doubled && isOfJdk(option) ? value / 2 : value;
    }

    private static @Nullable SocketOption linuxOf(java.net.SocketOption<?> option) {
        return option instanceof LinuxSocketOption ours ? ours.linux() : Names.LINUX.get(option.name());
    }

    private static SocketOption requireLinuxOf(java.net.SocketOption<?> option) {
        SocketOption linux = linuxOf(option);
        if (linux == null) {
            throw new UnsupportedOperationException("'" + option + "' not supported");
        }
        return linux;
    }

    private static final class Names {
        static final Map<String, SocketOption> LINUX = new HashMap<>(RENAMED);

        static {
            for (SocketOption option : SocketOption.values()) {
                LINUX.put(option.name(), option);
            }
        }
    }
}
