package io.halfopen.tcp.call;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Ioctl;
import io.halfopen.linux.Message;
import io.halfopen.linux.Rule;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.receive.DelayedAcks;
import io.halfopen.tcp.receive.Receiver;
import io.halfopen.tcp.receive.Urgent;
import io.halfopen.tcp.socket.Connection;
import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Socket;
import io.halfopen.tcp.transmit.Transmission;
import io.halfopen.wire.SeqNumber;
import org.jspecify.annotations.Nullable;

/** read(2) and recv(2): tcp_recvmsg, as if MSG_DONTWAIT were given. */
public final class ReceiveCalls {
    private final Core core;
    private final Transmission transmission;

    public ReceiveCalls(Core core, Transmission transmission) {
        this.core = core;
        this.transmission = transmission;
    }

    public int receive(Socket socket, byte[] target, int offset, int length, int flags) {
        if (socket.dormant != null) {
            return -Errno.EAGAIN;
        }
        Connection c = socket.connection;
        if (c == null || c.isOpening()) {
            int error = socket.takeError();
            return error != 0 ? -error : c == null ? -Errno.ENOTCONN : -Errno.EAGAIN;
        }
        if ((flags & Message.MSG_OOB) != 0) {
            return receiveUrgent(c, socket, target, offset, length, flags);
        }
        int unread = c.receiver.readable();
        int headEnd = c.receiver.headEnd();
        int count = take(c, socket, target, offset, length, flags);
        if (count > 0) {
            tune(c.receiver, headEnd);
        }
        if (c.receiver.readable() < unread || count > 0) {
            afterRead(c, count);
        }
        if (count > 0 || length == 0 && unread > 0) {
            return count;
        }
        if (c.receiver.isFinished()) {
            return 0; // what came after the FIN is for write() and SO_ERROR (SOCK_DONE)
        }
        int error = socket.takeError();
        return error != 0 ? -error : c.isEndOfFile() ? 0 : -Errno.EAGAIN;
    }

    /** Up to the urgent octet if there is one, or from it on; the octet itself is not part of the stream. */
    private int take(Connection c, Socket socket, byte[] target, int offset, int length, int flags) {
        Receiver receiver = c.receiver;
        Urgent urgent = c.urgent;
        boolean peek = (flags & Message.MSG_PEEK) != 0;
        int position = 0;
        int done = 0;
        while (done < length && position < receiver.readable()) {
            int mark = urgent == null ? Integer.MAX_VALUE : urgent.distance(receiver.copied() + position);
            if (mark == 0 && done > 0) {
                break;
            }
            if (mark == 0 && !socket.options.urgentInline) {
                position++;
                continue;
            }
            int most = Math.min(length - done, receiver.readable() - position);
            int count = mark == 0 ? most : Math.min(most, mark);
            if ((flags & Message.MSG_TRUNC) == 0) {
                receiver.peek(position, target, offset + done, count);
            }
            position += count;
            done += count;
        }
        if (!peek && position > 0) {
            receiver.discard(position);
            if (urgent != null) {
                urgent.passed(receiver.copied());
            }
        }
        return done;
    }

    /** tcp_recv_urg: never blocks, and what it says is in this order. */
    private static int receiveUrgent(Connection c, Socket socket, byte[] target, int offset, int length, int flags) {
        Urgent urgent = c.urgent;
        if (socket.options.urgentInline || urgent == null || !urgent.isUnread()) {
            return -Errno.EINVAL;
        }
        if (c.state() == TcpState.CLOSE && !c.receiver.isFinished()) {
            return -Errno.ENOTCONN;
        }
        if (urgent.isAwaited()) {
            return c.isEndOfFile() ? 0 : -Errno.EAGAIN;
        }
        if ((flags & Message.MSG_PEEK) == 0) {
            urgent.taken();
        }
        if (length > 0 && (flags & Message.MSG_TRUNC) == 0) {
            target[offset] = urgent.octet();
        }
        return Math.min(length, 1);
    }

    /**
     * The buffer grows with what is read. Linux looks after each packet of a read(), and finds no time gone by after the
     * first: what counts is how much was read when that was, and what waited behind it (tcp_recvmsg_locked).
     */
    private void tune(Receiver receiver, int headEnd) {
        int copied = SeqNumber.min(headEnd, receiver.copied());
        receiver.tuning.onRead(core, receiver.buffer, receiver.window, copied, receiver.nxt(), receiver.beyond());
    }

    /** The peer hears of it, if that is worth a packet. */
    void afterRead(Connection c, int count) {
        if (count > 0) {
            c.refreshedAt = core.now();
        }
        Rule why = reasonToAck(c, count);
        if (why != null) {
            transmission.ack(c, why);
            c.arm();
        }
    }

    /** In the order of __tcp_cleanup_rbuf; null if there is none. */
    private @Nullable Rule reasonToAck(Connection c, int count) {
        Receiver receiver = c.receiver;
        DelayedAcks acks = receiver.acks;
        if (c.state() == TcpState.CLOSE) {
            return null;
        }
        boolean much = receiver.nxt() - receiver.window.announcedAt() > acks.segmentSize();
        boolean all = count > 0 && receiver.buffer.charged() == 0 && acks.isPushed(core);
        if (acks.isScheduled() && (much || all)) {
            return Rule.ACK_AFTER_READ;
        }
        boolean receives = !c.readShutdown && c.state().canReceive();
        boolean update = count > 0 && receives && receiver.window.deservesUpdate(receiver.nxt(), acks);
        return update ? Rule.WINDOW_UPDATED : null;
    }

    /** tcp_ioctl. */
    public int inquire(Socket socket, int request) {
        boolean known = request == Ioctl.SIOCINQ || request == Ioctl.SIOCATMARK || request == Ioctl.SIOCOUTQNSD;
        if (!known || request != Ioctl.SIOCATMARK && socket.listener != null) {
            return -Errno.EINVAL;
        }
        Connection c = socket.connection;
        if (c == null || c.isOpening()) {
            return 0;
        }
        if (request == Ioctl.SIOCOUTQNSD) {
            return c.sender.notSent();
        }
        int mark = c.urgent == null ? Integer.MAX_VALUE : c.urgent.distance(c.receiver.copied());
        if (request == Ioctl.SIOCATMARK) {
            return mark == 0 ? 1 : 0;
        }
        int unread = c.receiver.readable();
        return socket.options.urgentInline ? unread : Math.min(unread, mark);
    }

    /** What is left to read; what ends the stream is one more, so that the program reads on (tcp_inq_hint). */
    public static int unread(Socket socket) {
        Connection c = socket.connection;
        if (c == null || c.isOpening()) {
            return 0;
        }
        int left = c.receiver.readable();
        return left == 0 && c.receiver.isFinished() ? 1 : left;
    }

    /** TCP_QUICKACK (__tcp_sock_set_quickack): even numbers but 0 mean "this once". */
    void setQuickAck(Connection c, int value) {
        DelayedAcks acks = c.receiver.acks;
        if (value == 0) {
            acks.expectAnswers(core);
            return;
        }
        acks.expectNoAnswers();
        boolean open = c.state() == TcpState.ESTABLISHED || c.state() == TcpState.CLOSE_WAIT;
        if (open && acks.isScheduled()) {
            acks.push();
            afterRead(c, 1);
            if ((value & 1) == 0) {
                acks.expectAnswers(core);
            }
        }
    }
}
