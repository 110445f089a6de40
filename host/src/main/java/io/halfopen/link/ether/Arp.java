package io.halfopen.link.ether;

import io.halfopen.wire.Bytes;

/**
 * An ARP packet in its frame: a question who has an IPv4 address, or the answer (RFC 826).
 *
 * <pre>
 *  hardware 2 | protocol 2 | lengths 1 1 | operation 2
 *  sender's station 6 | sender's address 4 | target's station 6 | target's address 4
 * </pre>
 */
final class Arp {
    private static final int HARDWARE = EtherFrame.LENGTH;
    private static final int LENGTHS = HARDWARE + 4;
    private static final int OPERATION = HARDWARE + 6;
    private static final int SENDER_STATION = HARDWARE + 8;
    private static final int SENDER = HARDWARE + 14;
    private static final int TARGET_STATION = HARDWARE + 18;
    private static final int TARGET = HARDWARE + 24;

    /** Of all of it, frame and all. */
    static final int END = HARDWARE + 28;

    private static final int ETHERNET_AND_IPV4 = 1 << 16 | EtherFrame.IPV4;
    private static final int SIX_AND_FOUR = 0x0604;
    private static final int REQUEST = 1;
    private static final int REPLY = 2;

    private Arp() {}

    /** Whether it is one about stations of an Ethernet and IPv4 addresses, whole, from a station that can be answered. */
    static boolean isValid(byte[] bytes, int frame, int end) {
        if (end - frame < END
                || Bytes.getInt(bytes, frame + HARDWARE) != ETHERNET_AND_IPV4
                || Bytes.getShort(bytes, frame + LENGTHS) != SIX_AND_FOUR) {
            return false;
        }
        int operation = Bytes.getShort(bytes, frame + OPERATION);
        return (operation == REQUEST || operation == REPLY) && EtherFrame.isStation(senderStation(bytes, frame));
    }

    static boolean isRequest(byte[] bytes, int frame) {
        return Bytes.getShort(bytes, frame + OPERATION) == REQUEST;
    }

    static long senderStation(byte[] bytes, int frame) {
        return EtherFrame.station(bytes, frame + SENDER_STATION);
    }

    static int sender(byte[] bytes, int frame) {
        return Bytes.getInt(bytes, frame + SENDER);
    }

    static int target(byte[] bytes, int frame) {
        return Bytes.getInt(bytes, frame + TARGET);
    }

    /** A question to everybody; who asks for its own address announces itself (RFC 5227, section 2.3). */
    static void writeRequest(byte[] bytes, long station, int address, int target) {
        EtherFrame.write(bytes, 0, EtherFrame.BROADCAST, station, EtherFrame.ARP);
        write(bytes, REQUEST, station, address, EtherFrame.NONE, target);
    }

    /** The answer to one who has asked. */
    static void writeReply(byte[] bytes, long station, int address, long targetStation, int target) {
        EtherFrame.write(bytes, 0, targetStation, station, EtherFrame.ARP);
        write(bytes, REPLY, station, address, targetStation, target);
    }

    private static void write(byte[] bytes, int operation, long station, int address, long targetStation, int target) {
        Bytes.putInt(bytes, HARDWARE, ETHERNET_AND_IPV4);
        Bytes.putShort(bytes, LENGTHS, SIX_AND_FOUR);
        Bytes.putShort(bytes, OPERATION, operation);
        EtherFrame.putStation(bytes, SENDER_STATION, station);
        Bytes.putInt(bytes, SENDER, address);
        EtherFrame.putStation(bytes, TARGET_STATION, targetStation);
        Bytes.putInt(bytes, TARGET, target);
    }
}
