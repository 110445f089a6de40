package io.halfopen.trace;

import io.halfopen.wire.IpAddress;

/**
 * What the IP header says about the segment behind it.
 *
 * @param version 4 or 6; an IPv6 packet may carry mapped IPv4 addresses, and tcpdump then still prints IPv6
 * @param payload what follows the header, as far as it is there
 * @param length the octets that should follow the header, of which some may be missing
 */
record Datagram(int version, IpAddress source, IpAddress destination, Captured payload, int length) {
    String sourceText() {
        return text(source);
    }

    String destinationText() {
        return text(destination);
    }

    /**
     * IPv6 that carries IPv4 ends in a dotted quad, like {@code addrtostr6} of tcpdump does it: the mapped form, which
     * {@link IpAddress} takes for IPv4, and the compatible one (RFC 4291, section 2.5.5), for which it has no case.
     */
    private String text(IpAddress address) {
        if (version == 4 || address.high() != 0) {
            return address.toString();
        }
        if (address.isIpv4()) {
            return "::ffff:" + address;
        }
        boolean compatible = address.low() >>> 32 == 0 && address.low() >>> 16 != 0;
        return compatible ? "::" + IpAddress.ofIpv4((int) address.low()) : address.toString();
    }
}
