package io.halfopen.drill;

/**
 * {@code icmp unreachable frag_needed mtu 1200 [1:1461(1460)]}: about a segment that the machine sent.
 *
 * @param mtu -1 where the script does not say
 * @param echoedSeq the sequence number of that segment
 * @param echoedLength its octets of data
 */
record IcmpPacket(boolean inbound, IpInfo ip, String type, String code, long mtu, int echoedSeq, int echoedLength)
        implements Action.Packet {}
