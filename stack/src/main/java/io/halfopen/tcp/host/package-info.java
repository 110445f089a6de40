/**
 * What a host has before it has any connection: its time, settings and counters ({@link io.halfopen.tcp.host.Host}), its keys,
 * its timer wheel, its memory for octets, and what it knows of paths. It knows nothing of sockets.
 */
@NullMarked
package io.halfopen.tcp.host;

import org.jspecify.annotations.NullMarked;
