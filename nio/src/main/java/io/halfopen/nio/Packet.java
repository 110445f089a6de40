package io.halfopen.nio;

/**
 * A packet on its way, as a fault may ask about it.
 *
 * @param from the name of the host that sent it
 * @param to the name of the host that it is for
 * @param payload octets of data
 */
public record Packet(String from, String to, PacketKind kind, int sourcePort, int destinationPort, int payload) {}
