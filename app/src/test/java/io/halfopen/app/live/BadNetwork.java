package io.halfopen.app.live;

import io.halfopen.app.relay.Relay;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Two namespaces with a {@link Relay} in between: clients run in the near one, the stack in the far one, whose kernel
 * forwards what is for it. The near kernel is 10.8.0.1, the far one 10.8.0.2, the stack 10.9.0.2.
 */
final class BadNetwork implements AutoCloseable {
    final NetNamespace near;
    final NetNamespace far;
    private final RealProcess relay;

    private BadNetwork(NetNamespace near, NetNamespace far, RealProcess relay) {
        this.near = near;
        this.far = far;
        this.relay = relay;
    }

    /**
     * @param there the weather from the near side to the far one
     * @param back and the other way
     * @param programs that a test needs; it is skipped where one is missing
     */
    static BadNetwork create(String there, String back, long seed, String... programs) throws Exception {
        NetNamespace near = NetNamespace.create(programs);
        NetNamespace far = NetNamespace.create();
        List<String> command = new ArrayList<>(Halfopen.java(Relay.class.getName()));
        command.addAll(List.of("near0", "far0", there, back, String.valueOf(seed)));
        RealProcess relay = near.start(command.toArray(String[]::new));
        relay.awaitOut("relaying");
        near.run("ip", "link", "set", "far0", "netns", far.pid());
        setUp(near, "near0", "10.8.0.1/24");
        setUp(far, "far0", "10.8.0.2/24");
        near.run("ip", "route", "add", "10.9.0.0/24", "via", "10.8.0.2");
        far.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        return new BadNetwork(near, far, relay);
    }

    private static void setUp(NetNamespace namespace, String device, String address) throws Exception {
        namespace.run("ip", "address", "add", address, "dev", device);
        namespace.run("ip", "link", "set", device, "up");
    }

    /** Ends the relay; what it has done to how many packets. */
    String endAndTell() throws Exception {
        relay.closeInput();
        return relay.out();
    }

    @Override
    public void close() throws IOException {
        near.close();
        far.close();
    }
}
