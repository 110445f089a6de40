package io.halfopen.drill;

import io.halfopen.linux.RouteMetrics;
import io.halfopen.wire.IpAddress;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * {@code ip [-6] route change NETWORK [via ADDRESS] [dev tun0] [advmss N] [mtu [lock] N] [initcwnd N]}: there is one way, so only
 * the metrics matter.
 */
record RouteCommand(IpAddress network, int bits, RouteMetrics metrics) {
    /** Null where the words are something else. */
    static @Nullable RouteCommand parse(List<String> words) {
        String command = String.join(" ", words.subList(0, Math.min(words.size(), 4)));
        boolean family = command.matches("ip -[46] .*");
        boolean route = command.matches("ip (-[46] )?route (add|change|replace)( .*)?");
        List<String> rest = words.subList(Math.min(words.size(), family ? 4 : 3), words.size());
        try {
            return route && !rest.isEmpty() ? parse(rest.getFirst(), rest.subList(1, rest.size())) : null;
        } catch (IllegalArgumentException | NoSuchElementException other) {
            return null;
        }
    }

    private static RouteCommand parse(String destination, List<String> words) {
        int mtu = 0;
        boolean locked = false;
        int advmss = 0;
        int initcwnd = 0;
        boolean ipv6 = false;
        Iterator<String> rest = words.iterator();
        while (rest.hasNext()) {
            switch (rest.next()) {
                case "via" -> ipv6 = !IpAddress.parse(rest.next()).isIpv4();
                case "dev" -> require(rest.next().equals("tun0"));
                case "advmss" -> advmss = Integer.parseInt(rest.next());
                case "initcwnd" -> initcwnd = Integer.parseInt(rest.next());
                case "mtu" -> {
                    String next = rest.next();
                    locked = next.equals("lock");
                    mtu = Integer.parseInt(locked ? rest.next() : next);
                }
                default -> require(false);
            }
        }
        RouteMetrics metrics = new RouteMetrics(mtu, locked, advmss, initcwnd);
        if (destination.equals("default")) {
            return new RouteCommand(ipv6 ? IpAddress.ANY_V6 : IpAddress.ANY_V4, 0, metrics);
        }
        String[] parts = destination.split("/", 2);
        IpAddress network = IpAddress.parse(parts[0]);
        int all = network.toBytes().length * Byte.SIZE;
        int bits = parts.length == 1 ? all : Integer.parseInt(parts[1]);
        require(bits >= 0 && bits <= all);
        return new RouteCommand(network, bits, metrics);
    }

    private static void require(boolean understood) {
        if (!understood) {
            throw new IllegalArgumentException("another command");
        }
    }
}
