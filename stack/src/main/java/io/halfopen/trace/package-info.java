/**
 * What happened, in the words of the tools people know. {@link io.halfopen.trace.TcpdumpText} prints packets as
 * tcpdump does, {@link io.halfopen.trace.TcpdumpTime} their times, {@link io.halfopen.trace.Pcapng} keeps them for
 * tcpdump and Wireshark. {@link io.halfopen.trace.SsTable}, {@link io.halfopen.trace.NetstatTable} and
 * {@link io.halfopen.trace.NstatTable} print sockets and counters.
 *
 * <p>Nothing here looks into the stack: bytes, rows and numbers come in, text goes out. "Exactly" means byte for byte
 * tcpdump 4.99, iproute2 6.1 and net-tools 2.10, against which the tests compare.
 */
@NullMarked
package io.halfopen.trace;

import org.jspecify.annotations.NullMarked;
