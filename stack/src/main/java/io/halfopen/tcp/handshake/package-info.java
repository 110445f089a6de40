/**
 * From a SYN to a connection, on either side: {@link io.halfopen.tcp.handshake.ListenInput} first, then half-opens, SYN cookies,
 * Fast Open, SYN_SENT and SYN_RECV, and {@link io.halfopen.tcp.handshake.Promotion} into the accept queue.
 */
@NullMarked
package io.halfopen.tcp.handshake;

import org.jspecify.annotations.NullMarked;
