package io.halfopen.app.capture;

import io.halfopen.wire.Bytes;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.TcpHeader;
import java.util.Arrays;

/**
 * What can be read of a captured packet that may be cut off: unlike the stack's Segment it asks for no more octets than
 * the headers, and believes no checksum, since a capture holds neither. It never reads beyond what is there, and
 * throws nothing. One is reused for every packet.
 */
public final class TcpView {
    /** What the packet is. */
    public enum Kind {
        TCP,
        /** An ICMP error about a TCP segment; the flow is that of the segment it quotes. */
        ICMP,
        /** Whole, but nothing of TCP's. */
        OTHER,
        /** Not to be read. */
        UNREADABLE
    }

    private static final int IPV4 = 20;
    private static final int IPV6 = 40;
    private static final int TCP = 6;
    private static final int ICMP_V4 = 1;
    private static final int ICMP_V6 = 58;
    private static final int MOST_EXTENSIONS = 8;

    private byte[] bytes = new byte[0];
    private int end;
    private int transport;
    private int protocol;
    private int transportLength;

    public IpAddress source = IpAddress.ANY_V4;
    public IpAddress destination = IpAddress.ANY_V4;
    public int sourcePort;
    public int destinationPort;
    public int seq;
    public int ack;
    public int flags;
    /** Accurate ECN's AE and the three bits that are reserved. */
    public int reserved;

    public int window;
    public int ttl;
    /** Of IPv4 only; -1 of IPv6. */
    public int id;

    public int ecn;
    public int payload;
    /** The header was cut off before its options ended. */
    public boolean optionsCut;

    public int optionsLength;
    public int mss;
    public int windowScale;
    public boolean sackPermitted;
    public boolean timestamps;
    public int tsValue;
    public int tsEcho;
    public int sackBlocks;
    /** The longest row of fillers among the options: no system puts more than two before an option. */
    public int fillers;

    /** Octets of a Fast Open cookie, 0 where one is asked for, -1 without the option. */
    public int cookie;

    public boolean signed;
    public int icmpType;
    public int icmpCode;
    /** Who sent an ICMP error. */
    public IpAddress reporter = IpAddress.ANY_V4;

    public int urgentPointer;

    /** Reads {@code packet[offset .. offset+length)}, which begins with the IP header and was {@code wireLength} long. */
    public Kind parse(byte[] packet, int offset, int length, int wireLength) {
        bytes = packet;
        end = offset + length;
        if (length < 1) {
            return Kind.UNREADABLE;
        }
        if (!ip(offset, wireLength)) {
            return Kind.UNREADABLE;
        }
        return switch (protocol) {
            case TCP -> tcp(true) ? Kind.TCP : Kind.UNREADABLE;
            case ICMP_V4 -> source.isIpv4() ? icmp(wireLength) : Kind.OTHER;
            case ICMP_V6 -> source.isIpv4() ? Kind.OTHER : icmp(wireLength);
            default -> Kind.OTHER;
        };
    }

    private boolean ip(int at, int wireLength) {
        int version = at < end ? bytes[at] >> 4 & 0xf : 0;
        return version == 4 ? ipv4(at, wireLength) : version == 6 && ipv6(at, wireLength);
    }

    private boolean ipv4(int at, int wireLength) {
        int header = (bytes[at] & 0xf) * 4;
        if (header < IPV4 || end - at < header) {
            return false;
        }
        int total = Bytes.getShort(bytes, at + 2);
        // what is sent in one piece to be cut by the hardware may have no length yet
        total = total < header ? Math.max(header, wireLength) : total;
        source = IpAddress.ofIpv4(Bytes.getInt(bytes, at + 12));
        destination = IpAddress.ofIpv4(Bytes.getInt(bytes, at + 16));
        ttl = bytes[at + 8] & 0xff;
        id = Bytes.getShort(bytes, at + 4);
        ecn = bytes[at + 1] & 3;
        boolean later = (Bytes.getShort(bytes, at + 6) & 0x1fff) != 0;
        protocol = later ? -1 : bytes[at + 9] & 0xff;
        transport = at + header;
        transportLength = total - header;
        return true;
    }

    private boolean ipv6(int at, int wireLength) {
        if (end - at < IPV6) {
            return false;
        }
        source = new IpAddress(Bytes.getLong(bytes, at + 8), Bytes.getLong(bytes, at + 16));
        destination = new IpAddress(Bytes.getLong(bytes, at + 24), Bytes.getLong(bytes, at + 32));
        ttl = bytes[at + 7] & 0xff;
        id = -1;
        ecn = Bytes.getShort(bytes, at) >> 4 & 3;
        int total = Bytes.getShort(bytes, at + 4);
        int stop = at + IPV6 + (total == 0 ? Math.max(0, wireLength - IPV6) : total);
        protocol = bytes[at + 6] & 0xff;
        transport = at + IPV6;
        for (int i = 0; i < MOST_EXTENSIONS && isExtension(protocol) && transport + 8 <= end; i++) {
            boolean fragment = protocol == 44;
            if (fragment && (Bytes.getShort(bytes, transport + 2) & 0xfff8) != 0) {
                protocol = -1;
                return true;
            }
            protocol = bytes[transport] & 0xff;
            transport += fragment ? 8 : ((bytes[transport + 1] & 0xff) + 1) * 8;
        }
        transportLength = Math.max(0, stop - transport);
        return true;
    }

