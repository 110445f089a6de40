package io.halfopen.linux;

/** Flags of recv(2) and send(2), with Linux's values. */
public final class Message {
    /** The urgent octet, apart from the stream; sent, the last octet is urgent. */
    public static final int MSG_OOB = 0x1;

    /** Nothing here waits, so the flag of sending that asks for this, and that for no signal, change nothing. */
    public static final int MSG_DONTWAIT = 0x40;

    public static final int MSG_NOSIGNAL = 0x4000;

    /** A record ends with the last octet: what is written next goes into other segments. */
    public static final int MSG_EOR = 0x80;

    /** With SO_ZEROCOPY: the error queue tells when the memory of the call is free again. Here it is copied all the same. */
    public static final int MSG_ZEROCOPY = 0x400_0000;

    /** TCP_CORK for this call. */
    public static final int MSG_MORE = 0x8000;

    /** The data goes with the SYN, and opens the connection. */
    public static final int MSG_FASTOPEN = 0x2000_0000;

    /** What is returned stays to be read. */
    public static final int MSG_PEEK = 0x2;

    /** What is read is thrown away. */
    public static final int MSG_TRUNC = 0x20;

    /** Not data, but what the error queue has. */
    public static final int MSG_ERRQUEUE = 0x2000;

    private Message() {}
}
