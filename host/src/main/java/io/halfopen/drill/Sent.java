package io.halfopen.drill;

import io.halfopen.wire.IpAddress;

/** A segment that the machine sent, with the numbers of the wire. */
record Sent(long time, IpAddress remote, int remotePort, int localPort, boolean zeroes, TcpPacket packet) {}
