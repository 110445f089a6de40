package io.halfopen.drill;

import io.halfopen.linux.CongestionAlgorithm;
import io.halfopen.linux.Effect;
import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.Stack;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** The octets of setsockopt() and getsockopt(), which the stack has as numbers. */
final class StackOptions {
    private static final String FAST_OPEN_KEY = "TCP_FASTOPEN_KEY";
    private static final String CONGESTION = "TCP_CONGESTION";
    private static final int LONGEST_NAME = 16;
    private static final int MILLION = 1_000_000;

    private final Stack stack;
    private final Set<String> ignored;

    /** {@code ignored} collects the names of those that were set and do nothing. */
    StackOptions(Stack stack, Set<String> ignored) {
        this.stack = stack;
        this.ignored = ignored;
    }

    private static SocketOption option(String name) throws Stop {
        String usual = name.endsWith("TIMEO_OLD") ? name.substring(0, name.length() - "_OLD".length()) : name;
        try {
            return SocketOption.valueOf(usual);
        } catch (IllegalArgumentException unknown) {
            throw Stop.unsupported("the socket option " + name + " on the stack");
        }
    }

    static boolean isTimeout(SocketOption option) {
        return option == SocketOption.SO_RCVTIMEO || option == SocketOption.SO_SNDTIMEO;
    }

    /** What a value of one takes: a number, struct linger or struct timeval. */
    private static int size(SocketOption option) {
        return isTimeout(option)
                ? 2 * Long.BYTES
                : option == SocketOption.SO_LINGER ? 2 * Integer.BYTES : Integer.BYTES;
    }

    int set(int fd, String name, byte[] value) throws Stop {
        if (name.equals(CONGESTION)) {
            return stack.setCongestionControl(fd, new String(value, StandardCharsets.US_ASCII));
        }
        if (name.equals(FAST_OPEN_KEY)) {
            return stack.setFastOpenKey(fd, value);
        }
        SocketOption option = option(name);
        if (!option.settable()) {
            return -Errno.ENOPROTOOPT;
        }
        ByteBuffer numbers = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder());
        if (value.length < size(option)) {
            return isShortEnough(option, value) ? stack.setsockopt(fd, option, ofOctet(value)) : -Errno.EINVAL;
        }
        if (option.effect() == Effect.IGNORED && !isTimeout(option)) {
            ignored.add(name);
        }
        if (isTimeout(option)) {
            long micros = numbers.getLong(Long.BYTES);
            boolean time = micros >= 0 && micros < MILLION;
            return time ? stack.setsockopt(fd, option, millis(numbers.getLong(0), micros)) : -Errno.EDOM;
        }
        boolean off = option == SocketOption.SO_LINGER && numbers.getInt(0) == 0;
        int taken = option != SocketOption.SO_LINGER ? numbers.getInt(0) : off ? -1 : numbers.getInt(4);
        return stack.setsockopt(fd, option, taken);
    }

    /** Those of SOL_IP may be one octet long, or two or three of which the first counts; no octet is 0 (ip_setsockopt). */
    private static boolean isShortEnough(SocketOption option, byte[] value) {
        return option.name().startsWith("IP_") && (value.length > 0 || option != SocketOption.IP_TTL);
    }

    private static int ofOctet(byte[] value) {
        return value.length == 0 ? 0 : Byte.toUnsignedInt(value[0]);
    }

    private static int millis(long seconds, long micros) {
        long most = Integer.MAX_VALUE / 1000;
        return seconds < 0 ? -1 : (int) (Math.min(seconds, most - 1) * 1000 + (micros + 999) / 1000);
    }

    int get(int fd, String name, byte[] value) throws Stop {
        CongestionAlgorithm congestion = name.equals(CONGESTION) ? stack.congestionControl(fd) : null;
        if (congestion != null) {
            byte[] text = congestion.name().getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(text, 0, value, 0, Math.min(text.length, value.length));
            return Math.min(value.length, LONGEST_NAME);
        }
        SocketOption option = option(name);
        int there = stack.getsockopt(fd, option);
        if (there == -Errno.EBADF) {
            return there;
        }
        ByteBuffer buffer = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.nativeOrder());
        if (isTimeout(option)) {
            buffer.putLong(0, there / 1000).putLong(Long.BYTES, there % 1000 * 1000L);
        } else if (option == SocketOption.SO_LINGER) {
            buffer.putInt(0, there < 0 ? 0 : 1).putInt(4, Math.max(0, there));
        } else {
            buffer.putInt(0, there);
        }
        boolean octet = option.name().startsWith("IP_") && there >= 0 && there <= 255 && value.length < Integer.BYTES;
        int length = Math.min(value.length, octet ? 1 : size(option));
        System.arraycopy(buffer.array(), 0, value, 0, length);
        return length;
    }
}
