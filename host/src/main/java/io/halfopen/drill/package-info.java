/** packetdrill's language: scripts of packets, system calls and times, run against a stack or a kernel. */
@NullMarked
package io.halfopen.drill;

import org.jspecify.annotations.NullMarked;
