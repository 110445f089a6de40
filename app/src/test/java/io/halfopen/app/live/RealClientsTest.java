package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code halfopen serve} and the programs that people use. */
@Timeout(300)
class RealClientsTest {
    private static final String URL = "http://10.9.0.2:8088/";

    @Test
    void abIsServedThoughTheBacklogIs1() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("ab")) {
            RealProcess serve = Halfopen.serve(namespace, "--backlog", "1", "--service", "2s");
            assertThat(namespace.run("ab", "-n", "4", "-c", "4", URL))
                    .containsPattern("Complete requests: +4\n")
                    .containsPattern("Failed requests: +0\n");
            serve.interrupt();
            // Which one depends on the order of SYNs and final ACKs: a SYN that comes to a full accept queue is
            // dropped; of
            // those that came before, a cookie's ACK or a half-open's finds it full.
            assertThat(serve.out())
                    .containsPattern("ACCEPT_QUEUE_FULL|COOKIE_ACK_IGNORED|FINAL_ACK_IGNORED")
                    .contains("accept queue  peak 2 of 2");
        }
    }

    @Test
    void twentyThousandConnectionsAllComplete() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("ab")) {
            RealProcess serve = Halfopen.serve(namespace, "--quiet");
            assertThat(namespace.run("ab", "-q", "-n", "20000", "-c", "50", URL))
                    .containsPattern("Complete requests: +20000\n")
                    .containsPattern("Failed requests: +0\n")
                    .doesNotContain("Non-2xx");
            serve.interrupt();
            // ab opens another connection for each that is done, also for its last ones.
            assertThat(serve.out()).containsPattern("(?m)^accepted +200[0-5][0-9]$");
        }
    }

    @Test
    void curlReceivesAHundredMegabytesIntact(@TempDir Path folder) throws Exception {
        long length = 100_000_000;
        try (NetNamespace namespace = NetNamespace.create("curl")) {
            Halfopen.serve(namespace, "--body", String.valueOf(length));
            Path body = folder.resolve("body");
            namespace.run("curl", "-sS", "-o", body.toString(), URL);
            try (InputStream in = Files.newInputStream(body)) {
                assertThat(countedOctets(in)).isEqualTo(length);
            }
        }
    }

    /** How many octets there are, each one more than the one before it, modulo 256. */
    private static long countedOctets(InputStream in) throws Exception {
        byte[] buffer = new byte[1 << 16];
        long position = 0;
        for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
            for (int i = 0; i < count; i++, position++) {
                if (buffer[i] != (byte) position) {
                    throw new AssertionError("octet " + position + " is " + buffer[i]);
                }
            }
        }
        return position;
    }

    @Test
    void curlIsAnsweredOverIpv6() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("curl")) {
            RealProcess serve = Halfopen.serve(namespace, "--address", "fd00:9::2/64");
            serve.awaitOut("http://[fd00:9::2]:8088/");
            assertThat(namespace.run("curl", "-sS", "-g", "-6", "http://[fd00:9::2]:8088/"))
                    .isEqualTo("Hello World!\n");
            serve.awaitOut("[fd00:9::1]:");
        }
    }

    @Test
    void ctrlCEndsItWithTheSummaryAndLeavesNothingBehind() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("curl")) {
            String interfacesBefore = namespace.run("ip", "-o", "link");
            RealProcess serve = Halfopen.serve(namespace);
            assertThat(namespace.run("ip", "-o", "link")).contains("halfopen0");
            assertThat(namespace.run("curl", "-sS", URL)).isEqualTo("Hello World!\n");
            serve.interrupt();
            assertThat(serve.exitCode()).isEqualTo(130);
            assertThat(serve.out())
                    .containsOnlyOnce("\naccepted      1\n")
                    .contains("accept queue  peak 1 of 129, 0 at the end; backlog 128\n")
                    .contains("SYN queue     peak 1, 0 at the end\n");
            assertThat(serve.err()).isEmpty();
            assertThat(namespace.run("ip", "-o", "link")).isEqualTo(interfacesBefore);
            assertThat(namespace.processes()).isEmpty();
        }
    }

    /** As after unshare(1): not even lo is up, and no interface has an address. */
    @Test
    void aNetworkThatHasNothingYetIsServed() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("curl")) {
            namespace.run("ip", "link", "set", "lo", "down");
            Halfopen.serve(namespace);
            assertThat(namespace.run("curl", "-sS", URL)).isEqualTo("Hello World!\n");
        }
    }

    @Test
    void aSecondOneOfTheSameNetworkIsRefused() throws Exception {
        try (NetNamespace namespace = NetNamespace.create()) {
            Halfopen.serve(namespace);
            RealProcess sameAddress = Halfopen.start(namespace, "serve", "--tun", "other0");
            assertThat(sameAddress.exitCode()).isEqualTo(1);
            assertThat(sameAddress.err())
                    .isEqualTo("halfopen serve: the interface halfopen0 is in the network of --address 10.9.0.2"
                            + " already: choose another\n");
            RealProcess sameInterface = Halfopen.start(namespace, "serve", "--address", "10.8.0.2/24");
            assertThat(sameInterface.exitCode()).isEqualTo(1);
            assertThat(sameInterface.err())
                    .isEqualTo("halfopen serve: the interface halfopen0 is in use by another program\n");
        }
    }

    @Test
    void forEndsItAsCtrlCDoesButWithSuccess() throws Exception {
        try (NetNamespace namespace = NetNamespace.create()) {
            RealProcess serve = Halfopen.start(namespace, "serve", "--for", "100ms");
            assertThat(serve.exitCode()).isZero();
            assertThat(serve.out()).containsOnlyOnce("\naccepted      0\n");
            assertThat(namespace.run("ip", "-o", "link")).doesNotContain("halfopen0");
        }
    }

    @Test
    void aSecondServerOnTheSameInterfaceIsToldInOneLine() throws Exception {
        try (NetNamespace namespace = NetNamespace.create()) {
            Halfopen.serve(namespace);
            RealProcess second = Halfopen.start(namespace, "serve");
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.out()).isEmpty();
            assertThat(second.err())
                    .isEqualTo("halfopen serve: the interface halfopen0 is in use by another program\n");
        }
    }

    @Test
    void aPcapFileThatCannotBeWrittenIsToldInOneLine() throws Exception {
        try (NetNamespace namespace = NetNamespace.create()) {
            RealProcess serve = Halfopen.start(namespace, "serve", "--pcap", "/dev/full", "--for", "100ms");
            assertThat(serve.exitCode()).isEqualTo(1);
            assertThat(serve.err()).isEqualTo("halfopen serve: cannot write /dev/full: No space left on device\n");
        }
    }

    @Test
    void thePcapFileIsWholeWhenCtrlCEndsIt(@TempDir Path folder) throws Exception {
        try (NetNamespace namespace = NetNamespace.create("curl", "tcpdump")) {
            Path file = folder.resolve("serve.pcapng");
            RealProcess serve = Halfopen.serve(namespace, "--pcap", file.toString());
            namespace.run("curl", "-sS", URL);
            serve.interrupt();
            serve.exitCode();
            // Through a pipe: tcpdump may not be allowed to read the file.
            assertThat(namespace.run("sh", "-c", "tcpdump -n -r - < " + file))
                    .contains("Flags [S]", "Flags [S.]", "length 117", "Flags [FP.]", "length 13");
        }
    }
}
