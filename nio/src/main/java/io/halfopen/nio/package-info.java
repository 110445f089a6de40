/**
 * A network of hosts on the stack, for programs that know nothing of it. {@link io.halfopen.nio.Network} is where a test
 * begins: hosts, paths, faults, the story of what happened. {@link io.halfopen.nio.Engine} runs the world for many
 * threads and {@link io.halfopen.nio.VirtualSocket} is one descriptor in it; the JDK's classes in
 * {@code io.halfopen.nio.channels} are faces of these two.
 */
@NullMarked
package io.halfopen.nio;

import org.jspecify.annotations.NullMarked;
