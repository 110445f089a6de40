package io.halfopen.drill;

import io.halfopen.drill.SystemCalls.Descriptor;
import io.halfopen.drill.SystemCalls.Operation;
import io.halfopen.linux.Message;
import java.util.ArrayList;
import java.util.List;

/** recvmsg(2) with what it tells beside the octets: the error queue, and how much is left to read. */
final class MessageOperations {
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final int SOL_SOCKET = 1;
    private static final int SOL_TCP = 6;
    private static final int SOL_IPV6 = 41;
    private static final int TCP_CM_INQ = 36;

    private final Machine machine;
    private final Settings settings;
    private final Timeline timeline;

    MessageOperations(Machine machine, Settings settings, Timeline timeline) {
        this.machine = machine;
        this.settings = settings;
        this.timeline = timeline;
    }

    /** Whether a script's message or flags ask for more than octets. */
    static boolean isFor(Arguments arguments) throws Stop {
        boolean control = Arguments.field(arguments.get(1), "msg_control") != null;
        return arguments.name().equals("recvmsg") && (control || (arguments.integer(2) & Message.MSG_ERRQUEUE) != 0);
    }

    Operation receive(Arguments arguments, int length) throws Stop {
        Descriptor descriptor = arguments.descriptor(0);
        int flags = arguments.integer(2);
        Expression message = arguments.get(1);
        Expression wantedFlags = Arguments.field(message, "msg_flags");
        Expression wanted = Arguments.field(message, "msg_control");
        List<Control> expected = wanted == null ? List.of() : controls(arguments, wanted);
        boolean nonBlocking = descriptor.nonBlocking || (flags & (Message.MSG_DONTWAIT | Message.MSG_ERRQUEUE)) != 0;
        return new Operation() {
            private Machine.Message there = new Machine.Message(0, 0, List.of());

            @Override
            public int attempt() throws Stop {
                there = machine.receiveMessage(descriptor.live, length, flags);
                return SystemCalls.orWait(there.result(), nonBlocking);
            }

            @Override
            public void finish(int result) throws Stop {
                if (result < 0) {
                    return;
                }
                int flagsThere = there.flags() & ~MSG_CMSG_CLOEXEC;
                if (wantedFlags != null && Arguments.number(wantedFlags) != flagsThere) {
                    throw Stop.failed("msg_flags is " + named(flagsThere) + ", not " + wantedFlags);
                }
                if (wanted != null) {
                    compare(expected, there.control());
                }
            }
        };
    }

    private static String named(int flags) {
        return flags == 0 ? "0" : Symbols.flags("MSG_", flags);
    }

    private void compare(List<Control> expected, List<Control> there) throws Stop {
        List<Control> scripts = there.stream()
                .map(each -> each instanceof Control.Stamp stamp
                        ? new Control.Stamp(timeline.sinceStart(stamp.time()))
                        : each)
                .toList();
        boolean same = expected.size() == scripts.size();
        for (int i = 0; same && i < expected.size(); i++) {
            same = isSame(expected.get(i), scripts.get(i));
        }
        if (!same) {
            throw Stop.failed("msg_control is " + scripts + ", not " + expected);
        }
    }

    private boolean isSame(Control expected, Control there) {
        if (expected instanceof Control.Stamp wanted && there instanceof Control.Stamp stamp) {
            return Math.abs(wanted.time() - stamp.time()) <= settings.tolerance();
        }
        return expected.equals(there);
    }

    // ---- what the script says

    private static List<Control> controls(Arguments arguments, Expression wanted) throws Stop {
        if (!(wanted instanceof Expression.Items list)) {
            throw Stop.failed(arguments.name() + "(): msg_control is [...], not " + wanted);
        }
        List<Control> controls = new ArrayList<>();
        for (Expression item : list.items()) {
            controls.add(control(item));
        }
        return controls;
    }

    private static Control control(Expression item) throws Stop {
        int level = (int) Arguments.numberField(item, "cmsg_level", -1);
        int type = (int) Arguments.numberField(item, "cmsg_type", -1);
        Expression data = Arguments.field(item, "cmsg_data");
        if (data == null || level < 0 || type < 0) {
            throw Stop.failed("expected {cmsg_level=..., cmsg_type=..., cmsg_data=...}, not " + item);
        }
        if (level == SOL_TCP && type == TCP_CM_INQ) {
            return new Control.Unread((int) Arguments.number(data));
        }
        if (level == SOL_SOCKET) {
            long seconds = Arguments.numberField(data, "scm_sec", 0);
            return new Control.Stamp(seconds * NANOS_PER_SECOND + Arguments.numberField(data, "scm_nsec", 0));
        }
        return new Control.Notice(
                level == SOL_IPV6,
                (int) Arguments.numberField(data, "ee_errno", 0),
                (int) Arguments.numberField(data, "ee_origin", 0),
                (int) Arguments.numberField(data, "ee_type", 0),
                (int) Arguments.numberField(data, "ee_code", 0),
                (int) Arguments.numberField(data, "ee_info", 0),
                (int) Arguments.numberField(data, "ee_data", 0));
    }
}
