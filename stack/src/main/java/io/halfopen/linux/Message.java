package io.halfopen.linux;

/** Flags of recv(2) and send(2), with Linux's values. */
public final class Message {
    /** The urgent octet, apart from the stream; sent, the last octet is urgent. */
    public static final int MSG_OOB = 0x1;

    /** What is returned stays to be read. */
    public static final int MSG_PEEK = 0x2;

    /** What is read is thrown away. */
    public static final int MSG_TRUNC = 0x20;

    private Message() {}
}
