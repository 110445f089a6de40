package io.halfopen.app.live;

import io.halfopen.wire.IpAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An address; names are not looked up. */
final class AddressConverter implements ITypeConverter<IpAddress> {
    @Override
    public IpAddress convert(String text) {
        try {
            return IpAddress.parse(text);
        } catch (IllegalArgumentException notAnAddress) {
            throw new TypeConversionException(String.valueOf(notAnAddress.getMessage()));
        }
    }
}
