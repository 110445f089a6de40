package io.halfopen.app;

import io.halfopen.linux.Sysctl;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A setting as sysctl(8) takes it: {@code net.ipv4.tcp_abort_on_overflow=1}.
 *
 * @param values one number, or as many as the sysctl has
 */
public record SysctlOption(Sysctl sysctl, int[] values) {
    /** Reads it, with a sentence for the user if it is none. */
    public static final class Converter implements ITypeConverter<SysctlOption> {
        @Override
        public SysctlOption convert(String text) {
            int equals = text.indexOf('=');
            if (equals < 0) {
                throw new TypeConversionException("'" + text + "' is not NAME=VALUE");
            }
            try {
                Sysctl sysctl = Sysctl.named(text.substring(0, equals).strip());
                return new SysctlOption(sysctl, sysctl.parse(text.substring(equals + 1)));
            } catch (IllegalArgumentException bad) {
                throw new TypeConversionException(bad.getMessage());
            }
        }
    }
}
