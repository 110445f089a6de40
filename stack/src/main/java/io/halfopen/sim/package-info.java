/**
 * Many stacks on one virtual network, in virtual time, from one seed. {@link io.halfopen.sim.World} is the clock and
 * the order of events, {@link io.halfopen.sim.Host} a stack with its programs, {@link io.halfopen.sim.Path} what
 * happens to packets between two hosts, {@link io.halfopen.sim.Tap} who listens in.
 */
@NullMarked
package io.halfopen.sim;

import org.jspecify.annotations.NullMarked;
