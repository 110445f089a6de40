package io.halfopen.drill;

import io.halfopen.drill.SystemCalls.Descriptor;
import io.halfopen.drill.SystemCalls.Operation;
import io.halfopen.linux.Poll;
import java.util.List;
import java.util.Map;

/** poll() and epoll. */
final class PollOperations {
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final int ALWAYS = Poll.POLLERR | Poll.POLLHUP;

    private final Machine machine;
    private final Map<Integer, Descriptor> descriptors;

    PollOperations(Machine machine, Map<Integer, Descriptor> descriptors) {
        this.machine = machine;
        this.descriptors = descriptors;
    }

    /** Waits for something to be ready, at most so many milliseconds; a negative number is for ever. */
    private abstract class Waiting implements Operation {
        private final int timeout;
        private final long deadline;

        Waiting(int milliseconds) {
            timeout = milliseconds;
            deadline = milliseconds < 0 ? Long.MAX_VALUE : machine.now() + milliseconds * NANOS_PER_MILLI;
        }

        abstract int ready() throws Stop;

        @Override
        public int attempt() throws Stop {
            int ready = ready();
            return ready != 0 || timeout == 0 || machine.now() >= deadline ? ready : SystemCalls.WAIT;
        }

        @Override
        public long due() {
            return deadline;
        }
    }

    Operation poll(Arguments arguments) throws Stop {
        arguments.require(3, 3);
        List<Expression> items = arguments.items(0);
        int count = items.size();
        if (count != arguments.integer(1)) {
            throw Stop.failed("poll(): " + arguments.integer(1) + " is not the number of its descriptors");
        }
        int[] fds = new int[count];
        int[] events = new int[count];
        int[] expected = new int[count];
        for (int i = 0; i < count; i++) {
            Expression item = items.get(i);
            int fd = (int) Arguments.numberField(item, "fd", -1);
            fds[i] = SystemCalls.descriptor(descriptors, fd).live;
            events[i] = (int) Arguments.numberField(item, "events", 0) | ALWAYS;
            expected[i] = (int) Arguments.numberField(item, "revents", 0);
        }
        return new Waiting(arguments.integer(2)) {
            private final int[] there = new int[count];

            @Override
            int ready() {
                int ready = 0;
                for (int i = 0; i < count; i++) {
                    there[i] = machine.poll(fds[i]) & events[i];
                    ready += there[i] != 0 ? 1 : 0;
                }
                return ready;
            }

            @Override
            public void finish(int result) throws Stop {
                for (int i = 0; i < count; i++) {
                    if (there[i] != expected[i]) {
                        throw Stop.failed("poll(): revents of " + items.get(i) + " is " + text(there[i]));
                    }
                }
            }
        };
    }

    private static String text(int events) {
        StringBuilder text = new StringBuilder();
        append(text, events, Poll.POLLIN, "POLLIN");
        append(text, events, Poll.POLLPRI, "POLLPRI");
        append(text, events, Poll.POLLOUT, "POLLOUT");
        append(text, events, Poll.POLLERR, "POLLERR");
        append(text, events, Poll.POLLHUP, "POLLHUP");
        append(text, events, Poll.POLLRDHUP, "POLLRDHUP");
        return text.isEmpty() ? "0x" + Integer.toHexString(events) : text.toString();
    }

    private static void append(StringBuilder text, int events, int bit, String name) {
        if ((events & bit) != 0) {
            text.append(text.isEmpty() ? "" : "|").append(name);
        }
    }

    Operation epollCreate(Arguments arguments) throws Stop {
        arguments.require(1, 1);
        return new Operation() {
            @Override
            public int attempt() {
                return machine.epollCreate();
            }

            @Override
            public void finish(int result) throws Stop {
                if (result >= 0) {
                    descriptors.put(arguments.newFd(), new Descriptor(result, false));
                }
            }
        };
    }

    Operation epollCtl(Arguments arguments) throws Stop {
        arguments.require(4, 4);
        Descriptor epoll = arguments.descriptor(0);
        int operation = arguments.integer(1);
        Descriptor descriptor = arguments.descriptor(2);
        Expression event = arguments.get(3);
        int events = (int) Arguments.numberField(event, "events", 0);
        long data = dataOf(event);
        return () -> machine.epollCtl(epoll.live, operation, descriptor.live, events, data);
    }

    /** Whichever of the union's members the script names, descriptors as the script numbers them. */
    private static long dataOf(Expression event) throws Stop {
        long data = 0;
        for (String name : List.of("fd", "ptr", "u32", "u64")) {
            data = Arguments.numberField(event, name, data);
        }
        return data;
    }

    Operation epollWait(Arguments arguments) throws Stop {
        arguments.require(4, 4);
        Descriptor epoll = arguments.descriptor(0);
        Expression event = arguments.get(1);
        int expectedEvents = (int) Arguments.numberField(event, "events", 0);
        long expectedData = dataOf(event);
        int most = Math.max(1, arguments.integer(2));
        return new Waiting(arguments.integer(3)) {
            private final int[] events = new int[most];
            private final long[] data = new long[most];

            @Override
            int ready() {
                return machine.epollWait(epoll.live, events, data);
            }

            @Override
            public void finish(int result) throws Stop {
                int there = result > 0 ? events[0] : 0;
                if (there != expectedEvents) {
                    throw Stop.failed("epoll_wait(): events is " + text(there) + ", not " + text(expectedEvents));
                }
                if (result > 0 && data[0] != expectedData) {
                    throw Stop.failed("epoll_wait(): the event is that of " + data[0] + ", not " + expectedData);
                }
            }
        };
    }
}
