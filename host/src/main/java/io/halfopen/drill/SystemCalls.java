package io.halfopen.drill;

import io.halfopen.linux.Errno;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Makes the system calls of a script and checks what they return. */
final class SystemCalls {
    /** What an attempt returns that would have to wait. */
    static final int WAIT = Integer.MIN_VALUE;

    private static final Set<String> SUPPORTED = Set.of(
            "socket",
            "bind",
            "listen",
            "accept",
            "connect",
            "read",
            "readv",
            "recv",
            "recvfrom",
            "recvmsg",
            "write",
            "writev",
            "send",
            "sendto",
            "sendmsg",
            "fcntl",
            "ioctl",
            "close",
            "shutdown",
            "getsockname",
            "getpeername",
            "getsockopt",
            "setsockopt",
            "poll",
            "epoll_create",
            "epoll_ctl",
            "epoll_wait",
            "open",
            "pipe",
            "sendfile",
            "splice");

    /** packetdrill has them; they are not about connections. */
    private static final Set<String> UNSUPPORTED = Set.of("cap_set", "psp_rx_assoc", "psp_tx_assoc");

    /** A call, which may have to be tried several times. */
    interface Operation {
        /** Its result, or {@link #WAIT} if it blocks. */
        int attempt() throws Stop;

        /** It has returned. */
        default void finish(int result) throws Stop {}

        /** When another attempt makes sense though nothing has happened. */
        default long due() {
            return Long.MAX_VALUE;
        }
    }

    /** A descriptor of the script, and the machine's. The script's blocks unless it said otherwise. */
    static final class Descriptor {
        final int live;
        boolean nonBlocking;

        /** SO_RCVTIMEO and SO_SNDTIMEO, ns: how long a call that blocks waits. */
        long receiveTimeout = Long.MAX_VALUE;

        long sendTimeout = Long.MAX_VALUE;

        Descriptor(int live, boolean nonBlocking) {
            this.live = live;
            this.nonBlocking = nonBlocking;
        }

        /** accept() hands them on. */
        void takeTimeouts(Descriptor listener) {
            receiveTimeout = listener.receiveTimeout;
            sendTimeout = listener.sendTimeout;
        }
    }

    private final Map<Integer, Descriptor> descriptors = new HashMap<>();
    private final Timeline timeline;
    private final SocketOperations sockets;
    private final DataOperations data;
    private final PollOperations polls;
    private final OptionOperations options;
    private final FileOperations fileOperations;

    /** {@code files} are those that the script's commands make, with their lengths. */
    SystemCalls(Machine machine, Settings settings, Subjects subjects, Timeline timeline, Map<String, Integer> files) {
        fileOperations = new FileOperations(machine, descriptors, files);
        this.timeline = timeline;
        sockets = new SocketOperations(machine, settings, subjects, descriptors);
        data = new DataOperations(machine, settings, subjects, new MessageOperations(machine, settings, timeline));
        polls = new PollOperations(machine, descriptors);
        options = new OptionOperations(machine);
    }

    static boolean isKnown(String name) {
        return SUPPORTED.contains(name) || UNSUPPORTED.contains(name);
    }

    int liveFd(int scriptFd) throws Stop {
        return descriptor(descriptors, scriptFd).live;
    }

    static Descriptor descriptor(Map<Integer, Descriptor> descriptors, int scriptFd) throws Stop {
        Descriptor descriptor = descriptors.get(scriptFd);
        if (descriptor == null) {
            throw Stop.failed("the script has no descriptor " + scriptFd + " now");
        }
        return descriptor;
    }

    void run(Event event, Action.Call call) throws Stop {
        Arguments arguments = new Arguments(call, descriptors);
        Operation operation = operation(arguments);
        Checked checked = new Checked(call, operation);
        int result = operation.attempt();
        if (result == WAIT && !call.blocks()) {
            // Over loopback a handshake is done when connect() looks again.
            result = operation.attempt();
        }
        if (result != WAIT) {
            checked.finish(result);
            if (call.blocks()) {
                timeline.checkEnd(event, call);
            }
        } else if (call.blocks()) {
            timeline.block(event, call, checked);
        } else {
            throw Stop.failed(call.name() + "() blocks: where that is meant, write 0...1 before it");
        }
    }

    private Operation operation(Arguments arguments) throws Stop {
        return switch (arguments.name()) {
            case "socket" -> sockets.socket(arguments);
            case "bind" -> sockets.bind(arguments);
            case "listen" -> sockets.listen(arguments);
            case "accept" -> sockets.accept(arguments);
            case "connect" -> sockets.connect(arguments);
            case "shutdown" -> sockets.shutdown(arguments);
            case "close" -> sockets.close(arguments);
            case "getsockname", "getpeername" -> sockets.name(arguments);
            case "fcntl" -> sockets.fcntl(arguments);
            case "read", "readv", "recv", "recvfrom", "recvmsg" -> data.receive(arguments);
            case "write", "writev", "send", "sendmsg" -> data.send(arguments);
            case "sendto" -> data.sendTo(arguments);
            case "ioctl" -> options.ioctl(arguments);
            case "getsockopt" -> options.getsockopt(arguments);
            case "setsockopt" -> options.setsockopt(arguments);
            case "poll" -> polls.poll(arguments);
            case "epoll_create" -> polls.epollCreate(arguments);
            case "epoll_ctl" -> polls.epollCtl(arguments);
            case "epoll_wait" -> polls.epollWait(arguments);
            case "open" -> fileOperations.open(arguments);
            case "pipe" -> fileOperations.pipe(arguments);
            case "sendfile" -> fileOperations.sendfile(arguments);
            case "splice" -> fileOperations.splice(arguments);
            default -> throw Stop.unsupported(arguments.name() + "()");
        };
    }

    /** An operation whose result is compared with the script's. */
    private record Checked(Action.Call call, Operation operation) implements Operation {
        @Override
        public int attempt() throws Stop {
            return operation.attempt();
        }

        @Override
        public long due() {
            return operation.due();
        }

        @Override
        public void finish(int result) throws Stop {
            if (!isExpected(result)) {
                throw Stop.failed(call.name() + "() returned " + text(result) + ", not " + call.result()
                        + (call.errno() == null ? "" : " " + call.errno()));
            }
            operation.finish(result);
        }

        private boolean isExpected(int result) throws Stop {
            if (call.result() instanceof Expression.Dots) {
                return true;
            }
            long expected = Arguments.number(call.result());
            String errno = call.errno();
            boolean sameError = errno == null || (result < 0 && -result == Symbols.errno(errno));
            boolean fd = Set.of("socket", "accept", "epoll_create", "open").contains(call.name());
            boolean same = fd && expected >= 0 ? result >= 0 : Math.max(result, -1) == expected;
            return same && sameError;
        }

        private static String text(int result) {
            return result >= 0 ? Integer.toString(result) : "-1 " + Symbols.errnoName(-result);
        }
    }

    /** What a call that would have to wait does: it waits where the descriptor blocks. */
    static int orWait(int result, boolean nonBlocking) {
        return result == -Errno.EAGAIN && !nonBlocking ? WAIT : result;
    }
}
