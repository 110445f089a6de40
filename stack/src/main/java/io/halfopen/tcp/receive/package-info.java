/**
 * The receiving half of a connection, as state that answers questions: what has arrived, in order or not, which window is
 * announced, and when an ACK is due ({@link io.halfopen.tcp.receive.Receiver}).
 */
@NullMarked
package io.halfopen.tcp.receive;

import org.jspecify.annotations.NullMarked;
