/**
 * The bytes of a packet, and nothing else: {@link io.halfopen.wire.IpHeader} and {@link io.halfopen.wire.TcpHeader}
 * are offsets and writers, {@link io.halfopen.wire.Segment} is the one reader, {@link io.halfopen.wire.SeqNumber} the
 * arithmetic modulo 2^32. Packets are {@code byte[] + offset + length}; nothing here allocates.
 */
@NullMarked
package io.halfopen.wire;

import org.jspecify.annotations.NullMarked;
