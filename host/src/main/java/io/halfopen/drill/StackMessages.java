package io.halfopen.drill;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Message;
import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.ErrorNotice;
import io.halfopen.tcp.Stack;
import java.util.ArrayList;
import java.util.List;

/** What recvmsg(2) tells beside the octets, on a stack. */
final class StackMessages {
    private static final int SOF_TIMESTAMPING_SOFTWARE = 1 << 4;

    private StackMessages() {}

    static Machine.Message withUnread(Stack stack, int fd, int result) {
        boolean tells = result >= 0 && stack.getsockopt(fd, SocketOption.TCP_INQ) == 1;
        return new Machine.Message(result, 0, tells ? List.of(new Control.Unread(stack.unread(fd))) : List.of());
    }

    /** The packet of a time stamp is cut off. */
    static Machine.Message ofErrorQueue(Stack stack, int fd, int length) throws Stop {
        ErrorNotice notice = stack.readErrorQueue(fd);
        if (notice == null) {
            return new Machine.Message(-Errno.EAGAIN, 0, List.of());
        }
        int wanted = stack.getsockopt(fd, SocketOption.SO_TIMESTAMPING);
        boolean stamp = notice.origin() == ErrorNotice.TIMESTAMPING;
        if (notice.packet() && length > 0) {
            throw Stop.unsupported("the packet of a time stamp on the stack");
        }
        List<Control> control = new ArrayList<>();
        if (stamp && (wanted & SOF_TIMESTAMPING_SOFTWARE) != 0) {
            control.add(new Control.Stamp(notice.time()));
        }
        boolean ipv6 = stack.getsockopt(fd, SocketOption.SO_DOMAIN) == Stack.AF_INET6;
        control.add(new Control.Notice(
                ipv6, notice.error(), notice.origin(), 0, notice.code(), notice.info(), notice.data()));
        return new Machine.Message(0, Message.MSG_ERRQUEUE | (notice.packet() ? Message.MSG_TRUNC : 0), control);
    }
}
