package io.halfopen.app.explain;

import io.halfopen.wire.IpAddress;

/** One end of a connection. */
record Endpoint(IpAddress address, int port) {
    @Override
    public String toString() {
        return address.toHostString() + ":" + port;
    }
}
