/**
 * Where a packet from the network comes in ({@link io.halfopen.tcp.ip.IpInput}): IP, fragments and ICMP, and whose a segment is
 * ({@link io.halfopen.tcp.ip.SegmentDispatch}).
 */
@NullMarked
package io.halfopen.tcp.ip;

import org.jspecify.annotations.NullMarked;
