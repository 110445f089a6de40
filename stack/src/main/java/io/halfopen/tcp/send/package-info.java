/**
 * The sending half of a connection, as state that answers questions: what is written, in flight, acknowledged, and how fast it
 * may go ({@link io.halfopen.tcp.send.Sender}). Nothing here sends or judges; the rooms above do.
 */
@NullMarked
package io.halfopen.tcp.send;

import org.jspecify.annotations.NullMarked;
