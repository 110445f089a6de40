/**
 * The algorithms for the size of the congestion window: Reno, CUBIC and BBR, each a
 * {@link io.halfopen.tcp.send.CongestionControl}, and the pool that hands them out.
 */
@NullMarked
package io.halfopen.tcp.congestion;

import org.jspecify.annotations.NullMarked;
