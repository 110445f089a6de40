package io.halfopen.wire;

import io.halfopen.wire.Segment.Defect;

/**
 * The extension headers of IPv6 (RFC 8200, section 4), skipped or refused as Linux does it: hop-by-hop options only at
 * the beginning, destination options anywhere, a routing header that has something to do left is refused (RFC 5095).
 * Each header is at least eight octets, so the chain is as short as the packet.
 *
 * <pre>
 *  |  next header  |  length / 8   |   options: kind, length, data  ...
 *  |  next header  |  length / 8   |     type      | segments left |
 * </pre>
 */
final class Ipv6Extensions {
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int NO_NEXT = 59;
    private static final int DESTINATION = 60;

    private static final int PAD1 = 0;
    private static final int PADN = 1;
    private static final int JUMBO = 0xc2;
    private static final int ROUTE_RPL = 3;
    private static final int ROUTE_SEGMENTS = 4;

    /** RFC 8504, section 5.3: max_hbh_opts_number and max_dst_opts_number, and octets of padding in a row. */
    private static final int MOST_OPTIONS = 8;

    private static final int MOST_PADDING = 7;

    private static final int HEADER_FIELD = 0;
    private static final int UNKNOWN_OPTION = 2;

    private final IpPacket packet;

    Ipv6Extensions(IpPacket packet) {
        this.packet = packet;
    }

    /** Moves the packet's transport to what follows; NONE where that is no extension header. */
    Defect walk() {
        boolean first = true;
        while (true) {
            Defect defect = switch (packet.protocol) {
                case HOP_BY_HOP -> first ? options() : Defect.NOT_TCP;
                case DESTINATION -> options();
                case ROUTING -> routing();
                case IpHeader.FRAGMENT -> fragment();
                case NO_NEXT -> Defect.NO_NEXT_HEADER;
                default -> null;
            };
            if (defect != Defect.NONE) {
                return defect == null ? Defect.NONE : defect;
            }
            first = false;
        }
    }

    /** The octets of the header at hand, or 0 if they are not all there. */
    private int length() {
        if (packet.transportLength < 8) {
            return 0;
        }
        int length = 8 + 8 * Bytes.getByte(packet.bytes, packet.transportOffset + 1);
        return length > packet.transportLength ? 0 : length;
    }

    private Defect skip(int length) {
        packet.protocolOffset = packet.transportOffset;
        packet.protocol = Bytes.getByte(packet.bytes, packet.transportOffset);
        packet.transportOffset += length;
        packet.transportLength -= length;
        return Defect.NONE;
    }

    private Defect problem(int code, int at) {
        packet.problemCode = code;
        packet.problemOffset = at - packet.ipOffset;
        return Defect.IP_PROBLEM;
    }

    /** ip6_parse_tlv. */
    private Defect options() {
        int length = length();
        int end = packet.transportOffset + length;
        int options = 0;
        int padding = 0;
        int at = packet.transportOffset + 2;
        while (at < end) {
            int kind = Bytes.getByte(packet.bytes, at);
            if (kind == PAD1) {
                at++;
                if (++padding > MOST_PADDING) {
                    return Defect.IP_BAD_OPTION;
                }
                continue;
            }
            int size = at + 1 < end ? 2 + Bytes.getByte(packet.bytes, at + 1) : end;
            if (at + size > end) {
                return Defect.IP_BAD_OPTION;
            }
            if (kind == PADN) {
                padding += size;
                if (padding > MOST_PADDING || !isZero(at + 2, at + size)) {
                    return Defect.IP_BAD_OPTION;
                }
            } else {
                padding = 0;
                Defect refused = ++options > MOST_OPTIONS ? Defect.IP_BAD_OPTION : judge(kind, at);
                if (refused != Defect.NONE) {
                    return refused;
                }
            }
            at += size;
        }
        return length == 0 ? Defect.IP_BAD_OPTION : skip(length);
    }

    private boolean isZero(int from, int to) {
        for (int i = from; i < to; i++) {
            if (packet.bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** No option has an effect on TCP; what to do with one that is not known its highest two bits say. */
    private Defect judge(int kind, int at) {
        if (kind == JUMBO && packet.protocolOffset == packet.ipOffset + IpHeader.V6_NEXT_HEADER) {
            return problem(HEADER_FIELD, at); // none is needed here, and one where none is needed is wrong
        }
        return switch (kind >>> 6) {
            case 0 -> Defect.NONE;
            case 1 -> Defect.IP_BAD_OPTION;
            default -> problem(UNKNOWN_OPTION, at);
        };
    }

    /** ipv6_rthdr_rcv, with accept_source_route 0. */
    private Defect routing() {
        int length = length();
        if (length == 0) {
            return Defect.IP_BAD_OPTION;
        }
        int type = Bytes.getByte(packet.bytes, packet.transportOffset + 2);
        int left = Bytes.getByte(packet.bytes, packet.transportOffset + 3);
        if (type == ROUTE_RPL || type == ROUTE_SEGMENTS) {
            return Defect.IP_SOURCE_ROUTE;
        }
        return left == 0 ? skip(length) : problem(HEADER_FIELD, packet.transportOffset + 2);
    }

    /** One that is alone is a whole packet (RFC 6946). */
    private Defect fragment() {
        if (packet.transportLength < 8) {
            return problem(HEADER_FIELD, packet.transportOffset);
        }
        packet.fragmentOffset = packet.transportOffset;
        packet.fragmentNamedAt = packet.protocolOffset;
        boolean whole = (Bytes.getShort(packet.bytes, packet.transportOffset + 2) & ~6) == 0;
        packet.atomic |= whole;
        skip(8);
        return whole ? Defect.NONE : Defect.IP_FRAGMENT;
    }
}
