package io.halfopen.tcp;

import io.halfopen.tcp.send.SendNotices;

/**
 * What recvmsg(2) with MSG_ERRQUEUE tells of octets that were sent: struct sock_extended_err.
 *
 * @param error ee_errno: 0, or ENOMSG for a time stamp
 * @param origin ee_origin: {@link #ZEROCOPY} or {@link #TIMESTAMPING}
 * @param code ee_code: 1 for MSG_ZEROCOPY, that the octets were copied nevertheless
 * @param info ee_info: the first of the calls with MSG_ZEROCOPY whose memory is free, from 0 on; or which time stamp it is,
 *     SCM_TSTAMP_SND, _SCHED or _ACK
 * @param data ee_data: the last of those calls; or the number of the octet, from where SOF_TIMESTAMPING_OPT_ID was set
 * @param packet a time stamp comes with the packet itself, which is not kept here: whoever reads it has MSG_TRUNC
 * @param time when that was, ns on the stack's clock
 */
public record ErrorNotice(int error, int origin, int code, int info, int data, boolean packet, long time) {
    public static final int TIMESTAMPING = 4;
    public static final int ZEROCOPY = 5;

    private static final int ENOMSG = 42;

    /** Takes the oldest. */
    static ErrorNotice take(SendNotices notices) {
        boolean stamp = notices.kind() != SendNotices.ZERO_COPY;
        ErrorNotice notice = new ErrorNotice(
                stamp ? ENOMSG : 0,
                stamp ? TIMESTAMPING : ZEROCOPY,
                stamp ? 0 : 1,
                notices.info(),
                notices.data(),
                (notices.kind() & SendNotices.PACKET) != 0,
                notices.time());
        notices.read();
        return notice;
    }
}
