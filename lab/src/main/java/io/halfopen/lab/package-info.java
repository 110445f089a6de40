/**
 * What the lab is made of: a backlog, a burst and an accept rate go in, the fate of every connection comes out. {@link
 * io.halfopen.lab.Scenario} is what is asked, {@link io.halfopen.lab.Presets} the articles' questions, {@link
 * io.halfopen.lab.Experiment} runs one in the simulator, {@link io.halfopen.lab.Recorder} keeps what happened, {@link
 * io.halfopen.lab.Judgement} compares two runs, and {@link io.halfopen.lab.LabReport} is the answer as data. No command
 * line, no JSON library, no file and no clock: it also runs where there is none of them.
 */
@NullMarked
package io.halfopen.lab;

import org.jspecify.annotations.NullMarked;
