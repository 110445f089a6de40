/**
 * The lab: a backlog, a burst and an accept rate go in, the fate of every connection comes out. {@link
 * io.halfopen.app.lab.Scenario} is what is asked, {@link io.halfopen.app.lab.Presets} the articles' questions, {@link
 * io.halfopen.app.lab.Experiment} runs one in the simulator and {@link io.halfopen.app.lab.KernelRun} on this machine's
 * kernel, {@link io.halfopen.app.lab.Judge} compares the two, {@link io.halfopen.app.lab.LabReport} is the answer as data and {@link
 * io.halfopen.app.lab.Story} as text.
 */
@NullMarked
package io.halfopen.app.lab;

import org.jspecify.annotations.NullMarked;
