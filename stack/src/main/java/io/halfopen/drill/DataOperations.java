package io.halfopen.drill;

import io.halfopen.drill.SystemCalls.Descriptor;
import io.halfopen.drill.SystemCalls.Operation;
import io.halfopen.linux.Errno;
import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** The calls that move data. What is sent is zeros; what is received only counts. */
final class DataOperations {
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_WAITALL = 0x100;
    private static final int MSG_FASTOPEN = 0x20000000;

    private final Machine machine;
    private final Settings settings;
    private final Subjects subjects;

    DataOperations(Machine machine, Settings settings, Subjects subjects) {
        this.machine = machine;
        this.settings = settings;
        this.subjects = subjects;
    }

    /** How much, and with which flags. */
    private record Transfer(int length, int flags) {}

    private static Transfer transfer(Arguments arguments) throws Stop {
        return switch (arguments.name()) {
            case "read", "write" -> {
                arguments.require(3, 3);
                yield new Transfer(arguments.integer(2), 0);
            }
            case "recv", "send" -> {
                arguments.require(4, 4);
                yield new Transfer(arguments.integer(2), arguments.integer(3));
            }
            case "recvfrom", "sendto" -> {
                arguments.require(6, 6);
                yield new Transfer(arguments.integer(2), arguments.integer(3));
            }
            case "readv", "writev" -> {
                arguments.require(3, 3);
                yield new Transfer(arguments.vectorLength(arguments.get(1)), 0);
            }
            default -> {
                arguments.require(3, 3);
                yield new Transfer(messageLength(arguments), arguments.integer(2));
            }
        };
    }

    private static int messageLength(Arguments arguments) throws Stop {
        Expression message = arguments.get(1);
        Expression vectors = Arguments.field(message, "msg_iov");
        Expression control = Arguments.field(message, "msg_control");
        if (vectors == null) {
            throw Stop.failed(arguments.name() + "(): expected {msg_name(...)=..., msg_iov(1)=[...], ...}");
        }
        if (control != null) {
            throw Stop.unsupported("msg_control");
        }
        return arguments.vectorLength(vectors);
    }

    Operation receive(Arguments arguments) throws Stop {
        Descriptor descriptor = arguments.descriptor(0);
        Transfer transfer = transfer(arguments);
        boolean nonBlocking = descriptor.nonBlocking || (transfer.flags & MSG_DONTWAIT) != 0;
        int[] done = {0};
        return () -> {
            int result = machine.receive(descriptor.live, transfer.length - done[0], transfer.flags & ~MSG_WAITALL);
            boolean all = (transfer.flags & MSG_WAITALL) != 0 && !nonBlocking;
            if (all && result > 0 && done[0] + result < transfer.length) {
                done[0] += result;
                return SystemCalls.WAIT;
            }
            return total(done[0], SystemCalls.orWait(result, nonBlocking));
        };
    }

    Operation send(Arguments arguments) throws Stop {
        Descriptor descriptor = arguments.descriptor(0);
        Transfer transfer = transfer(arguments);
        if (transfer.flags != 0 && (transfer.flags & MSG_FASTOPEN) != 0) {
            return fastOpen(arguments, descriptor, transfer, settings.remote(), settings.connectPort());
        }
        return plainSend(descriptor, transfer);
    }

    /** A call that blocks takes everything, however long that takes. */
    private Operation plainSend(Descriptor descriptor, Transfer transfer) {
        boolean nonBlocking = descriptor.nonBlocking || (transfer.flags & MSG_DONTWAIT) != 0;
        int[] done = {0};
        return () -> {
            int result = machine.send(descriptor.live, transfer.length - done[0], transfer.flags);
            if (result > 0 && !nonBlocking && done[0] + result < transfer.length) {
                done[0] += result;
                return SystemCalls.WAIT;
            }
            return total(done[0], SystemCalls.orWait(result, nonBlocking));
        };
    }

    private static int total(int done, int result) {
        return result == SystemCalls.WAIT || done == 0 ? result : done + Math.max(0, result);
    }

    Operation sendTo(Arguments arguments) throws Stop {
        Descriptor descriptor = arguments.descriptor(0);
        Transfer transfer = transfer(arguments);
        IpAddress address = settings.remote();
        int port = settings.connectPort();
        if (arguments.get(4) instanceof Expression.Struct) {
            Arguments.SocketAddress to = arguments.address(4);
            address = to.address();
            port = to.port();
        } else if (!arguments.isDots(4)) {
            address = null;
        }
        if ((transfer.flags & MSG_FASTOPEN) != 0) {
            return fastOpen(arguments, descriptor, transfer, address, port);
        }
        IpAddress destination = address;
        int destinationPort = port;
        return () -> SystemCalls.orWait(
                machine.sendTo(descriptor.live, transfer.length, transfer.flags, destination, destinationPort),
                descriptor.nonBlocking);
    }

    /** connect() and send() in one; where there is no cookie yet, one after the other. */
    private Operation fastOpen(
            Arguments arguments, Descriptor descriptor, Transfer transfer, @Nullable IpAddress address, int port)
            throws Stop {
        if (address != null) {
            subjects.connecting(arguments.scriptFd(0), address, port);
        }
        boolean nonBlocking = descriptor.nonBlocking || (transfer.flags & MSG_DONTWAIT) != 0;
        boolean[] connecting = {false};
        Operation rest = plainSend(descriptor, new Transfer(transfer.length, transfer.flags & ~MSG_FASTOPEN));
        return () -> {
            if (!connecting[0]) {
                int result = machine.sendTo(descriptor.live, transfer.length, transfer.flags, address, port);
                connecting[0] = result == -Errno.EINPROGRESS && !nonBlocking;
                return connecting[0] ? SystemCalls.WAIT : result;
            }
            int connected = machine.connect(descriptor.live, address, port);
            boolean pending = connected == -Errno.EALREADY || connected == -Errno.EINPROGRESS;
            boolean ok = connected == 0 || connected == -Errno.EISCONN;
            return pending ? SystemCalls.WAIT : ok ? rest.attempt() : connected;
        };
    }
}
