package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Sysctl;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The stack's SYN-ACK and Linux's, as tcpdump sees them on an MTU of 1500: all but the connection's own numbers. */
@Timeout(300)
class RealSynAckTest {
    private static final int PORT = 9000;

    @Test
    void overIpv4ItIsLinuxs() throws Exception {
        String ours = ofTheStack("10.9.0.2/24", "10.9.0.2");
        assertThat(ours)
                .contains("ttl 64, id 0, offset 0, flags [DF]", "length 60)", "win 65160")
                .contains("options [mss 1460,sackOK,TS val N ecr N,nop,wscale ")
                .isEqualTo(ofLinux("10.9.0.1/24", "10.9.0.2/24", "10.9.0.2"));
    }

    @Test
    void overIpv6ItIsLinuxs() throws Exception {
        String ours = ofTheStack("fd00:9::2/64", "fd00:9::2");
        assertThat(ours)
                .contains("hlim 64", "payload length: 40", "win 64260")
                .contains("options [mss 1440,sackOK,TS val N ecr N,nop,wscale ")
                .isEqualTo(ofLinux("fd00:9::1/64", "fd00:9::2/64", "fd00:9::2"));
    }

    private static String ofTheStack(String cidr, String address) throws Exception {
        try (NetNamespace namespace = NetNamespace.create("nc", "tcpdump")) {
            Halfopen.serve(namespace, "--port", String.valueOf(PORT), "--address", cidr);
            return synAck(namespace, "halfopen0", address);
        }
    }

    /** A listener in a namespace of its own, behind a pair of virtual Ethernet interfaces. */
    private static String ofLinux(String clientCidr, String serverCidr, String address) throws Exception {
        NetNamespace.skipUnless(System.getProperty("os.version").startsWith("6."), "another Linux than 6");
        try (NetNamespace client = NetNamespace.create("nc", "tcpdump", "ss");
                NetNamespace server = NetNamespace.create()) {
            String[] pair = {"ip", "link", "add", "veth0", "mtu", "1500", "type", "veth"};
            String[] peer = {"peer", "name", "veth1", "mtu", "1500", "netns", server.pid()};
            client.run(concat(pair, peer));
            setUp(client, "veth0", clientCidr);
            setUp(server, "veth1", serverCidr);
            // The window scale follows from it, and its default from how much memory the machine has.
            String buffers = Arrays.stream(Sysctl.tcp_rmem.defaults())
                    .mapToObj(String::valueOf)
                    .collect(Collectors.joining(" "));
            server.run("sh", "-c", "echo " + buffers + " > /proc/sys/net/ipv4/tcp_rmem");
            RealProcess nc = server.start("nc", "-l", address, String.valueOf(PORT));
            server.awaitListener(nc, PORT);
            return synAck(client, "veth0", address);
        }
    }

    private static void setUp(NetNamespace namespace, String name, String cidr) throws Exception {
        String[] add = {"ip", "address", "add", cidr, "dev", name};
        // An IPv6 address could not be used for a second or two: first others are asked whether they have it.
        namespace.run(cidr.contains(":") ? concat(add, new String[] {"nodad"}) : add);
        namespace.run("ip", "link", "set", name, "up");
    }

    private static String[] concat(String[] first, String[] second) {
        String[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** The first one that comes in when a client connects, without what differs from one connection to the next. */
    private static String synAck(NetNamespace namespace, String device, String address) throws Exception {
        String syn = address.contains(":") ? "ip6[53] & 0x12 = 0x12" : "tcp[13] & 0x12 = 0x12";
        RealProcess tcpdump = namespace.start("tcpdump", "-n", "-v", "-U", "-l", "-c", "1", "-i", device, syn);
        tcpdump.awaitErr("listening on");
        namespace.run("nc", "-w", "5", "-z", address, String.valueOf(PORT));
        return tcpdump.out()
                .replaceFirst("^[0-9:.]+ ", "")
                .replaceFirst("flowlabel 0x[0-9a-f]+, ", "")
                .replaceAll("\\.\\d+: Flags", ".P: Flags")
                .replaceAll("cksum 0x[0-9a-f]+ \\([^)]*\\)", "cksum")
                .replaceAll("(seq|ack|val|ecr) \\d+", "$1 N");
    }
}
