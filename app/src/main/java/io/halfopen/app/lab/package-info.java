/**
 * {@code halfopen lab}: options make an {@link io.halfopen.lab.Scenario}, {@link io.halfopen.lab.Experiment} runs it in the
 * simulator or {@link io.halfopen.app.lab.KernelRun} on this machine's kernel, {@link io.halfopen.app.lab.Judge} compares
 * the two, and {@link io.halfopen.app.lab.Story} tells of it.
 */
@NullMarked
package io.halfopen.app.lab;

import org.jspecify.annotations.NullMarked;
