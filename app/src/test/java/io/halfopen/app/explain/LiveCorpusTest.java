package io.halfopen.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.CommandRun;
import io.halfopen.app.capture.CaptureFile;
import io.halfopen.app.capture.TcpView;
import io.halfopen.app.lab.LiveKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Captures of this machine's own kernel, whose causes the lab makes and finds out from the kernel's counters. */
class LiveCorpusTest {
    private static final int PORT = 8088;
    /** How a load on the machine falls is no fault of the reader. */
    private static final int ATTEMPTS = 3;

    @TempDir
    private Path folder;

    @BeforeAll
    static void thereIsAKernel() {
        LiveKernel.require();
    }

    /**
     * What is to be found, the rule or counter that says that it was so ("": none is needed), and the experiment; whether it shows
     * in the packets of clients alone, and of the server alone.
     */
    static Stream<Arguments> experiments() {
        String burst = "--backlog 4 --clients 12 --every 8ms --rtt 40ms ";
        return Stream.of(
                Arguments.of(
                        Cause.ACCEPT_QUEUE_FULL,
                        "ACCEPT_QUEUE_FULL",
                        "--backlog 1 --clients 8 --every 20ms --accept-after never --for 2500ms",
                        true,
                        false),
                Arguments.of(
                        Cause.FINAL_ACK_IGNORED,
                        "FINAL_ACK_IGNORED",
                        burst + "--accept-after never --send 82 --for 3500ms",
                        true,
                        true),
                Arguments.of(
                        Cause.ABORT_ON_OVERFLOW,
                        "EmbryonicRsts",
                        burst + "--accept-after never --for 1s --sysctl net.ipv4.tcp_abort_on_overflow=1",
                        false,
                        true),
                Arguments.of(
                        Cause.SYN_COOKIE,
                        "",
                        "--backlog 64 --clients 8 --every 50ms --rtt 20ms --send 50 --answer 100 --sysctl"
                                + " net.ipv4.tcp_syncookies=2",
                        true,
                        true),
                Arguments.of(
                        Cause.DEFER_ACCEPT,
                        "FINAL_ACK_DEFERRED",
                        "--backlog 16 --clients 3 --every 10ms --rtt 20ms --defer 2 --send 50 --send-after 3500ms",
                        true,
                        true),
                Arguments.of(
                        Cause.RESET_BY_CLIENT,
                        "",
                        "--backlog 64 --clients 4 --every 50ms --rtt 20ms --send 50 --answer 50 --reset --hold 300ms",
                        true,
                        false),
                Arguments.of(
                        Cause.CONNECTED,
                        "",
                        "--backlog 64 --clients 4 --every 50ms --rtt 20ms --send 50 --answer 50",
                        true,
                        true));
    }

    private static List<Finding> explain(Path file, Predicate<TcpView> which) throws IOException {
        Explainer explainer = new Explainer();
        TcpView view = new TcpView();
        try (CaptureFile capture = CaptureFile.open(file)) {
            capture.read((time, bytes, offset, length, wire) -> {
                if (view.parse(bytes, offset, length, wire) == TcpView.Kind.TCP && which.test(view)) {
                    explainer.packet(time, bytes, offset, length, wire);
                }
            });
        }
        return Explanation.of(explainer).entries().stream()
                .flatMap(each -> each.findings().stream())
                .toList();
    }

    /** Runs it until the kernel has done what is looked for; "" is always so. */
    private void play(String rule, String experiment, Path file) {
        for (int i = 0; i < ATTEMPTS; i++) {
            List<String> args = new ArrayList<>(List.of("lab", "--on", "kernel", "--json", "--pcap", file.toString()));
            args.addAll(List.of(experiment.split(" ")));
            CommandRun run = CommandRun.of(args.toArray(String[]::new));
            assertThat(run.exitCode()).as(run.err()).isZero();
            if (run.out().contains("\"" + rule)) {
                return;
            }
        }
        throw new AssertionError("in " + ATTEMPTS + " runs the kernel did not do " + rule);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("experiments")
    void whatTheKernelDidIsFound(Cause cause, String rule, String experiment, boolean clients, boolean server)
            throws IOException {
        Path file = folder.resolve("live.pcapng");
        play(rule, experiment, file);
        assertThat(explain(file, packet -> true)).extracting(Finding::cause).contains(cause);
        assertFound(cause, clients, explain(file, packet -> packet.destinationPort == PORT));
        assertFound(cause, server, explain(file, packet -> packet.sourcePort == PORT));
    }

    private static void assertFound(Cause cause, boolean shows, List<Finding> findings) {
        if (shows) {
            assertThat(findings)
                    .anyMatch(each -> each.cause() == cause
                            || each.or() == cause
                            || cause == Cause.CONNECTED && each.cause() == Cause.ASYMMETRIC);
        } else {
            assertThat(findings)
                    .extracting(Finding::cause)
                    .containsAnyOf(Cause.ASYMMETRIC)
                    .doesNotContain(cause);
        }
        assertThat(findings)
                .filteredOn(each -> each.certainty() == Certainty.CERTAIN)
                .extracting(Finding::cause)
                .containsOnly(Cause.ASYMMETRIC);
    }
}
