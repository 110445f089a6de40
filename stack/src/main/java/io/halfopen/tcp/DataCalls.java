package io.halfopen.tcp;

import io.halfopen.linux.Errno;
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

    int write(Socket socket, byte[] source, int offset, int length) {
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
        int room = SendBuffers.limit(core, c) - c.sender.queued();
        int count = Math.min(length, room);
        if (count <= 0) {
            c.writerWaits |= length > 0;
            return length == 0 ? 0 : -Errno.EAGAIN;
        }
        c.writerWaits |= count < length;
        c.sender.append(source, offset, count);
        transmission.push(c, Rule.DATA_SENT);
        c.arm();
        return count;
    }
}
