package io.halfopen.app.lab;

import io.halfopen.linux.SocketOption;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A socket option by its name, and a number: TCP_USER_TIMEOUT=3000. */
record ClientOption(SocketOption option, int value) {
    /** Reads it, with a sentence for the user if it is none. */
    static final class Converter implements ITypeConverter<ClientOption> {
        @Override
        public ClientOption convert(String text) {
            int equals = text.indexOf('=');
            String value = text.substring(equals + 1);
            if (equals < 0 || !value.matches("-?\\d{1,9}")) {
                throw new TypeConversionException("'" + text + "' is not NAME=NUMBER");
            }
            String name = text.substring(0, equals);
            return Arrays.stream(SocketOption.values())
                    .filter(option -> option.name().equals(name))
                    .findFirst()
                    .map(option -> new ClientOption(option, Integer.parseInt(value)))
                    .orElseThrow(() -> new TypeConversionException(
                            "unknown socket option '" + name + "': docs/socket-options.md has them"));
        }
    }
}
