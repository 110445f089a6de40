/**
 * {@code halfopen simulate}: whole networks out of a seed, run until everything is over, and checked at every step.
 * {@link io.halfopen.app.simulate.PlanMaker} draws a {@link io.halfopen.app.simulate.Plan}, {@link
 * io.halfopen.app.simulate.Simulation} runs it, {@link io.halfopen.app.simulate.End} is a program at one end of a
 * connection, {@link io.halfopen.app.simulate.WireCheck} watches the packets, {@link
 * io.halfopen.app.simulate.Shrinker} makes of a plan that fails the least one that still does.
 */
@NullMarked
package io.halfopen.app.simulate;

import org.jspecify.annotations.NullMarked;
