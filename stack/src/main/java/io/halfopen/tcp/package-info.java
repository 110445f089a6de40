/**
 * The stack itself, without I/O: bytes, calls and time in; bytes, readiness and a deadline out. {@link
 * io.halfopen.tcp.Stack} is the surface.
 */
@NullMarked
package io.halfopen.tcp;

import org.jspecify.annotations.NullMarked;
