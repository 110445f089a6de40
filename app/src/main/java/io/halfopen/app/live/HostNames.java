package io.halfopen.app.live;

import io.halfopen.wire.IpAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;

/** What a user calls a host: an address, or a name that this machine resolves, since the stack has no resolver. */
final class HostNames {
    /** Java would read 10.9 as 10.0.0.9. */
    private static final Pattern LIKE_AN_ADDRESS = Pattern.compile("[0-9.]*|.*[:%].*");

    private HostNames() {}

    /**
     * The address, or the first of the name's addresses that is of this version of IP.
     *
     * @throws IllegalArgumentException if there is none, with the sentence for the user
     */
    static IpAddress resolve(String text, boolean ipv4) {
        return LIKE_AN_ADDRESS.matcher(text).matches() ? IpAddress.parse(text) : lookUp(text, ipv4);
    }

    private static IpAddress lookUp(String name, boolean ipv4) {
        InetAddress[] all;
        try {
            all = InetAddress.getAllByName(name);
        } catch (UnknownHostException unknown) {
            throw new IllegalArgumentException("no host is known by the name '" + name + "'", unknown);
        }
        return Arrays.stream(all)
                .filter(each -> each instanceof Inet4Address == ipv4)
                .findFirst()
                .map(each -> IpAddress.parse(withoutZone(each)))
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + name + "' has no IPv" + (ipv4 ? 4 : 6) + " address, which --address is"));
    }

    private static String withoutZone(InetAddress address) {
        return address.getHostAddress().replaceFirst("%.*", "");
    }
}
