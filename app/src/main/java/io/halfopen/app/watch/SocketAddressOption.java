package io.halfopen.app.watch;

import io.halfopen.wire.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 9925}, {@code 10.0.0.1:9925} or {@code [::1]:9925}; without an address it is the loopback. */
final class SocketAddressOption implements ITypeConverter<InetSocketAddress> {
    @Override
    public InetSocketAddress convert(String text) {
        int colon = text.lastIndexOf(':');
        String address = colon < 0 ? "127.0.0.1" : text.substring(0, colon).replaceAll("^\\[(.*)]$", "$1");
        String port = text.substring(colon + 1);
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65535) {
            throw new TypeConversionException("'" + text + "' is not [ADDRESS:]PORT, such as 9925 or 0.0.0.0:9925");
        }
        try {
            byte[] octets = IpAddress.parse(address).toBytes();
            return new InetSocketAddress(InetAddress.getByAddress(octets), Integer.parseInt(port));
        } catch (IllegalArgumentException | UnknownHostException bad) {
            throw new TypeConversionException("'" + address + "' is not an address: take one of IPv4 or IPv6");
        }
    }
}
