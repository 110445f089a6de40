/**
 * From a SYN to a connection, on either side: {@link io.halfopen.tcp.handshake.ListenInput} first, then half-opens, SYN cookies,
 * Fast Open, SYN_SENT and SYN_RECV, and {@link io.halfopen.tcp.handshake.Promotion} into the accept queue. A connection that sleeps is
 * kept as its handshake, so {@link io.halfopen.tcp.handshake.Dormancy} is here, too; {@link io.halfopen.tcp.handshake.Migration} ends a
 * listener, whose half-opens may go to another.
 */
@NullMarked
package io.halfopen.tcp.handshake;

import org.jspecify.annotations.NullMarked;
