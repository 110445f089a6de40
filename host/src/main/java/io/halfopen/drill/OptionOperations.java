package io.halfopen.drill;

import io.halfopen.drill.SystemCalls.Descriptor;
import io.halfopen.drill.SystemCalls.Operation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** setsockopt(), getsockopt() and ioctl(). */
final class OptionOperations {
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;

    private final Machine machine;

    OptionOperations(Machine machine) {
        this.machine = machine;
    }

    Operation setsockopt(Arguments arguments) throws Stop {
        arguments.require(5, 5);
        Descriptor descriptor = arguments.descriptor(0);
        int level = arguments.integer(1);
        int number = arguments.integer(2);
        String name = arguments.get(2).toString();
        byte[] whole = value(arguments, 3);
        int length = Math.max(0, arguments.integer(4));
        byte[] value = Arrays.copyOf(whole, length);
        return () -> {
            int result = machine.setsockopt(descriptor.live, level, number, name, value);
            if (result == 0 && level == SOL_SOCKET && (number == SO_RCVTIMEO || number == SO_SNDTIMEO)) {
                keepTimeout(descriptor, number, name, value);
            }
            return result;
        };
    }

    /** The machine's sockets never block, so it is kept here, as the machine rounds it; 0 is no limit, and below 0 not to wait. */
    private void keepTimeout(Descriptor descriptor, int number, String name, byte[] value) throws Stop {
        byte[] rounded = new byte[value.length];
        machine.getsockopt(descriptor.live, SOL_SOCKET, number, name, rounded);
        long seconds = ByteBuffer.wrap(rounded).order(ByteOrder.nativeOrder()).getLong(0);
        long micros = ByteBuffer.wrap(rounded).order(ByteOrder.nativeOrder()).getLong(Long.BYTES);
        boolean past = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getLong(0) < 0;
        boolean never = seconds > Long.MAX_VALUE / 2_000_000_000L || seconds == 0 && micros == 0 && !past;
        long timeout = never ? Long.MAX_VALUE : seconds * 1_000_000_000L + micros * 1000;
        if (number == SO_RCVTIMEO) {
            descriptor.receiveTimeout = timeout;
        } else {
            descriptor.sendTimeout = timeout;
        }
    }

    private static byte[] value(Arguments arguments, int index) throws Stop {
        Expression value = arguments.get(index);
        if (value instanceof Expression.Text text) {
            return text.text().getBytes(StandardCharsets.ISO_8859_1);
        }
        if (value instanceof Expression.Struct struct && Arguments.field(struct, "onoff") != null) {
            return ints(Arguments.numberField(struct, "onoff", 0), Arguments.numberField(struct, "linger", 0));
        }
        if (value instanceof Expression.Struct struct && Arguments.field(struct, "tv_sec") != null) {
            return ByteBuffer.allocate(2 * Long.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .putLong(Arguments.numberField(struct, "tv_sec", 0))
                    .putLong(Arguments.numberField(struct, "tv_usec", 0))
                    .array();
        }
        if (value instanceof Expression.Items list) {
            List<Expression> items = list.items();
            long[] numbers = new long[items.size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = Arguments.number(items.get(i));
            }
            return ints(numbers);
        }
        throw Stop.unsupported("the value " + value + " of a socket option");
    }

    private static byte[] ints(long... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.nativeOrder());
        for (long value : values) {
            buffer.putInt((int) value);
        }
        return buffer.array();
    }

    Operation getsockopt(Arguments arguments) throws Stop {
        arguments.require(5, 5);
        Descriptor descriptor = arguments.descriptor(0);
        int level = arguments.integer(1);
        int number = arguments.integer(2);
        String name = arguments.get(2).toString();
        List<Expression> lengths = arguments.items(4);
        if (lengths.size() != 1) {
            throw Stop.failed("getsockopt(): expected [LENGTH], not " + arguments.get(4));
        }
        int length = (int) Arguments.number(lengths.getFirst());
        byte[] there = new byte[Math.max(0, length)];
        boolean any = arguments.isDots(3);
        byte[] expected = any ? new byte[0] : value(arguments, 3);
        return new Operation() {
            private int filled;

            @Override
            public int attempt() throws Stop {
                filled = machine.getsockopt(descriptor.live, level, number, name, there);
                return Math.min(filled, 0);
            }

            @Override
            public void finish(int result) throws Stop {
                if (result == 0 && !any) {
                    compare(name, Arrays.copyOf(expected, length), Arrays.copyOf(there, filled));
                }
            }
        };
    }

    private static void compare(String name, byte[] expected, byte[] there) throws Stop {
        if (there.length != expected.length) {
            throw Stop.failed(name + " has " + there.length + " octets, not " + expected.length);
        }
        if (!Arrays.equals(expected, there)) {
            throw Stop.failed(name + " is " + text(there) + ", not " + text(expected));
        }
    }

    private static String text(byte[] value) {
        if (value.length == 4) {
            return Integer.toString(
                    ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt());
        }
        return '"' + new String(value, StandardCharsets.ISO_8859_1).replace("\0", "\\0") + '"';
    }

    Operation ioctl(Arguments arguments) throws Stop {
        arguments.require(3, 3);
        Descriptor descriptor = arguments.descriptor(0);
        int request = arguments.integer(1);
        List<Expression> values = arguments.items(2);
        if (values.size() != 1) {
            throw Stop.failed("ioctl(): expected [NUMBER], not " + arguments.get(2));
        }
        long expected = Arguments.number(values.getFirst());
        String name = arguments.get(1).toString();
        return new Operation() {
            private int value;

            @Override
            public int attempt() throws Stop {
                value = machine.ioctl(descriptor.live, request);
                return Math.min(value, 0);
            }

            @Override
            public void finish(int result) throws Stop {
                if (result == 0 && value != expected) {
                    throw Stop.failed(name + " is " + value + ", not " + expected);
                }
            }
        };
    }
}
