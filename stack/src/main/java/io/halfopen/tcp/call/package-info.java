/**
 * The system calls and socket options, as {@link io.halfopen.tcp.Stack} offers them.
 */
@NullMarked
package io.halfopen.tcp.call;

import org.jspecify.annotations.NullMarked;
