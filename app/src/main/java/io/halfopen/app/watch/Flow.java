package io.halfopen.app.watch;

import io.halfopen.wire.IpAddress;

/** A connection or an attempt at one, seen from this host. */
record Flow(IpAddress local, int localPort, IpAddress remote, int remotePort) {}
