package io.halfopen.tcp.call;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Message;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.send.Sender;
import io.halfopen.tcp.send.WriteQueue;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.transmit.SendBuffers;
import io.halfopen.tcp.transmit.SendPolicy;
import io.halfopen.tcp.transmit.Transmission;

/** write(2): tcp_sendmsg, as if MSG_DONTWAIT were given. */
public final class DataCalls {
    private final Core core;
    private final Transmission transmission;
    private final OpenCalls openCalls;

    public DataCalls(Core core, Transmission transmission, OpenCalls openCalls) {
        this.openCalls = openCalls;
        this.core = core;
        this.transmission = transmission;
    }

    public int write(Socket socket, byte[] source, int offset, int length, int flags) {
        Connection c = socket.connection;
        int error = socket.takeError();
        if (error != 0) {
            return -error;
        }
        if (c != null && c.deferred) {
            return openCalls.sendDeferred(c, socket, source, offset, length);
        }
        if (c != null && c.isOpening()) {
            return -Errno.EAGAIN;
        }
        if (c == null || !c.canSend()) {
            return -Errno.EPIPE;
        }
        transmission.beforeWriting(c.sender);
        boolean urgent = (flags & Message.MSG_OOB) != 0;
        int taken = take(c, socket, source, offset, length, urgent);
        c.writerWaits |= taken < length;
        if (taken == 0) {
            return length == 0 ? 0 : -Errno.EAGAIN;
        }
        boolean more = (flags & Message.MSG_MORE) != 0;
        if (urgent) {
            c.urgent().send(c.sender.dataEnd());
        }
        if ((flags & Message.MSG_EOR) != 0 && taken == length && core.kernel.keepsRecords()) {
            c.sender.queue.end();
        }
        if (!more || isPushDue(c.sender)) {
            c.sender.queue.mark(c.sender.dataEnd());
        }
        transmission.push(c, Rule.DATA_SENT, more ? SendPolicy.CORK : SendPolicy.of(c));
        c.arm();
        return taken;
    }

    /** As much as there is room for; buffers that are full go at once, and make room for more (tcp_sendmsg_locked). */
    private int take(Connection c, Socket socket, byte[] source, int offset, int length, boolean urgent) {
        Sender sender = c.sender;
        WriteQueue queue = sender.queue;
        int goal = SendBuffers.goal(c);
        int taken = 0;
        while (taken < length) {
            int room = SendBuffers.room(core, c, goal);
            if (room <= 0) {
                pushAll(c, taken);
                return taken;
            }
            if (queue.tail() == 0 || queue.tail() >= goal || queue.isTailEnd()) {
                SendPolicy.onWrite(socket);
                transmission.beginBuffer(sender);
            }
            if (taken == 0) {
                queue.unmark();
            }
            int count = Math.min(length - taken, room);
            queue.append(count);
            sender.append(source, offset + taken, count);
            taken += count;
            if (taken < length && queue.tail() >= goal && !urgent) {
                pushFull(c);
            }
        }
        return taken;
    }

    /** A buffer is full and there is more to come. */
    private void pushFull(Connection c) {
        if (isPushDue(c.sender)) {
            pushAll(c, 1);
        } else if (c.sender.queue.isHeadLast()) {
            transmission.pushFirst(c, Rule.DATA_SENT);
        }
    }

    /** So much is written that what there is should not wait for the rest (forced_push). */
    private static boolean isPushDue(Sender sender) {
        return sender.queue.isPushDue(sender.dataEnd(), sender.size.greatestWindow());
    }

    private void pushAll(Connection c, int written) {
        if (written > 0) {
            c.sender.queue.mark(c.sender.dataEnd());
            transmission.push(c, Rule.DATA_SENT, SendPolicy.PUSH);
        }
    }
}
