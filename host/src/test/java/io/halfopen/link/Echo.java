package io.halfopen.link;

import io.halfopen.linux.Errno;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.HashMap;
import java.util.Map;

/** RFC 862 on the stack, as a program would write it: what comes is sent back, as fast as the other side takes it. */
final class Echo implements Stack.ReadyHandler {
    private final EventLoop loop;
    private final Stack stack;
    private final int listener;
    private final Map<Integer, Conversation> conversations = new HashMap<>();

    /** What was read and is not yet written. */
    private static final class Conversation {
        final byte[] bytes = new byte[16_384];
        int from;
        int to;
    }

    Echo(EventLoop loop, Stack stack, IpAddress address, int port) {
        this.loop = loop;
        this.stack = stack;
        listener = stack.socket(address.isIpv4() ? Stack.AF_INET : Stack.AF_INET6);
        require(stack.bind(listener, address, port));
        require(stack.listen(listener, 128));
    }

    private static void require(int result) {
        if (result < 0) {
            throw new IllegalStateException(Errno.name(result));
        }
    }

    @Override
    public void onReady(int fd, int events) {
        if (fd != listener) {
            serve(fd);
            return;
        }
        for (int accepted = stack.accept(listener); accepted >= 0; accepted = stack.accept(listener)) {
            conversations.put(accepted, new Conversation());
            serve(accepted);
        }
    }

    private void serve(int fd) {
        Conversation c = conversations.get(fd);
        if (c == null) {
            return;
        }
        int moved = 1;
        while (moved > 0) {
            if (c.from == c.to) {
                c.from = 0;
                moved = stack.read(loop.now(), fd, c.bytes, 0, c.bytes.length);
                c.to = Math.max(0, moved);
            } else {
                moved = stack.write(loop.now(), fd, c.bytes, c.from, c.to - c.from);
                c.from += Math.max(0, moved);
            }
        }
        if (moved != -Errno.EAGAIN) {
            conversations.remove(fd);
            stack.close(loop.now(), fd);
        }
    }
}
