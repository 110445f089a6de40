package io.halfopen.drill;

import io.halfopen.drill.Arguments.SocketAddress;
import io.halfopen.drill.SystemCalls.Descriptor;
import io.halfopen.drill.SystemCalls.Operation;
import io.halfopen.linux.Errno;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The calls that make, name, connect and end sockets. */
final class SocketOperations {
    private static final int SOCK_TYPE = 0xf;
    private static final int SOCK_STREAM = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 0x800;
    private static final int F_GETFD = 1;
    private static final int F_SETFD = 2;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;

    private final Machine machine;
    private final Settings settings;
    private final Subjects subjects;
    private final Map<Integer, Descriptor> descriptors;

    SocketOperations(Machine machine, Settings settings, Subjects subjects, Map<Integer, Descriptor> descriptors) {
        this.machine = machine;
        this.settings = settings;
        this.subjects = subjects;
        this.descriptors = descriptors;
    }

    /** A call that is done at once, and what follows from its success. */
    private record Simple(Call call, Then then) implements Operation {
        interface Call {
            int make() throws Stop;
        }

        interface Then {
            void done(int result) throws Stop;
        }

        @Override
        public int attempt() throws Stop {
            return call.make();
        }

        @Override
        public void finish(int result) throws Stop {
            if (result >= 0) {
                then.done(result);
            }
        }
    }

    Operation socket(Arguments arguments) throws Stop {
        arguments.require(3, 3);
        boolean ipv4 = settings.ipVersion().equals("ipv4");
        int family = arguments.isDots(0) ? ipv4 ? Stack.AF_INET : Stack.AF_INET6 : arguments.integer(0);
        int type = arguments.integer(1);
        int protocol = arguments.isDots(2) ? 0 : arguments.integer(2);
        if ((type & SOCK_TYPE) != SOCK_STREAM) {
            throw Stop.unsupported("a socket that is not SOCK_STREAM");
        }
        return new Simple(() -> machine.socket(family, type, protocol), live -> {
            int fd = open(arguments, live, (type & O_NONBLOCK) != 0);
            subjects.open(fd);
        });
    }

    /** The script's number names this one from now on, also where an older one has it that was never closed. */
    private int open(Arguments arguments, int live, boolean nonBlocking) throws Stop {
        int fd = arguments.newFd();
        if (descriptors.put(fd, new Descriptor(live, nonBlocking)) != null) {
            subjects.closed(fd);
        }
        return fd;
    }

    Operation bind(Arguments arguments) throws Stop {
        arguments.require(3, 3);
        int fd = arguments.scriptFd(0);
        Descriptor descriptor = arguments.descriptor(0);
        SocketAddress to =
                arguments.isDots(1) ? new SocketAddress(settings.local(), settings.bindPort()) : arguments.address(1);
        return new Simple(() -> machine.bind(descriptor.live, to.address(), to.port()), ok -> {
            Subject subject = subjects.ofFd(fd);
            if (subject != null && to.port() != 0) {
                subject.localPort = to.port();
            }
        });
    }

    Operation listen(Arguments arguments) throws Stop {
        arguments.require(2, 2);
        int fd = arguments.scriptFd(0);
        Descriptor descriptor = arguments.descriptor(0);
        int backlog = arguments.integer(1);
        return new Simple(() -> machine.listen(descriptor.live, backlog), ok -> {
            Subject subject = subjects.ofFd(fd);
            if (subject != null) {
                subject.state = Subject.State.LISTENING;
            }
        });
    }

    Operation accept(Arguments arguments) throws Stop {
        arguments.require(3, 3);
        Descriptor descriptor = arguments.descriptor(0);
        Operation accept =
                new Simple(() -> SystemCalls.orWait(machine.accept(descriptor.live), descriptor.nonBlocking), live -> {
                    int fd = open(arguments, live, false);
                    SystemCalls.descriptor(descriptors, fd).takeTimeouts(descriptor);
                    SocketRow row = machine.row(live);
                    subjects.accepted(fd, row.remoteAddress(), row.remotePort());
                });
        return new LimitedOperation(machine, accept, descriptor.receiveTimeout, () -> -Errno.EAGAIN);
    }

