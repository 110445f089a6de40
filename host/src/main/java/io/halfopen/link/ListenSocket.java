package io.halfopen.link;

import io.halfopen.wire.IpAddress;

/**
 * A socket in LISTEN, as the kernel describes it.
 *
 * @param interfaceIndex of SO_BINDTODEVICE; 0: any
 * @param takesIpv4 an IPv6 socket without IPV6_V6ONLY
 * @param queued connections that wait for accept(2); ss: Recv-Q
 * @param backlog what bounds both queues, after somaxconn; ss: Send-Q
 * @param drops all segments that the socket dropped since it listens, for whatever reason; ss -m: d
 * @param inode by which a process's descriptors name it
 */
public record ListenSocket(
        IpAddress address,
        int port,
        int interfaceIndex,
        boolean takesIpv4,
        int queued,
        int backlog,
        long drops,
        long inode,
        int uid) {}
