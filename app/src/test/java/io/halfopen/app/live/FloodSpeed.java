package io.halfopen.app.live;

import io.halfopen.app.Main;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One honest client beside a real flood, as fast as {@code hping3 --flood -S --rand-source} makes it: a server of the kernel's and
 * {@code serve}, each behind a veth pair, and {@code serve} behind TUN, in turn. Once with the cores free, and once with a program beside it that
 * wants one for itself. {@code bench/flood} starts it.
 */
final class FloodSpeed {
    private static final String PORT = "8088";
    private static final String BACKLOG = "128";
    private static final Pattern SENT = Pattern.compile("(\\d+) packets transmitted");

    private final NetNamespace clients;
    private final NetNamespace servers;

    private FloodSpeed(NetNamespace clients, NetNamespace servers) {
        this.clients = clients;
        this.servers = servers;
    }

    /** Arguments: runs, seconds of each. */
    public static void main(String[] args) throws Exception {
        try (NetNamespace clients = NetNamespace.create("hping3", "ss");
                NetNamespace servers = NetNamespace.create()) {
            new FloodSpeed(clients, servers).compare(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        }
    }

    private void compare(int runs, int seconds) throws Exception {
        join("flood0", "flood1");
        join("flood2", "flood3");
        setUp(clients, "flood0", "10.8.0.1/24");
        setUp(servers, "flood1", "10.8.0.2/24");
        setUp(clients, "flood2", "10.7.0.1/24");
        servers.run("ip", "link", "set", "flood3", "up");
        servers.run("ip", "route", "add", "default", "via", "10.8.0.1");
        servers.awaitListener(start(servers, PlainServer.class, PORT, BACKLOG), Integer.parseInt(PORT));
        List<RealProcess> serves = List.of(
                serve(servers, "--interface", "flood3", "--address", "10.7.0.2/24", "--gateway", "10.7.0.1"),
                serve(clients, "--tun", "halfopen0"));
        // What comes first meets programs that are not compiled yet, and is not told.
        round(seconds, false);
        for (boolean contended : new boolean[] {false, true}) {
            for (int run = 0; run < runs; run++) {
                round(seconds, contended).forEach(System.out::print);
            }
        }
        for (RealProcess serve : serves) {
            serve.interrupt();
            System.out.print(serve.out());
        }
    }

    private List<String> round(int seconds, boolean contended) throws Exception {
        return List.of(
                measure("kernel, veth", "flood0", "10.8.0.2", seconds, contended),
                measure("serve, veth", "flood2", "10.7.0.2", seconds, contended),
                measure("serve, TUN", "halfopen0", "10.9.0.2", seconds, contended));
    }

    private void join(String client, String server) throws Exception {
        clients.run("ip", "link", "add", client, "type", "veth", "peer", "name", server, "netns", servers.pid());
    }

    private static RealProcess serve(NetNamespace namespace, String... more) throws Exception {
        List<String> args = new ArrayList<>(List.of("serve", "--quiet", "--backlog", BACKLOG, "--for", "1h"));
        args.addAll(List.of(more));
        RealProcess serve = start(namespace, Main.class, args.toArray(String[]::new));
        serve.awaitOut("Ctrl-C ends it");
        return serve;
    }

    private static void setUp(NetNamespace namespace, String name, String address) throws Exception {
        namespace.run("ip", "address", "add", address, "dev", name);
        namespace.run("ip", "link", "set", name, "up");
    }

    private String measure(String who, String device, String address, int seconds, boolean contended) throws Exception {
        RealProcess other = contended ? clients.start("sh", "-c", "while :; do :; done") : null;
        RealProcess flood =
                clients.start("hping3", "--flood", "-S", "--rand-source", "-I", device, "-p", PORT, address);
        long began = System.nanoTime();
        RealProcess client = start(clients, HonestClient.class, address, PORT, String.valueOf(seconds));
        HonestClient.Report report = HonestClient.Report.parse(client.out());
        flood.interrupt();
        Matcher sent = SENT.matcher(flood.err());
        double took = (System.nanoTime() - began) / 1e9;
        if (other != null) {
            other.close();
        }
        return String.format(
                Locale.ROOT,
                "%-10s %-12s %3d of %3d answered; median %6.1f ms, p99 %7.1f, on a processor %6.1f, longest %7.1f; %6.0f SYNs/s%n",
                contended ? "contended" : "cores free",
                who,
                report.answered(),
                report.tried(),
                report.median(),
                report.percentile99(),
                report.ownPercentile99(),
                report.longest(),
                sent.find() ? Long.parseLong(sent.group(1)) / took : Double.NaN);
    }

    private static RealProcess start(NetNamespace namespace, Class<?> main, String... args) throws Exception {
        return namespace.start(Halfopen.fastJava(List.of(), main, args).toArray(String[]::new));
    }
}
