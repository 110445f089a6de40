package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/** Programs that people use, over a network that loses, repeats, delays and reorders. */
@Timeout(300)
class RealPeersTest {
    private static final String URL = "http://10.9.0.2:8088/";
    private static final String BAD = "delay=2ms,jitter=1ms,loss=0.01,duplicate=0.005,reorder=0.01";
    private static final String SOMAXCONN = "--sysctl=net.core.somaxconn=4096";
    private static final long SEED = 1;

    /** Octets: a few in CI, a billion by hand, as docs/measurements.md says. */
    private static final int BODY = Integer.getInteger("halfopen.body", 8_000_000);

    @Test
    @Timeout(3600)
    void curlReceivesEveryOctetOverABadNetwork() throws Exception {
        try (BadNetwork network = BadNetwork.create(BAD, BAD, SEED, "curl", "sha256sum")) {
            Halfopen.serve(network.far, "--quiet", "--body", String.valueOf(BODY));
            assertThat(network.near.run("sh", "-c", "curl -sS " + URL + " | sha256sum"))
                    .startsWith(sha256OfCounting(BODY));
            assertThat(network.endAndTell()).doesNotContain(" 0 lost", " 0 doubled", " 0 overtaken");
        }
    }

    @Test
    void iperf3SendsToTheStackAndReceivesFromIt() throws Exception {
        try (BadNetwork network = BadNetwork.create(BAD, BAD, SEED, "iperf3")) {
            iperf3Server(network.far);
            // The client counts what it has sent, or received with --reverse, and ends the test when that is enough.
            assertThat(octets(network, "sum_sent", "--no-delay")).isGreaterThanOrEqualTo(2 << 20);
            assertThat(octets(network, "sum_received", "--reverse")).isGreaterThanOrEqualTo(2 << 20);
        }
    }

    private static long octets(BadNetwork network, String sum, String direction) throws Exception {
        String json = network.near.run("iperf3", "-c", "10.9.0.2", "-n", "2M", "-P", "2", "-J", direction);
        return JsonMapper.shared()
                .readTree(json)
                .path("end")
                .path(sum)
                .path("bytes")
                .asLong();
    }

    @Test
    void whatIsTypedIsAnsweredOverABadNetwork() throws Exception {
        try (BadNetwork network = BadNetwork.create(BAD, BAD, SEED, "nc", "ss")) {
            RealProcess nc = network.near.start("nc", "-l", "9000");
            network.near.awaitListener(nc, 9000);
            RealProcess connect = Halfopen.start(network.far, "connect", "10.8.0.1", "9000");
            StringBuilder typed = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                connect.write(i + "\n");
                typed.append(i).append('\n');
                assertThat(nc.awaitOut(typed.toString())).isEqualTo(typed.toString());
                nc.write(i + "\n");
                assertThat(connect.awaitOut(typed.toString())).isEqualTo(typed.toString());
            }
        }
    }

    @Test
    void twoThousandClientsOfAbKeepTheirConnections() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("ab")) {
            RealProcess serve = Halfopen.serve(
                    namespace, "--quiet", "--keep-alive", "--workers", "2100", "--backlog", "2100", SOMAXCONN);
            assertThat(namespace.run("sh", "-c", "ulimit -n 4096; ab -q -k -n 20000 -c 2000 " + URL))
                    .containsPattern("Complete requests: +20000\n")
                    .containsPattern("Failed requests: +0\n")
                    .containsPattern("Keep-Alive requests: +20000\n");
            serve.interrupt();
            // ab opens another connection for each that is done, also for its last ones.
            assertThat(serve.out()).containsPattern("(?m)^accepted +[23][0-9]{3}$");
        }
    }

    @Test
    void wrkIsServedWithoutAnError() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("wrk")) {
            Halfopen.serve(namespace, "--quiet", "--keep-alive", "--workers", "100");
            assertThat(namespace.run("wrk", "-t", "1", "-c", "100", "-d", "1s", URL))
                    .containsPattern("[1-9][0-9]* requests in")
                    .doesNotContain("Socket errors", "Non-2xx");
        }
    }

    @Test
    void aClientThatDoesNotAskForMoreIsClosedThoughOthersAreKept() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("curl")) {
            Halfopen.serve(namespace, "--quiet", "--keep-alive");
            assertThat(namespace.run("curl", "-sS", "-H", "Connection: close", "-w", "%{num_connects}", URL, URL))
                    .isEqualTo("Hello World!\n1Hello World!\n1");
            assertThat(namespace.run("curl", "-sS", "-w", "%{num_connects}", URL, URL))
                    .isEqualTo("Hello World!\n1Hello World!\n0");
            assertThat(namespace.run("curl", "-sS", "-0", "-w", "%{num_connects}", URL, URL))
                    .isEqualTo("Hello World!\n1Hello World!\n1");
        }
    }

    private static void iperf3Server(NetNamespace namespace) throws Exception {
        List<String> command = Halfopen.java(Iperf3Server.class.getName());
        namespace.start(command.toArray(String[]::new)).awaitOut("iperf3 server");
    }

    private static String sha256OfCounting(int length) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (int i = 0; i < length; i++) {
            digest.update((byte) i);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
