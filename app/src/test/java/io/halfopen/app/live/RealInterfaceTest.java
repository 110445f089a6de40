package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code serve} and {@code connect} with an address on one end of a veth pair, and programs of the kernel's at the other. */
@Timeout(300)
class RealInterfaceTest {
    private static final String URL = "http://10.77.0.2:8088/";

    @AutoClose
    private final NetNamespace clients = NetNamespace.create("curl", "nc", "sha256sum");

    @AutoClose
    private final NetNamespace servers = NetNamespace.create();

    RealInterfaceTest() throws Exception {
        clients.run("ip", "link", "add", "hop0", "type", "veth", "peer", "name", "hop1", "netns", servers.pid());
        clients.run("ip", "address", "add", "10.77.0.1/24", "dev", "hop0");
        clients.run("ip", "address", "add", "fd00:77::1/64", "dev", "hop0", "nodad");
        clients.run("ip", "link", "set", "hop0", "up");
        // Without an address of IPv6 that comes when it will.
        servers.run("ip", "link", "set", "hop1", "addrgenmode", "none", "up");
        while (!servers.run("ip", "link", "show", "hop1").contains("state UP")) {
            Thread.sleep(1);
        }
    }

    private RealProcess serve(String... more) throws Exception {
        List<String> args = new ArrayList<>(List.of("--interface", "hop1"));
        args.addAll(List.of(more));
        return Halfopen.serve(servers, args.toArray(String[]::new));
    }

    @Test
    void curlIsAnsweredAndCtrlCLeavesNothingBehind() throws Exception {
        String before = servers.run("ip", "-d", "address");
        RealProcess serve = serve("--address", "10.77.0.2/24");
        assertThat(clients.run("curl", "-sS", URL)).isEqualTo("Hello World!\n");
        assertThat(clients.run("ip", "neigh")).contains("10.77.0.2 dev hop0 lladdr 02:48:0a:4d:00:02");
        serve.interrupt();

        assertThat(serve.exitCode()).isEqualTo(130);
        assertThat(serve.out())
                .contains("http://10.77.0.2:8088/  on hop1, backlog 128")
                .containsPattern("10.77.0.1:[0-9]+ +accepted")
                .containsOnlyOnce("\naccepted      1\n")
                .contains("dropped       nothing\n");
        assertThat(serve.err()).isEmpty();
        assertThat(servers.run("ip", "-d", "address")).isEqualTo(before);
        assertThat(servers.processes()).isEmpty();
    }

    /** With gso_max_segs 1 the kernel's end has no part in large packets: what leaves is cut on its way. */
    @ParameterizedTest
    @CsvSource({
        "10.77.0.2/24, http://10.77.0.2:8088/, 65535",
        "10.77.0.2/24, http://10.77.0.2:8088/, 1",
        "fd00:77::2/64, http://[fd00:77::2]:8088/, 65535"
    })
    void aHundredMegabytesComeIntact(String address, String url, String segments) throws Exception {
        servers.run("ip", "link", "set", "hop1", "gso_max_segs", segments);
        clients.run("ip", "link", "set", "hop0", "gso_max_segs", segments);
        serve("--address", address, "--body", "100000000", "--quiet");

        String sum = clients.run("sh", "-c", "curl -sS -g '" + url + "' | sha256sum");

        // Of the octets 0 to 255, again and again.
        assertThat(sum).startsWith("5775b33226f152a0b1640906a59c1081149f8832aa4f7d0113453d0a864e8a22");
        assertThat(clients.run("grep", "^Tcp:", "/proc/net/snmp"))
                .as("checksums that the kernel found wrong")
                .endsWith(" 0\n");
    }

    @Test
    void abIsServedToTheLastOfTwentyThousand() throws Exception {
        NetNamespace.skipUnless(NetNamespace.isInstalled("ab"), "ab is not installed");
        RealProcess serve = serve("--address", "10.77.0.2/24", "--quiet");
        assertThat(clients.run("ab", "-q", "-n", "20000", "-c", "50", URL))
                .containsPattern("Complete requests: +20000\n")
                .containsPattern("Failed requests: +0\n")
                .doesNotContain("Non-2xx");
        serve.interrupt();
        assertThat(serve.out()).containsPattern("(?m)^accepted +200[0-5][0-9]$");
    }

    @Test
    void aClientBehindTheGatewayIsAnsweredAndWithoutOneIsNot() throws Exception {
        clients.run("ip", "address", "add", "192.0.2.1/32", "dev", "lo");
        RealProcess serve = serve("--address", "10.77.0.2/24", "--gateway", "10.77.0.1", "--quiet");
        assertThat(clients.run("curl", "-sS", "--interface", "192.0.2.1", URL)).isEqualTo("Hello World!\n");
        serve.interrupt();
        serve.exitCode();

        RealProcess without = serve("--address", "10.77.0.2/24", "--quiet");
        RealProcess curl = clients.start("curl", "-sS", "--interface", "192.0.2.1", "-m", "1", URL);
        assertThat(curl.exitCode()).isEqualTo(28);
        without.interrupt();
        assertThat(without.out())
                .containsPattern("unreachable   [0-9]+ packets to addresses outside the network: give a --gateway");
    }

    @Test
    void connectTalksToTheOtherEnd() throws Exception {
        RealProcess nc = clients.start("nc", "-l", "10.77.0.1", "7777");
        clients.awaitListener(nc, 7777);
        RealProcess connect = Halfopen.start(
                servers, "connect", "--interface", "hop1", "--address", "10.77.0.2/24", "10.77.0.1", "7777");
        connect.write("hello\n");
        connect.closeInput();
        nc.write("good day\n");
        nc.closeInput();

        assertThat(nc.out()).isEqualTo("hello\n");
        assertThat(connect.out()).isEqualTo("good day\n");
        assertThat(connect.exitCode()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--interface none0 --address 10.77.0.2/24 | there is no interface none0",
                "--interface lo --address 10.77.0.2/24 | the interface lo is no Ethernet, and has no stations",
                "--interface hop1 --address 127.0.0.1/8"
                        + " | --address 127.0.0.1 is this machine's own, of lo: choose another, or take it from there",
            })
    void whatCannotBeIsToldInOneLine(String args, String message) throws Exception {
        assertRefused(args, 1, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--interface hop1 | --interface needs --address: one of that network that nobody has",
                "--interface hop1 --address 10.77.0.2/24 --tun tun0"
                        + " | --interface takes the place of a TUN interface: leave out --tun and --peer",
                "--interface hop1 --address 10.77.0.2/24 --gateway 10.78.0.1"
                        + " | --gateway 10.78.0.1 is not in the network of --address",
                "--interface hop1 --address 10.77.0.2/24 --gateway 10.77.0.2"
                        + " | --gateway and --address are the same: packets would not leave",
                "--gateway 10.9.0.1 | --gateway is for --interface: a TUN interface has two ends only",
            })
    void whatIsMeaninglessIsToldInOneLine(String args, String message) throws Exception {
        assertRefused(args, 2, message + " (halfopen serve --help)");
    }

    private void assertRefused(String args, int exitCode, String message) throws Exception {
        RealProcess serve = Halfopen.start(servers, ("serve " + args).split(" ", -1));
        assertThat(serve.err()).isEqualTo("halfopen serve: " + message + "\n");
        assertThat(serve.out()).isEmpty();
        assertThat(serve.exitCode()).isEqualTo(exitCode);
    }
}
