package io.halfopen.tcp;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Rule;
import io.halfopen.linux.TcpState;

/** read(2) and write(2): tcp_recvmsg and tcp_sendmsg, as if MSG_DONTWAIT were given. */
final class DataCalls {
    private final Core core;
    private final Transmission transmission;
    private final OpenCalls openCalls;

    DataCalls(Core core, Transmission transmission, OpenCalls openCalls) {
        this.openCalls = openCalls;
        this.core = core;
        this.transmission = transmission;
    }

    int read(Socket socket, byte[] target, int offset, int length) {
        Connection c = socket.connection;
        if (c == null || c.isOpening()) {
            int error = socket.takeError();
            return error != 0 ? -error : c == null ? -Errno.ENOTCONN : -Errno.EAGAIN;
        }
        if (c.receiver.readable() > 0) {
            int count = c.receiver.read(target, offset, length);
            afterRead(c, count);
            return count;
        }
        int error = socket.takeError();
        if (error != 0) {
            return -error;
        }
        return c.isEndOfFile() || length == 0 ? 0 : -Errno.EAGAIN;
    }

    /** The buffer grows with what is read; and the peer hears of it, if that is worth a packet. */
    void afterRead(Connection c, int count) {
        Receiver receiver = c.receiver;
        if (count > 0) {
            int beyond = receiver.beyond();
            receiver.tuning.onRead(core, receiver.buffer, receiver.window, receiver.copied(), receiver.nxt(), beyond);
        }
        Rule why = reasonToAck(c, count);
        if (why != Rule.ACK_ACCEPTED) {
            core.count(why);
            transmission.ack(c, why);
            c.arm();
        }
    }

    /** In the order of __tcp_cleanup_rbuf; ACK_ACCEPTED for none. */
    private Rule reasonToAck(Connection c, int count) {
        Receiver receiver = c.receiver;
        AckClock acks = receiver.acks;
        if (c.state() == TcpState.CLOSE) {
            return Rule.ACK_ACCEPTED;
        }
        boolean much = receiver.nxt() - receiver.window.announcedAt() > acks.segmentSize();
        boolean all = count > 0 && receiver.buffer.charged() == 0 && acks.isPushed(core);
        if (acks.isScheduled() && (much || all)) {
            return Rule.ACK_AFTER_READ;
        }
        boolean receives = !c.readShutdown && c.state().canReceive();
        boolean update = count > 0 && receives && receiver.window.deservesUpdate(receiver.nxt(), acks);
        return update ? Rule.WINDOW_UPDATED : Rule.ACK_ACCEPTED;
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
