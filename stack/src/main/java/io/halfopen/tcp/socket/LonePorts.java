package io.halfopen.tcp.socket;

import io.halfopen.wire.IpAddress;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Which ports have connections that no bound socket holds the port for, by local address, as far as bind() without a port has
 * to know. It looks at all flows at once, and notes where some may have come since: a look for each of the ports that are
 * tried would be one for each port and each flow.
 */
final class LonePorts {
    private final FlowTable flows;
    private final Map<IpAddress, BitSet> seen = new HashMap<>();
    private final BitSet since = new BitSet();

    LonePorts(FlowTable flows) {
        this.flows = flows;
    }

    /** A port may have connections from now on whose port no socket holds. */
    void mayCome(int port) {
        since.set(port);
    }

    /** Looks at all flows. */
    void look() {
        since.clear();
        seen.clear();
        flows.forEach(flow -> {
            boolean lone = flow instanceof TimeWait || flow instanceof AcceptQueue.Entry entry && entry.isAlone();
            if (lone) {
                seen.computeIfAbsent(flow.local, unseen -> new BitSet()).set(flow.localPort());
            }
        });
    }

    /** Whether the socket cannot have a port because of such connections, or perhaps cannot. */
    boolean keepFrom(Socket socket, int port) {
        if (since.get(port)) {
            return true;
        }
        for (Map.Entry<IpAddress, BitSet> each : seen.entrySet()) {
            IpAddress address = each.getKey();
            if (each.getValue().get(port) && socket.overlaps(address)) {
                return true;
            }
        }
        return false;
    }
}
