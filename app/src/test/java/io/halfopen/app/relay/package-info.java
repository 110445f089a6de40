/** A bad network of the tests: {@link io.halfopen.app.relay.Relay}, between two TUN interfaces. */
@NullMarked
package io.halfopen.app.relay;

import org.jspecify.annotations.NullMarked;
