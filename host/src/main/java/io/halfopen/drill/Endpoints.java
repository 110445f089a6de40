package io.halfopen.drill;

import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** {@code 40001>8080}: whose packet it is, if not the one's that the script is about. */
record Endpoints(@Nullable IpAddress remote, int remotePort, int localPort) {}
