package io.halfopen.linux;

/** Requests of ioctl(2) that ask a socket for a number, with Linux's values. */
public final class Ioctl {
    /** Octets to be read. */
    public static final int SIOCINQ = 0x541b;

    /** Octets that are not acknowledged. */
    public static final int SIOCOUTQ = 0x5411;

    /** Octets that are not sent. */
    public static final int SIOCOUTQNSD = 0x894b;

    /** 1 if the urgent octet is the next to be read. */
    public static final int SIOCATMARK = 0x8905;

    private Ioctl() {}
}