    Operation connect(Arguments arguments) throws Stop {
        arguments.require(3, 3);
        Descriptor descriptor = arguments.descriptor(0);
        SocketAddress to = destination(arguments, 1);
        if (to != null) {
            subjects.connecting(arguments.scriptFd(0), to.address(), to.port());
        }
        IpAddress address = to == null ? null : to.address();
        int port = to == null ? 0 : to.port();
        boolean[] waits = {false};
        int[] begun = {0};
        Operation connect = () -> {
            if (waits[0]) {
                return connected(machine, descriptor.live);
            }
            int result = machine.connect(descriptor.live, address, port);
            subjects.connects(
                    arguments.scriptFd(0), machine.getsockname(descriptor.live).port());
            begun[0] = result;
            boolean pending = result == -Errno.EINPROGRESS || result == -Errno.EALREADY;
            waits[0] = pending && !descriptor.nonBlocking;
            return waits[0] ? SystemCalls.WAIT : result;
        };
        return new LimitedOperation(machine, connect, descriptor.sendTimeout, () -> begun[0]);
    }

    /** Who waits in connect() looks at the state (__inet_stream_connect): after a shutdown() another call would begin anew. */
    static int connected(Machine machine, int live) throws Stop {
        TcpState state = machine.row(live).state();
        if (state == TcpState.SYN_SENT || state == TcpState.SYN_RECV) {
            return SystemCalls.WAIT;
        }
        if (state != TcpState.CLOSE) {
            return 0;
        }
        byte[] value = new byte[Integer.BYTES];
        machine.getsockopt(live, SOL_SOCKET, SO_ERROR, "SO_ERROR", value);
        int error = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
        return error == 0 ? -Symbols.errno("ECONNABORTED") : -error;
    }

    /** {@code ...} is the remote end, a number an address family: AF_UNSPEC, which is null. */
    private @Nullable SocketAddress destination(Arguments arguments, int index) throws Stop {
        if (arguments.isDots(index)) {
            return new SocketAddress(settings.remote(), settings.connectPort());
        }
        if (arguments.get(index) instanceof Expression.Struct) {
            return arguments.address(index);
        }
        if (arguments.integer(index) != 0) {
            throw Stop.unsupported("an address of family " + arguments.get(index));
        }
        return null;
    }

    /** getsockname() and getpeername(): what is written for the address is compared, unless that is {@code ...}. */
    Operation name(Arguments arguments) throws Stop {
        arguments.require(3, 3);
        Descriptor descriptor = arguments.descriptor(0);
        boolean peer = arguments.name().equals("getpeername");
        SocketAddress expected = arguments.isDots(1) ? null : arguments.address(1);
        return () -> {
            Machine.Name name = peer ? machine.getpeername(descriptor.live) : machine.getsockname(descriptor.live);
            SocketAddress there = new SocketAddress(name.address(), name.port());
            if (name.result() == 0 && expected != null && !expected.equals(there)) {
                throw Stop.failed(arguments.name() + "() says " + there.address() + " port " + there.port() + ", not "
                        + expected.address() + " port " + expected.port());
            }
            return name.result();
        };
    }

    Operation shutdown(Arguments arguments) throws Stop {
        arguments.require(2, 2);
        Descriptor descriptor = arguments.descriptor(0);
        int how = arguments.integer(1);
        return () -> machine.shutdown(descriptor.live, how);
    }

    Operation close(Arguments arguments) throws Stop {
        arguments.require(1, 1);
        int fd = arguments.scriptFd(0);
        Descriptor descriptor = arguments.descriptor(0);
        return new Simple(() -> machine.close(descriptor.live), ok -> {
            descriptors.remove(fd);
            subjects.closed(fd);
        });
    }

    /** The machine's sockets never block, so their flags are kept here. */
    Operation fcntl(Arguments arguments) throws Stop {
        arguments.require(2, 3);
        Descriptor descriptor = arguments.descriptor(0);
        int command = arguments.integer(1);
        int value = arguments.count() > 2 ? arguments.integer(2) : 0;
        return switch (command) {
            case F_GETFL -> () -> O_RDWR | (descriptor.nonBlocking ? O_NONBLOCK : 0);
            case F_SETFL ->
                () -> {
                    descriptor.nonBlocking = (value & O_NONBLOCK) != 0;
                    return 0;
                };
            case F_GETFD, F_SETFD -> () -> 0;
            default -> throw Stop.unsupported("fcntl() " + arguments.get(1));
        };
    }
}