    private static boolean isExtension(int protocol) {
        return protocol == 0 || protocol == 43 || protocol == 44 || protocol == 60;
    }

    /** A quoted segment has its ports and sequence number at least; the rest may be missing. */
    private boolean tcp(boolean whole) {
        if (end - transport < (whole ? TcpHeader.LENGTH : 8)) {
            return false;
        }
        sourcePort = Bytes.getShort(bytes, transport);
        destinationPort = Bytes.getShort(bytes, transport + 2);
        seq = Bytes.getInt(bytes, transport + 4);
        forget();
        if (end - transport < TcpHeader.LENGTH) {
            return true;
        }
        ack = Bytes.getInt(bytes, transport + 8);
        int header = (bytes[transport + 12] >> 4 & 0xf) * 4;
        if (header < TcpHeader.LENGTH) {
            return false;
        }
        flags = bytes[transport + 13] & 0xff;
        reserved = bytes[transport + 12] & 0xf;
        window = Bytes.getShort(bytes, transport + 14);
        urgentPointer = Bytes.getShort(bytes, transport + 18);
        payload = Math.max(0, transportLength - header);
        optionsLength = header - TcpHeader.LENGTH;
        optionsCut = transport + header > end;
        options(transport + TcpHeader.LENGTH, Math.min(end, transport + header));
        return true;
    }

    private void forget() {
        ack = 0;
        flags = 0;
        reserved = 0;
        window = 0;
        payload = 0;
        optionsLength = 0;
        optionsCut = false;
        mss = 0;
        windowScale = -1;
        sackPermitted = false;
        timestamps = false;
        tsValue = 0;
        tsEcho = 0;
        sackBlocks = 0;
        fillers = 0;
        cookie = -1;
        signed = false;
        urgentPointer = 0;
    }

    private void options(int from, int to) {
        int at = from;
        int row = 0;
        while (at < to) {
            int kind = bytes[at] & 0xff;
            if (kind == 0) {
                return;
            }
            if (kind == 1) {
                at++;
                fillers = Math.max(fillers, ++row);
                continue;
            }
            row = 0;
            int length = at + 1 < to ? bytes[at + 1] & 0xff : 0;
            if (length < 2 || length > to - at) {
                return;
            }
            option(kind, at + 2, length - 2);
            at += length;
        }
    }

    private void option(int kind, int at, int length) {
        switch (kind) {
            case 2 -> mss = length == 2 ? Bytes.getShort(bytes, at) : mss;
            case 3 -> windowScale = length == 1 ? Math.min(14, bytes[at] & 0xff) : windowScale;
            case 4 -> sackPermitted = true;
            case 5 -> sackBlocks = length / 8;
            case 8 -> {
                if (length == 8) {
                    timestamps = true;
                    tsValue = Bytes.getInt(bytes, at);
                    tsEcho = Bytes.getInt(bytes, at + 4);
                }
            }
            case 19, 29 -> signed = true;
            case 34 -> cookie = length;
            case 254 -> {
                if (length >= 2 && Bytes.getShort(bytes, at) == 0xf989) {
                    cookie = length - 2;
                }
            }
            default -> {} // others say nothing about how a connection comes about
        }
    }

    /** Of an ICMP error the quoted packet is what counts: addresses and ports are those that it had. */
    private Kind icmp(int wireLength) {
        boolean v4 = source.isIpv4();
        if (end - transport < 8) {
            return Kind.UNREADABLE;
        }
        icmpType = bytes[transport] & 0xff;
        icmpCode = bytes[transport + 1] & 0xff;
        boolean error = v4 ? icmpType == 3 || icmpType == 11 || icmpType == 12 : icmpType < 5;
        if (!error) {
            return Kind.OTHER;
        }
        reporter = source;
        boolean quoted = ip(transport + 8, wireLength) && protocol == TCP && tcp(false);
        return quoted ? Kind.ICMP : Kind.OTHER;
    }

    /** A copy of the options as they are, as far as they were captured. */
    public byte[] options() {
        int from = Math.min(end, transport + TcpHeader.LENGTH);
        int to = Math.min(end, from + optionsLength);
        return Arrays.copyOfRange(bytes, from, to);
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    public boolean isSyn() {
        return (flags & (TcpHeader.SYN | TcpHeader.ACK | TcpHeader.RST)) == TcpHeader.SYN;
    }

    public boolean isSynAck() {
        return (flags & (TcpHeader.SYN | TcpHeader.ACK | TcpHeader.RST)) == (TcpHeader.SYN | TcpHeader.ACK);
    }

    /** The sequence number after its last. */
    public int endSeq() {
        return seq + payload + (has(TcpHeader.SYN) ? 1 : 0) + (has(TcpHeader.FIN) ? 1 : 0);
    }
}
