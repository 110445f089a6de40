package io.halfopen.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.link.KernelHost;
import io.halfopen.link.KernelHosts;
import io.halfopen.linux.Errno;
import io.halfopen.tcp.Stack;
import io.halfopen.trace.SsInfo;
import io.halfopen.wire.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The text is what ss(8) of this machine prints, of the same connection and at about the same time. */
class SsInfoComparisonTest {
    private static final IpAddress LOCAL = IpAddress.parse("127.0.0.1");
    private static final int PORT = 8000;

    @AutoClose
    private final KernelHost kernel = KernelHosts.open();

    private String ss(String filter) throws Exception {
        Path ss = Path.of("/usr/bin/ss");
        Assumptions.assumeTrue(Files.isExecutable(ss), "skipped: there is no ss");
        Process process = kernel.call(() -> new ProcessBuilder(ss.toString(), "-tinH", filter).start());
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    /** Without what grows with time, and the last fields, which ss of an older iproute2 does not know. */
    private static String lasting(String line) {
        return Arrays.stream(line.strip().split(" ", -1))
                .filter(word -> !word.matches("last(snd|rcv|ack):.*|rcv_wnd:.*|rehash:.*"))
                .collect(Collectors.joining(" "));
    }

    /** Until nothing is on its way, delayed ACKs included. */
    private void awaitAcks(int... fds) throws InterruptedException {
        long deadline = System.nanoTime() + 5_000_000_000L;
        while (System.nanoTime() < deadline && !Arrays.stream(fds).allMatch(this::isAcknowledged)) {
            Thread.sleep(1);
        }
    }

    private boolean isAcknowledged(int fd) {
        Map<String, Long> info = TcpInfoFields.parse(kernel.tcpInfo(fd));
        return info.getOrDefault("tcpi_unacked", 0L) + info.getOrDefault("tcpi_notsent_bytes", 0L) == 0;
    }

    @Test
    void ofAConnectionThatHasSentAndReceived() throws Exception {
        kernel.setSysctl("net.ipv4.tcp_congestion_control", "reno");
        int listener = kernel.socket(Stack.AF_INET);
        kernel.bind(listener, LOCAL, PORT);
        kernel.listen(listener, 5);
        int client = kernel.socket(Stack.AF_INET);
        assertThat(kernel.connect(client, LOCAL, PORT)).isEqualTo(-Errno.EINPROGRESS);
        int server = kernel.accept(listener);
        assertThat(kernel.write(server, new byte[100_000], 0, 100_000)).isEqualTo(100_000);
        assertThat(kernel.read(client, new byte[50_000], 0, 50_000)).isEqualTo(50_000);
        kernel.write(client, new byte[7], 0, 7);
        awaitAcks(server, client);
        for (int fd : new int[] {server, client}) {
            int local = kernel.getsockname(fd).port();
            String[] lines = ss("sport = :" + local).split("\n", -1);
            String text = Arrays.stream(lines)
                    .filter(line -> line.startsWith("\t") && !line.strip().equals("reno cwnd:10"))
                    .findFirst()
                    .orElseThrow();
            String ours = SsInfo.text("reno", TcpInfoFields.parse(kernel.tcpInfo(fd)));
            assertThat(lasting(ours)).isEqualTo(lasting(text));
        }
    }
}
