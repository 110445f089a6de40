/** A {@link io.halfopen.nio.Network} of its own for each JUnit test that asks for one. */
@NullMarked
package io.halfopen.junit;

import org.jspecify.annotations.NullMarked;
