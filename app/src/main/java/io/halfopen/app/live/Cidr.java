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
    /** Whether the other is in this network too. */
    boolean contains(IpAddress other) {
        return other.isIpv4() == address.isIpv4() && network(other).equals(network(address));
    }

    /** Not the network itself, which is also IPv6's anycast to all its routers, and not its broadcast address. */
    boolean isHost() {
        boolean broadcast = address.isIpv4() && address.equals(broadcast());
        return !broadcast && !network(address).equals(address);
    }

    /** The address that means all hosts of an IPv4 network. */
    IpAddress broadcast() {
        return IpAddress.ofIpv4((int) (address.low() | -1L >>> 32 + prefix));
    }

    /** The other host of the network: its first address, or the second if that is ours. */
    IpAddress neighbour() {
        IpAddress network = network(address);
        IpAddress first = new IpAddress(network.high(), network.low() + 1);
        return first.equals(address) ? new IpAddress(network.high(), network.low() + 2) : first;
    }

    private IpAddress network(IpAddress member) {
        long bits = address.isIpv4() ? 32 - prefix : 128 - prefix;
        long high = bits > 64 ? member.high() & -1L << bits - 64 : member.high();
        long low = bits >= 64 ? 0 : member.low() & -1L << bits;
        return new IpAddress(high, low);
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
                Cidr cidr = new Cidr(address, prefix);
                if (!cidr.isHost()) {
                    throw new TypeConversionException("'" + text + "' is the address of no host of that network");
                }
                return cidr;
            } catch (NumberFormatException notANumber) {
                throw new TypeConversionException("'" + text + "' is not ADDRESS/BITS, such as 10.9.0.2/24");
            } catch (IllegalArgumentException notAnAddress) {
                throw new TypeConversionException(String.valueOf(notAnAddress.getMessage()));
            }
        }
    }
}
