/** The JDK's channels, sockets and names, as faces of {@link io.halfopen.nio.Network} and of the kernel's. */
@NullMarked
package io.halfopen.nio.channels;

import org.jspecify.annotations.NullMarked;
