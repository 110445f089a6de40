package io.halfopen.app.live;

import java.time.Duration;
import java.util.List;

/**
 * One bulk connection between this machine's kernel and the stack behind TUN, beside one of the kernel with itself over
 * its loopback, with the same packets: MTU 1500, and no offload that would make one of several. The rate is also given
 * for a second of processor time, which says more where others use the machine too. {@code bench/tun} starts it.
 */
final class TunSpeed {
    private static final String CONTROL = "cubic";
    private static final double MEGABYTE = 8e6;

    /** Who serves the kernel's client: a kernel or the stack. */
    private record Server(String name, Iperf3 client, RealProcess process) {
        private Duration processor() {
            return process.processor();
        }
    }

    private record Direction(Server server, boolean reverse, Samples rate, Samples perSecond) {
        Direction(Server server, boolean reverse) {
            this(server, reverse, new Samples(), new Samples());
        }

        void measure(int seconds) throws Exception {
            Duration before = server.processor();
            Iperf3.Result result = reverse ? server.client.receive() : server.client.send();
            Duration served = server.processor().minus(before);
            double rate = result.rate() / MEGABYTE;
            rate().add(rate);
            perSecond.add(rate / (result.client() + served.toNanos() / 1e9 / seconds));
        }

        @Override
        public String toString() {
            String name = server.name + (reverse ? " sends" : " receives");
            return "%-15s MB/s: %s%n%-15s MB per second of a processor: %s".formatted(name, rate, "", perSecond);
        }
    }

    private TunSpeed() {}

    /** Arguments: runs, seconds of each. */
    public static void main(String[] args) throws Exception {
        int runs = Integer.parseInt(args[0]);
        int seconds = Integer.parseInt(args[1]);
        try (NetNamespace namespace = NetNamespace.create("iperf3", "ethtool")) {
            namespace.run("ip", "link", "set", "lo", "mtu", "1500");
            namespace.run("ethtool", "-K", "lo", "tso", "off", "gso", "off", "gro", "off");
            Server kernel = new Server(
                    "kernel", new Iperf3(namespace, "127.0.0.1", seconds, CONTROL), Iperf3.startKernels(namespace));
            Server stack = new Server(
                    "stack",
                    new Iperf3(namespace, "10.9.0.2", seconds, CONTROL),
                    Iperf3.startStacks(namespace, Halfopen.fastJava(List.of(), Iperf3Server.class), CONTROL));
            List<Direction> directions =
                    List.of(new Direction(kernel, true), new Direction(stack, true), new Direction(stack, false));
            for (int run = 0; run < runs; run++) {
                for (Direction direction : directions) {
                    direction.measure(seconds);
                }
            }
            directions.forEach(System.out::println);
        }
    }
}
