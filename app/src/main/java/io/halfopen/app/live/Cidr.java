package io.halfopen.app.live;

import io.halfopen.wire.IpAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An address and how many of its bits are the network's: 10.9.0.2/24.
 *
 * @param prefix 1 to 30 for IPv4, 1 to 126 for IPv6: two hosts must fit
 */
record Cidr(IpAddress address, int prefix) {
    /** The other host of the network: its first address, or the second if that is ours. */
    IpAddress neighbour() {
        long bits = address.isIpv4() ? 32 - prefix : 128 - prefix;
        long high = bits > 64 ? address.high() & -1L << bits - 64 : address.high();
        long low = bits >= 64 ? 0 : address.low() & -1L << bits;
        IpAddress first = new IpAddress(high, low + 1);
        return first.equals(address) ? new IpAddress(high, low + 2) : first;
    }

    /** Reads one, with a sentence for the user if it is none. */
    static final class Converter implements ITypeConverter<Cidr> {
        @Override
        public Cidr convert(String text) {
            int slash = text.indexOf('/');
            if (slash < 0) {
                throw new TypeConversionException("'" + text + "' is not ADDRESS/BITS, such as 10.9.0.2/24");
            }
            try {
                IpAddress address = IpAddress.parse(text.substring(0, slash));
                int prefix = Integer.parseInt(text.substring(slash + 1));
                int most = address.isIpv4() ? 30 : 126;
                if (prefix < 1 || prefix > most) {
                    throw new TypeConversionException("the network of '" + text + "' takes 1 to " + most + " bits");
                }
                return new Cidr(address, prefix);
            } catch (NumberFormatException notANumber) {
                throw new TypeConversionException("'" + text + "' is not ADDRESS/BITS, such as 10.9.0.2/24");
            } catch (IllegalArgumentException notAnAddress) {
                throw new TypeConversionException(String.valueOf(notAnAddress.getMessage()));
            }
        }
    }
}
