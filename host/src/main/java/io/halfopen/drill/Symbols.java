package io.halfopen.drill;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The names that strace prints for numbers: SOL_SOCKET, O_NONBLOCK, EAGAIN. From a table of Linux's own. */
final class Symbols {
    private static final Map<String, Long> VALUES = load();

    private Symbols() {}

    private static Map<String, Long> load() {
        try (InputStream table = Objects.requireNonNull(Symbols.class.getResourceAsStream("symbols.tsv"))) {
            return new String(table.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t"))
                    .collect(Collectors.toUnmodifiableMap(field -> field[0], field -> Long.valueOf(field[1])));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static @Nullable Long value(String name) {
        return VALUES.get(name);
    }

    static boolean isErrno(String name) {
        return name.startsWith("E") && !name.startsWith("EPOLL") && VALUES.containsKey(name);
    }

    /** The names of the bits of a number, {@code MSG_EOR|MSG_MORE}; bits that have none are hexadecimal. */
    static String flags(String prefix, int bits) {
        StringJoiner names = new StringJoiner("|");
        for (int bit = bits; bit != 0; bit &= bit - 1) {
            long lowest = Integer.toUnsignedLong(Integer.lowestOneBit(bit));
            names.add(VALUES.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith(prefix) && entry.getValue() == lowest)
                    .map(Map.Entry::getKey)
                    .min(String::compareTo)
                    .orElse("0x" + Long.toHexString(lowest)));
        }
        return names.toString();
    }

    /** The number of an error that the parser has let pass. */
    static int errno(String name) {
        return Math.toIntExact(Objects.requireNonNull(VALUES.get(name)));
    }

    /** The name of an error number; the table has two for some, of which this is the usual one. */
    static String errnoName(int number) {
        return VALUES.keySet().stream()
                .filter(name -> isErrno(name) && errno(name) == number)
                .filter(name -> !name.equals("EWOULDBLOCK") && !name.equals("EDEADLOCK") && !name.equals("ENOTSUP"))
                .findFirst()
                .orElse("errno " + number);
    }
}
