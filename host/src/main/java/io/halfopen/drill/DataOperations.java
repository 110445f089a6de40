package io.halfopen.drill;

import io.halfopen.drill.SystemCalls.Descriptor;
import io.halfopen.drill.SystemCalls.Operation;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Message;
import io.halfopen.linux.Poll;
import io.halfopen.linux.TcpState;
import io.halfopen.wire.IpAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The calls that move data. What is sent is zeros; what is received only counts. */
final class DataOperations {
    private static final int WRITABLE = Poll.POLLOUT | Poll.POLLERR | Poll.POLLHUP;
    private static final int EFAULT = 14;
    private static final int MSG_WAITALL = 0x100;

    private static final int NOT_YET = -1;

    private final Machine machine;
    private final Settings settings;
    private final Subjects subjects;
    private final MessageOperations messages;

    DataOperations(Machine machine, Settings settings, Subjects subjects, MessageOperations messages) {
        this.messages = messages;
        this.machine = machine;
        this.settings = settings;
        this.subjects = subjects;
    }

    /** How much, in which arrays if there are several, and with which flags. */
    private record Transfer(int length, int[] pieces, int flags) {
        Transfer(int length, int flags) {
            this(length, new int[0], flags);
        }

        Transfer(int[] pieces, int flags) {
            this(Arrays.stream(pieces).sum(), pieces, flags);
        }

