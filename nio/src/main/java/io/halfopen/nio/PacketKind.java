package io.halfopen.nio;

/** What a packet is to a connection; a packet is of exactly one kind, but for {@link #ANY}. */
public enum PacketKind {
    /** The first packet of a handshake. */
    SYN,
    /** Its answer. */
    SYN_ACK,
    /** The ACK that ends the handshake, without data; each time that it is sent again, too. */
    FINAL_ACK,
    /** Any other ACK without data. */
    ACK,
    /** With data; with FIN, too. */
    DATA,
    /** The end of a direction, without data. */
    FIN,
    /** A reset. */
    RST,
    /** Not TCP, or a fragment. */
    OTHER,
    /** Every packet, whatever it is. */
    ANY
}
