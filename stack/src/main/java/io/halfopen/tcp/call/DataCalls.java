package io.halfopen.tcp.call;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Message;
import io.halfopen.linux.Rule;
import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.send.SendNotices;
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
    private final Fragments fragments = new Fragments();
    private final int[] whole = {0};

    public DataCalls(Core core, Transmission transmission, OpenCalls openCalls) {
        this.openCalls = openCalls;
        this.core = core;
        this.transmission = transmission;
    }

    /** sendmsg(2): arrays of these lengths, one after the other. */
    public int write(Socket socket, byte[] source, int[] lengths, int flags) {
        int total = 0;
        for (int each : lengths) {
            total += each;
        }
        fragments.of(lengths);
        return write(socket, source, 0, total, flags, true);
    }

    public int write(Socket socket, byte[] source, int offset, int length, int flags) {
        return write(socket, source, offset, length, flags, false);
    }

    private int write(Socket socket, byte[] source, int offset, int length, int flags, boolean pieces) {
        Connection c = socket.connection;
        int error = socket.takeError();
        if (error != 0) {
            return -error;
        }
        if (c != null && c.deferred) {
            return sentWithSyn(socket, openCalls.sendDeferred(c, socket, source, offset, length), flags);
        }
        if (c != null && c.isOpening()) {
            return -Errno.EAGAIN;
        }
        if (c == null || !c.canSend()) {
            return -Errno.EPIPE;
        }
        transmission.beforeWriting(c.sender);
        boolean urgent = (flags & Message.MSG_OOB) != 0;
        boolean lends = length > 0 && lends(socket, flags);
        if (lends) {
            lend(c, length, pieces);
        }
        int taken = take(c, socket, source, offset, length, urgent, lends);
        note(c, socket, taken, lends);
        c.writerWaits |= taken < length;
        if (taken == 0) {
            return length == 0 ? 0 : -Errno.EAGAIN;
        }
        if (urgent) {
            c.urgent().send(c.sender.dataEnd());
        }
        if ((flags & Message.MSG_EOR) != 0 && taken == length && core.kernel.keepsRecords()) {
            c.sender.queue.end();
        }
        push(c, (flags & Message.MSG_MORE) != 0);
        return taken;
    }

    /** What was taken goes, as far as it may; MSG_MORE keeps back what is no whole segment. */
    private void push(Connection c, boolean more) {
        if (!more || isPushDue(c.sender)) {
            c.sender.queue.mark(c.sender.dataEnd());
        }
        transmission.push(c, Rule.DATA_SENT, more ? SendPolicy.CORK : SendPolicy.of(c));
        c.arm();
    }

    /** As much as there is room for; buffers that are full go at once, and make room for more (tcp_sendmsg_locked). */
    private int take(
            Connection c, Socket socket, byte[] source, int offset, int length, boolean urgent, boolean lends) {
        Sender sender = c.sender;
        WriteQueue queue = sender.queue;
        int goal = SendBuffers.goal(core, c);
        int taken = 0;
        while (taken < length) {
            int room = SendBuffers.room(core, c, goal);
            if (room <= 0) {
                pushAll(c, taken);
                return taken;
            }
            if (queue.tail() == 0 || queue.tail() >= goal || queue.isTailEnd()) {
                beginBuffer(socket, c);
            }
            if (taken == 0) {
                queue.unmark();
            }
            int count = Math.min(length - taken, room);
            if (lends) {
                count = fit(sender, count);
                if (count == 0) { // its pages are all taken: what comes next needs another (tcp_sendmsg_locked)
                    queue.mark(sender.dataEnd());
                    queue.end();
                    continue;
                }
            }
            queue.append(count);
            sender.append(source, offset + taken, count);
            taken += count;
            if (taken < length && queue.tail() >= goal && !urgent) {
                pushFull(c);
            }
        }
        return taken;
    }

    private void beginBuffer(Socket socket, Connection c) {
        SendPolicy.onWrite(socket);
        transmission.beginBuffer(c);
        if (c.sender.notices != null) {
            c.sender.notices.fragments = 0;
        }
    }

    // ---- MSG_ZEROCOPY and SO_TIMESTAMPING

    private static boolean lends(Socket socket, int flags) {
        return (flags & Message.MSG_ZEROCOPY) != 0 && socket.kept(SocketOption.SO_ZEROCOPY) != 0;
    }

    private void lend(Connection c, int length, boolean pieces) {
        Sender sender = c.sender;
        if (!pieces) {
            whole[0] = length;
            fragments.of(whole);
        }
        if (!sender.notices().lend(sender.dataEnd(), sender.queue.tail(), length)) {
            sender.queue.mark(sender.dataEnd());
            sender.queue.end();
        }
    }

    /** How many of these octets the last buffer can point to. */
    private int fit(Sender sender, int octets) {
        SendNotices notices = sender.notices();
        int count = fragments.fitting(octets, SendNotices.MOST_FRAGMENTS - notices.fragments);
        if (count > 0) {
            notices.lendPages(fragments.used(), count);
            sender.queue.fix();
        }
        return count;
    }

    private static void note(Connection c, Socket socket, int taken, boolean lends) {
        Sender sender = c.sender;
        int stamps = socket.kept(SocketOption.SO_TIMESTAMPING) & SendNotices.STAMPS;
        if (lends) {
            sender.notices().lent(sender.dataEnd(), taken > 0);
        }
        if (taken > 0 && stamps != 0) {
            sender.notices().mark(sender.dataEnd() - 1, sender.dataEnd() - sender.queue.tail(), stamps);
        }
    }

    /** So many octets have gone with a SYN. */
    public int sentWithSyn(Socket socket, int octets, int flags) {
        Connection c = socket.connection;
        if (octets > 0 && c != null && lends(socket, flags)) {
            c.sender.notices().lend(c.sender.nxt(), 0, octets);
        }
        return octets;
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
