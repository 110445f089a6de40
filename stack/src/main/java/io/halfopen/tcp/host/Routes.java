package io.halfopen.tcp.host;

import io.halfopen.linux.RouteMetrics;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;

/** The metrics of routes that have some: of those that lead to an address the one of the smallest network counts. */
public final class Routes {
    private record Route(IpAddress network, int bits, RouteMetrics metrics) {
        boolean leadsTo(long high, long low) {
            long highMask = bits >= Long.SIZE ? -1 : ~(-1L >>> bits);
            long lowMask = bits <= Long.SIZE ? 0 : bits == 2 * Long.SIZE ? -1 : ~(-1L >>> bits - Long.SIZE);
            boolean family = network.isIpv4() == IpAddress.isIpv4(high, low);
            return family && ((high ^ network.high()) & highMask) == 0 && ((low ^ network.low()) & lowMask) == 0;
        }
    }

    private static final int BITS_BEFORE_V4 = 96;

    /** The smallest networks first. */
    private final List<Route> routes = new ArrayList<>();

    private char version;

    /** The route to a network, of which so many bits are told, begins, or is another. */
    public void set(IpAddress network, int bits, RouteMetrics metrics) {
        int most = network.isIpv4() ? Integer.SIZE : 2 * Long.SIZE;
        if (bits < 0 || bits > most) {
            throw new IllegalArgumentException("a network has 0 to " + most + " bits, not " + bits);
        }
        int all = network.isIpv4() ? BITS_BEFORE_V4 + bits : bits;
        routes.removeIf(each -> each.bits == all && each.leadsTo(network.high(), network.low()));
        routes.add(new Route(network, all, metrics));
        routes.sort((a, b) -> b.bits - a.bits);
        version++;
    }

    /** Changes whenever one does. */
    public char version() {
        return version;
    }

    /** What is set for the way to an address. */
    public RouteMetrics to(long high, long low) {
        for (int i = 0; i < routes.size(); i++) {
            if (routes.get(i).leadsTo(high, low)) {
                return routes.get(i).metrics;
            }
        }
        return RouteMetrics.USUAL;
    }
}
