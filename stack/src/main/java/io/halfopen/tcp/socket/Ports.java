package io.halfopen.tcp.socket;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.host.Host;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import org.jspecify.annotations.Nullable;

/** Local ports: who uses which, and which one is free (RFC 6056). */
public final class Ports {
    private final @Nullable PortUse[] @Nullable [] pages = new PortUse[256][];
    private final Host host;
    private final FlowTable flows;
    private final LonePorts lone;
    private int perturbation;

    /** How many ports bind() has tried in vain since a look at all flows, which costs as much as to try as many. */
    private long wasted;

    Ports(Host host, FlowTable flows) {
        this.host = host;
        this.flows = flows;
        lone = new LonePorts(flows);
    }

    public PortUse of(int port) {
        @Nullable PortUse[] page = pages[port >>> 8];
        if (page == null) {
            page = new PortUse[256];
            pages[port >>> 8] = page;
        }
        PortUse use = page[port & 0xff];
        if (use == null) {
            use = new PortUse(port);
            page[port & 0xff] = use;
        }
        return use;
    }

    @Nullable
    public Listener listenerFor(Segment segment) {
        @Nullable PortUse[] page = pages[segment.destinationPort() >>> 8];
        PortUse use = page == null ? null : page[segment.destinationPort() & 0xff];
        Listener listener = use == null ? null : use.listenerFor(segment.destinationHigh(), segment.destinationLow());
        return listener == null || listener.group == null ? listener : listener.group.select(flows.hash(segment));
    }

    /** Binds a socket whose local address is set to this port, or to a free one for 0: 0 or -EADDRINUSE. */
    public int bind(Socket socket, int port) {
        int chosen = port == 0 ? findForBind(socket) : port;
        if (chosen < 0 || port != 0 && isTaken(of(port), socket)) {
            return -Errno.EADDRINUSE;
        }
        socket.localPort = (char) chosen;
        socket.portUse = of(chosen);
        socket.portUse.bind(socket);
        return 0;
    }

    /** Its connections stay on the port without it. */
    public void unbind(Socket socket) {
        if (socket.portUse != null) {
            socket.portUse.unbind(socket);
            lone.mayCome(socket.localPort);
        }
    }

    /** Whether another socket, or what is left of its connections, keeps this one from the port (EADDRINUSE). */
    public boolean isTaken(PortUse use, Socket socket) {
        return use.conflictsWith(socket, true) || use.flows > 0 && flows.hasConflict(use.port, socket);
    }

    /**
     * bind(0) takes odd ports first and leaves the even ones to connect(), as Linux does. It shares no port whatever the socket
     * allows, as long as ip_autobind_reuse is 0 (inet_csk_find_open_port). Negative if none is free.
     */
    private int findForBind(Socket socket) {
        if (wasted > flows.size()) {
            lone.look();
            wasted = 0;
        }
        int port = searchForBind(socket);
        if (port < 0) {
            lone.look();
            port = searchForBind(socket);
        }
        return port;
    }

    private int searchForBind(Socket socket) {
        int start = host.keys.portOffset(socket.local, IpAddress.ANY_V6, 0);
        for (int i = 0; i < 2 * pairs(); i++) {
            int port = candidate(start, i, 1);
            PortUse use = of(port);
            if (!use.conflictsWith(socket, false) && (use.flows == 0 || !lone.keepFrom(socket, port))) {
                perturbation += i + 1;
                wasted += i;
                return port;
            }
        }
        return -Errno.EADDRINUSE;
    }

    /**
     * A port from which connect() can reach the peer: no other socket is bound to it, and the 4-tuple is free. Even
     * ports first, each two above the last. Returns the port or -EADDRNOTAVAIL.
     */
    public int findForConnect(IpAddress local, IpAddress remote, int remotePort) {
        int start = host.keys.portOffset(local, remote, remotePort);
        for (int i = 0; i < 2 * pairs(); i++) {
            int port = candidate(start, i, 0);
            if (isFreeFor(port, local, remote, remotePort)) {
                perturbation += i + 1;
                lone.mayCome(port);
                return port;
            }
        }
        return -Errno.EADDRNOTAVAIL;
    }

    /** The i-th port to try: all of one parity, upwards and around from the start, then all of the other. */
    private int candidate(int start, int i, int parity) {
        int pairs = pairs();
        int pair = Math.floorMod(start + perturbation + i, pairs);
        return low() + 2 * pair + (i < pairs ? parity : 1 - parity);
    }

    /** Half the number of ports in the range; its last port is left out if their number is odd. */
    private int pairs() {
        return Math.max(1, (high() - low() + 1) / 2);
    }

    private boolean isFreeFor(int port, IpAddress local, IpAddress remote, int remotePort) {
        int ports = remotePort << 16 | port;
        if (of(port).isBound()) {
            return false;
        }
        return of(port).flows == 0
                || switch (flows.find(local.high(), local.low(), remote.high(), remote.low(), ports)) {
                    case TimeWait rest -> rest.isReusable(host, false);
                    case null -> true;
                    case Flow taken -> false;
                };
    }

    private int low() {
        return host.sysctls.get(Sysctl.ip_local_port_range, 0);
    }

    private int high() {
        return Math.max(low(), host.sysctls.get(Sysctl.ip_local_port_range, 1));
    }
}
