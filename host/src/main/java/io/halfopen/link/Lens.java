package io.halfopen.link;

import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.SocketRow;
import io.halfopen.wire.IpAddress;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What a network namespace shows of its TCP to whoever looks on: listeners, half-open connections, counters, settings,
 * and with the right to it the packets of handshakes. It writes no setting and sends nothing but questions to its own
 * kernel. One thread at a time.
 */
public final class Lens implements AutoCloseable {
    private final NamespaceThread namespace;
    private final SockDiag diag;
    private final ProcCounters counters;
    private @Nullable HandshakeRing ring;

    private Lens(NamespaceThread namespace) throws LinkException {
        this.namespace = namespace;
        diag = new SockDiag();
        counters = new ProcCounters();
    }

    /** {@code file} is one of /proc or of ip-netns(8) that stands for a namespace; null: this process's own. */
    public static Lens open(@Nullable Path file) throws LinkException {
        NamespaceThread namespace = NamespaceThread.in(file);
        boolean ready = false;
        try {
            Lens lens = namespace.call(() -> new Lens(namespace));
            ready = true;
            return lens;
        } finally {
            if (!ready) {
                namespace.close();
            }
        }
    }

    /** Begins to capture; the ports are those whose ACKs count. */
    public HandshakeRing capture(int[] ports) throws LinkException {
        HandshakeRing made = namespace.call(() -> new HandshakeRing(ports));
        ring = made;
        return made;
    }

    /** Runs something on the thread that is inside, so that files of /proc are those of the namespace. */
    public <T extends @Nullable Object> T inside(Callable<T> call) throws LinkException {
        return namespace.call(call);
    }

    public List<ListenSocket> listeners() {
        return diag.listeners();
    }

    /** All handshakes that are under way. */
    public List<SocketRow> halfOpen() {
        return diag.halfOpen().stream().map(SockDiag.Entry::row).toList();
    }

    /** How a flow's socket stands; LISTEN or null where there is none of its own. */
    public @Nullable TcpState stateOf(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        return diag.stateOf(local, localPort, remote, remotePort);
    }

    /** By nstat's names. */
    public Map<String, Long> counters() {
        return counters.read();
    }

    /** Only those of TcpExt, in a tenth of the time. */
    public Map<String, Long> extendedCounters() {
        return counters.readExtended();
    }

    /** Each first number of a sysctl; one that this kernel has not is left out. */
    public Map<Sysctl, Integer> settings(Sysctl... wanted) throws LinkException {
        return namespace.call(() -> {
            Map<Sysctl, Integer> found = new HashMap<>();
            for (Sysctl each : wanted) {
                Path file = Path.of("/proc/sys", each.fullName().replace('.', '/'));
                try {
                    found.put(each, Integer.parseInt(NamespaceThread.read(file).replaceAll("\\s.*", "")));
                } catch (LinkException | NumberFormatException notThere) {
                    // an older kernel
                }
            }
            return found;
        });
    }

    /** The addresses of its interfaces. */
    public Set<IpAddress> addresses() throws LinkException {
        return namespace.call(() -> {
            Set<IpAddress> found = new HashSet<>();
            try {
                for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                    for (InetAddress address : Collections.list(each.getInetAddresses())) {
                        found.add(IpAddress.parse(address.getHostAddress().replaceAll("%.*", "")));
                    }
                }
            } catch (SocketException none) {
                // a namespace without an interface that is up
            }
            return found;
        });
    }

    @Override
    public void close() {
        if (ring != null) {
            ring.close();
        }
        counters.close();
        diag.close();
        namespace.close();
    }
}
