package io.halfopen.drill;

import io.halfopen.linux.Rule;
import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** A segment that the machine sent, with the numbers of the wire, and the rule that sent it, if the machine tells. */
record Sent(
        long time,
        IpAddress remote,
        int remotePort,
        int localPort,
        boolean zeroes,
        TcpPacket packet,
        @Nullable Rule rule) {}
