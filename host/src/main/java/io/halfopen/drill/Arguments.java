package io.halfopen.drill;

import io.halfopen.drill.SystemCalls.Descriptor;
import io.halfopen.wire.IpAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of one system call, in the types that it needs. */
final class Arguments {
    private final Action.Call call;
    private final Map<Integer, Descriptor> descriptors;

    Arguments(Action.Call call, Map<Integer, Descriptor> descriptors) {
        this.call = call;
        this.descriptors = descriptors;
    }

    /** {@code name} is that of the script's call. */
    String name() {
        return call.name();
    }

    int count() {
        return call.arguments().size();
    }

    void require(int least, int most) throws Stop {
        if (count() < least || count() > most) {
            String wanted = least == most ? String.valueOf(least) : least + " or " + most;
            throw Stop.failed(name() + "() takes " + wanted + " arguments, not " + count());
        }
    }

    Expression get(int index) {
        return call.arguments().get(index);
    }

    boolean isDots(int index) {
        return get(index) instanceof Expression.Dots;
    }

    /** What the script calls the new descriptor. */
    int newFd() throws Stop {
        return Math.toIntExact(number(call.result()));
    }

    int integer(int index) throws Stop {
        return (int) number(get(index));
    }

    int scriptFd(int index) throws Stop {
        return integer(index);
    }

    Descriptor descriptor(int index) throws Stop {
        return SystemCalls.descriptor(descriptors, integer(index));
    }

    /** The elements of {@code [1, 2]}. */
    List<Expression> items(int index) throws Stop {
        if (get(index) instanceof Expression.Items list) {
            return list.items();
        }
        throw Stop.failed(name() + "(): expected [...], not " + get(index));
    }

    static long number(Expression expression) throws Stop {
        return switch (expression) {
            case Expression.Numeral number -> number.value();
            case Expression.Symbol symbol -> symbol.value();
            case Expression.Or or -> number(or.left()) | number(or.right());
            case Expression.Applied applied when applied.function().equals("htons") -> number(applied.argument());
            default -> throw Stop.failed("expected a number, not " + expression);
        };
    }

    /** A field of a structure, or null. */
    static @Nullable Expression field(Expression struct, String name) {
        if (struct instanceof Expression.Struct fields) {
            for (Expression field : fields.fields()) {
                if (field instanceof Expression.Named named && named.name().equals(name)) {
                    return named.value();
                }
            }
        }
        return null;
    }

    static long numberField(Expression struct, String name, long otherwise) throws Stop {
        Expression field = field(struct, name);
        return field == null ? otherwise : number(field);
    }

    /** An address and a port. */
    record SocketAddress(IpAddress address, int port) {}

    /** <code>{sa_family = AF_INET, sin_port = htons(8080), sin_addr = inet_addr("192.0.2.1")}</code>. */
    SocketAddress address(int index) throws Stop {
        Expression port = field(get(index), "sin_port");
        Expression address = field(get(index), "sin_addr");
        if (port != null
                && address instanceof Expression.Applied applied
                && applied.argument() instanceof Expression.Text text) {
            try {
                return new SocketAddress(IpAddress.parse(text.text()), (int) number(port));
            } catch (IllegalArgumentException bad) {
                throw Stop.failed(String.valueOf(bad.getMessage()));
            }
        }
        throw Stop.failed(
                name() + "(): expected ... or {sa_family = ..., sin_port = ..., sin_addr = ...}, not " + get(index));
    }

    /** The octets of each element of an array of {@code {..., 1000}}. */
    int[] vectorLengths(Expression array) throws Stop {
        if (!(array instanceof Expression.Items list)) {
            throw Stop.failed(name() + "(): expected an array of {..., LENGTH}, not " + array);
        }
        int[] lengths = new int[list.items().size()];
        for (int i = 0; i < lengths.length; i++) {
            Expression item = list.items().get(i);
            if (!(item instanceof Expression.Struct vector) || vector.fields().size() != 2) {
                throw Stop.failed(name() + "(): expected {..., LENGTH}, not " + item);
            }
            lengths[i] = (int) number(vector.fields().get(1));
        }
        return lengths;
    }
}
