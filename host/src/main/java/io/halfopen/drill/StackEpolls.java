package io.halfopen.drill;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Poll;
import io.halfopen.tcp.Stack;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** epoll(7) over a stack: what is ready is asked for, and edges are the stack's news. */
final class StackEpolls {
    private static final int FIRST = 1 << 20;
    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int MODIFY = 3;
    private static final int ALWAYS = Poll.POLLERR | Poll.POLLHUP;
    private static final int EPOLLONESHOT = 1 << 30;
    private static final int EPOLLET = 1 << 31;
    private static final int EEXIST = 17;
    private static final int ENOENT = 2;

    private final Stack stack;
    private final Map<Integer, Map<Integer, Interest>> epolls = new HashMap<>();
    private int next = FIRST;

    private static final class Interest {
        int events;
        long data;
        boolean news = true;

        /** EPOLLONESHOT, and it was told. */
        boolean disabled;
    }

    StackEpolls(Stack stack) {
        this.stack = stack;
    }

    boolean isEpoll(int fd) {
        return epolls.containsKey(fd);
    }

    int create() {
        epolls.put(next, new LinkedHashMap<>());
        return next++;
    }

    int close(int epoll) {
        epolls.remove(epoll);
        return 0;
    }

    /** Only who waits for one of these events is told; and then of all that holds (ep_poll_callback). */
    void onNews(int fd, int events) {
        for (Map<Integer, Interest> interests : epolls.values()) {
            Interest interest = interests.get(fd);
            if (interest != null && (events & (interest.events | ALWAYS)) != 0) {
                interest.news = true;
            }
        }
    }

    int control(int epoll, int operation, int fd, int events, long data) {
        Map<Integer, Interest> interests = epolls.get(epoll);
        if (interests == null || stack.poll(fd) == -Errno.EBADF) {
            return -Errno.EBADF;
        }
        boolean there = interests.containsKey(fd);
        if (operation == ADD ? there : !there) {
            return operation == ADD ? -EEXIST : -ENOENT;
        }
        switch (operation) {
            case ADD, MODIFY -> {
                Interest interest = new Interest();
                interest.events = events;
                interest.data = data;
                interests.put(fd, interest);
            }
            case DELETE -> interests.remove(fd);
            default -> {
                return -Errno.EINVAL;
            }
        }
        return 0;
    }

    /** What is ready now; a descriptor that was closed is gone. */
    int collect(int epoll, int[] events, long[] data) {
        Map<Integer, Interest> interests = epolls.getOrDefault(epoll, Map.of());
        interests.keySet().removeIf(fd -> stack.poll(fd) == -Errno.EBADF);
        int count = 0;
        for (Map.Entry<Integer, Interest> entry : interests.entrySet()) {
            Interest interest = entry.getValue();
            int wanted = interest.disabled ? 0 : interest.events | ALWAYS;
            int ready = stack.poll(entry.getKey()) & wanted;
            boolean edge = (interest.events & EPOLLET) == 0 || interest.news;
            if (ready != 0 && edge && count < events.length) {
                events[count] = ready;
                data[count++] = interest.data;
                interest.news = false;
                interest.disabled = (interest.events & EPOLLONESHOT) != 0;
            }
        }
        return count;
    }
}
