/**
 * What an ACK says of what was sent, what is lost, and what is sent again: SACK, RACK-TLP, PRR, undo, retransmission, timeouts.
 */
@NullMarked
package io.halfopen.tcp.recovery;

import org.jspecify.annotations.NullMarked;
