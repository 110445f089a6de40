package io.halfopen.lab;

import io.halfopen.linux.TcpState;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The states of a host's connections by their 4-tuples, as netstat would show them at one moment. */
final class States {
    private record Tuple(IpAddress localAddress, int localPort, IpAddress remoteAddress, int remotePort) {
        static Tuple of(SocketRow row) {
            return new Tuple(row.localAddress(), row.localPort(), row.remoteAddress(), row.remotePort());
        }
    }

    private final Map<Tuple, TcpState> states = new HashMap<>();

    States(List<SocketRow> rows) {
        rows.forEach(row -> states.put(Tuple.of(row), row.state()));
    }

    /** CLOSE for what never was or is no more. */
    TcpState of(@Nullable SocketRow row) {
        return row == null ? TcpState.CLOSE : states.getOrDefault(Tuple.of(row), TcpState.CLOSE);
    }
}
