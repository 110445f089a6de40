/** A network for a program that is started with {@code -javaagent:halfopen-agent.jar=FILE}. */
@NullMarked
package io.halfopen.agent;

import org.jspecify.annotations.NullMarked;
