/**
 * What leaves, and when: packets are written ({@link io.halfopen.tcp.transmit.Output}), and data, FINs and probes sent as window,
 * congestion, Nagle's rule and pace allow ({@link io.halfopen.tcp.transmit.Transmission}).
 */
@NullMarked
package io.halfopen.tcp.transmit;

import org.jspecify.annotations.NullMarked;
