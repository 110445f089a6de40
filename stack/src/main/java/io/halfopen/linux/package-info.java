/**
 * The vocabulary: what Linux calls things, spelled as Linux spells it. {@link io.halfopen.linux.Rule} names every
 * decision about a segment, {@link io.halfopen.linux.Counter} what /proc/net/snmp and netstat count,
 * {@link io.halfopen.linux.Sysctl} the knobs, {@link io.halfopen.linux.Kernel} what changed between kernels.
 */
@NullMarked
package io.halfopen.linux;

import org.jspecify.annotations.NullMarked;
