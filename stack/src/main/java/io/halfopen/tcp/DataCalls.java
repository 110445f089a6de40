package io.halfopen.tcp;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Message;
import io.halfopen.linux.Rule;

/** write(2): tcp_sendmsg, as if MSG_DONTWAIT were given. */
final class DataCalls {
    private final Core core;
    private final Transmission transmission;
    private final OpenCalls openCalls;

    DataCalls(Core core, Transmission transmission, OpenCalls openCalls) {
        this.openCalls = openCalls;
        this.core = core;
        this.transmission = transmission;
    }

    int write(Socket socket, byte[] source, int offset, int length, int flags) {
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
        int taken = take(c, socket, source, offset, length);
        c.writerWaits |= taken < length;
        if (taken == 0) {
            return length == 0 ? 0 : -Errno.EAGAIN;
        }
        boolean more = (flags & Message.MSG_MORE) != 0;
        if ((flags & Message.MSG_OOB) != 0) {
            c.urgent().send(c.sender.dataEnd());
        }
        c.sender.moreToCome = more;
        transmission.push(c, Rule.DATA_SENT, more ? SendPolicy.CORK : SendPolicy.of(c));
        c.arm();
        return taken;
    }

    /** As much as there is room for; what is full goes at once and makes room for more (tcp_push_one). */
    private int take(Connection c, Socket socket, byte[] source, int offset, int length) {
        int taken = 0;
        int room = SendBuffers.room(core, c);
        while (taken < length && room > 0) {
            int count = Math.min(length - taken, room);
            SendPolicy.onWrite(socket, c.sender);
            c.sender.append(source, offset + taken, count);
            taken += count;
            if (taken < length) {
                c.sender.moreToCome = true;
                transmission.push(c, Rule.DATA_SENT);
            }
            room = SendBuffers.room(core, c);
        }
        return taken;
    }
}