        /** What is left of the arrays when so many octets are gone. */
        int[] piecesAfter(int done) {
            int[] rest = pieces.clone();
            int gone = done;
            for (int i = 0; i < rest.length; i++) {
                int taken = Math.min(gone, rest[i]);
                rest[i] -= taken;
                gone -= taken;
            }
            return rest;
        }
    }

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
                yield new Transfer(arguments.vectorLengths(arguments.get(1)), 0);
            }
            default -> {
                arguments.require(3, 3);
                yield new Transfer(messageLengths(arguments), arguments.integer(2));
            }
        };
    }

    private static int[] messageLengths(Arguments arguments) throws Stop {
        Expression message = arguments.get(1);
        Expression vectors = Arguments.field(message, "msg_iov");
        Expression control = Arguments.field(message, "msg_control");
        if (vectors == null) {
            throw Stop.failed(arguments.name() + "(): expected {msg_name(...)=..., msg_iov(1)=[...], ...}");
        }
        if (control != null && arguments.name().equals("sendmsg")) {
            throw Stop.unsupported("msg_control of sendmsg()");
        }
        return arguments.vectorLengths(vectors);
    }

    /** NULL for a buffer: what a real call returns, without making it. */
    private static boolean isNull(Arguments arguments) throws Stop {
        Expression buffer = arguments.get(1);
        boolean number = buffer instanceof Expression.Numeral || buffer instanceof Expression.Symbol;
        return number && Arguments.number(buffer) == 0;
    }

    Operation receive(Arguments arguments) throws Stop {
        Descriptor descriptor = arguments.descriptor(0);
        Transfer transfer = transfer(arguments);
        if (isNull(arguments)) {
            return () -> -EFAULT;
        }
        if (MessageOperations.isFor(arguments)) {
            Operation whole = messages.receive(arguments, transfer.length);
            return new LimitedOperation(machine, whole, descriptor.receiveTimeout, () -> -Errno.EAGAIN);
        }
        boolean nonBlocking =
                descriptor.nonBlocking || (transfer.flags & (Message.MSG_DONTWAIT | Message.MSG_OOB)) != 0;
        int[] done = {0};
        Operation whole = () -> {
            int result = machine.receive(descriptor.live, transfer.length - done[0], transfer.flags & ~MSG_WAITALL);
            boolean all = (transfer.flags & MSG_WAITALL) != 0 && !nonBlocking;
            if (all && result > 0 && done[0] + result < transfer.length) {
                done[0] += result;
                return SystemCalls.WAIT;
            }
            return total(done[0], SystemCalls.orWait(result, nonBlocking));
        };
        return new LimitedOperation(machine, whole, descriptor.receiveTimeout, () -> total(done[0], -Errno.EAGAIN));
    }

    Operation send(Arguments arguments) throws Stop {
        Descriptor descriptor = arguments.descriptor(0);
        Transfer transfer = transfer(arguments);
        if (isNull(arguments) && transfer.length > 0) {
            return () -> -EFAULT;
        }
        if (transfer.flags != 0 && (transfer.flags & Message.MSG_FASTOPEN) != 0) {
            return fastOpen(arguments, descriptor, transfer, settings.remote(), settings.connectPort());
        }
        return plainSend(descriptor, transfer);
    }

    /**
     * A call that blocks takes everything, however long that takes, and goes on when there is much room again. The first
     * after a connect() that waited for data (TCP_FASTOPEN_CONNECT) sends the SYN, and waits for the handshake, too.
     */
    private Operation plainSend(Descriptor descriptor, Transfer transfer) {
        boolean nonBlocking = descriptor.nonBlocking || (transfer.flags & Message.MSG_DONTWAIT) != 0;
        int[] done = {0};
        boolean[] waiting = {false};
        boolean[] opening = {false};
        Operation whole = () -> {
            if (opening[0]) {
                int connected = SocketOperations.connected(machine, descriptor.live);
                opening[0] = connected == SystemCalls.WAIT;
                if (connected != 0 || done[0] == transfer.length) {
                    return connected == 0 ? done[0] : connected;
                }
            } else if (waiting[0] && (machine.poll(descriptor.live) & WRITABLE) == 0) {
                return SystemCalls.WAIT;
            }
            boolean opens =
                    !nonBlocking && !waiting[0] && machine.row(descriptor.live).state() == TcpState.SYN_SENT;
            waiting[0] = !nonBlocking;
            int result = transfer.pieces.length > 1
                    ? machine.sendPieces(descriptor.live, transfer.piecesAfter(done[0]), transfer.flags)
                    : machine.send(descriptor.live, transfer.length - done[0], transfer.flags);
            if (opens && result > 0) {
                opening[0] = true;
                done[0] = result;
                machine.writerBlocks(descriptor.live, result < transfer.length);
                return SystemCalls.WAIT;
            }
            machine.writerBlocks(descriptor.live, result == -Errno.EAGAIN && !nonBlocking);
            if (result > 0 && !nonBlocking && done[0] + result < transfer.length) {
                done[0] += result;
                return SystemCalls.WAIT;
            }
            return total(done[0], SystemCalls.orWait(result, nonBlocking));
        };
        return new LimitedOperation(machine, whole, descriptor.sendTimeout, () -> {
            machine.writerBlocks(descriptor.live, false);
            return total(done[0], -Errno.EAGAIN);
        });
    }

    private static int total(int done, int result) {
        return result == SystemCalls.WAIT || done == 0 ? result : done + Math.max(0, result);
    }

    Operation sendTo(Arguments arguments) throws Stop {
        Descriptor descriptor = arguments.descriptor(0);
        Transfer transfer = transfer(arguments);
        if (isNull(arguments) && transfer.length > 0) {
            return () -> -EFAULT;
        }
        IpAddress address = settings.remote();
        int port = settings.connectPort();
        if (arguments.get(4) instanceof Expression.Struct) {
            Arguments.SocketAddress to = arguments.address(4);
            address = to.address();
            port = to.port();
        } else if (!arguments.isDots(4)) {
            address = null;
        }
        if ((transfer.flags & Message.MSG_FASTOPEN) != 0) {
            return fastOpen(arguments, descriptor, transfer, address, port);
        }
        return plainSend(descriptor, transfer); // TCP does not look at the address
    }

    /** connect() and send() in one: who blocks waits for the handshake, too, and sends what was not in the SYN. */
    private Operation fastOpen(
            Arguments arguments, Descriptor descriptor, Transfer transfer, @Nullable IpAddress address, int port)
            throws Stop {
        if (address != null) {
            subjects.connecting(arguments.scriptFd(0), address, port);
        }
        boolean nonBlocking = descriptor.nonBlocking || (transfer.flags & Message.MSG_DONTWAIT) != 0;
        int[] sent = {NOT_YET};
        return () -> {
            if (sent[0] == NOT_YET) {
                int result = machine.sendTo(descriptor.live, transfer.length, transfer.flags, address, port);
                subjects.connects(
                        arguments.scriptFd(0),
                        machine.getsockname(descriptor.live).port());
                boolean waits = !nonBlocking && (result >= 0 || result == -Errno.EINPROGRESS);
                sent[0] = waits ? Math.max(0, result) : NOT_YET;
                machine.writerBlocks(descriptor.live, waits && sent[0] < transfer.length);
                return waits ? SystemCalls.WAIT : result;
            }
            int connected = machine.connect(descriptor.live, address, port);
            if (connected == -Errno.EALREADY || connected == -Errno.EINPROGRESS) {
                return SystemCalls.WAIT;
            }
            boolean ok = connected == 0 || connected == -Errno.EISCONN;
            int flags = transfer.flags & ~Message.MSG_FASTOPEN;
            int rest = transfer.length - sent[0];
            int more = ok && rest > 0 ? machine.send(descriptor.live, rest, flags) : 0;
            sent[0] += Math.max(0, more);
            boolean unfinished = ok && sent[0] < transfer.length && (more >= 0 || more == -Errno.EAGAIN);
            return unfinished ? SystemCalls.WAIT : ok ? sent[0] : connected;
        };
    }
}
