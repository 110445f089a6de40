package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code halfopen connect} and listeners on the kernel's stack. */
@Timeout(300)
class RealListenersTest {
    private static final int PORT = 9000;
    private static final String HOST = "10.9.0.1";

    @Test
    void bothDirectionsArriveAndEndInOneConnection() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("nc", "ss")) {
            RealProcess nc = listen(namespace, "nc");
            RealProcess connect = Halfopen.start(namespace, "connect", HOST, String.valueOf(PORT));
            connect.write("from the stack\n");
            assertThat(nc.awaitOut("from the stack\n")).isEqualTo("from the stack\n");
            nc.write("from the kernel\n");
            assertThat(connect.awaitOut("from the kernel\n")).isEqualTo("from the kernel\n");
            connect.closeInput();
            assertThat(nc.exitCode()).isZero();
            assertThat(connect.exitCode()).isZero();
            assertThat(connect.out()).isEqualTo("from the kernel\n");
            assertThat(connect.err()).matches("connect\\(\\) = OK after .* s\nend = OK after .* s\n");
        }
    }

    @Test
    void standardInputIsSentToItsEndThoughThePeerHasEndedItsOwn() throws Exception {
        String lines = "0123456789abcdef\n".repeat(500_000);
        try (NetNamespace namespace = NetNamespace.create("nc", "ss")) {
            RealProcess nc = listen(namespace, "nc -N");
            nc.closeInput();
            RealProcess connect = Halfopen.start(namespace, "connect", HOST, String.valueOf(PORT));
            connect.awaitErr("connect() = OK");
            connect.write(lines);
            connect.closeInput();
            assertThat(connect.exitCode()).isZero();
            assertThat(nc.out()).hasSize(lines.length()).isEqualTo(lines);
        }
    }

    @Test
    void nobodyListeningIsEconnrefusedAndCode1() throws Exception {
        try (NetNamespace namespace = NetNamespace.create()) {
            RealProcess connect = Halfopen.start(namespace, "connect", HOST, String.valueOf(PORT));
            assertThat(connect.exitCode()).isEqualTo(1);
            assertThat(connect.out()).isEmpty();
            assertThat(connect.err()).matches("connect\\(\\) = ECONNREFUSED after .* s\n");
            assertThat(namespace.run("ip", "-o", "link")).doesNotContain("halfopen0");
        }
    }

    @Test
    void aPeerThatResetsIsEconnresetAndCode1() throws Exception {
        try (NetNamespace namespace = NetNamespace.create("nc", "ss")) {
            RealProcess nc = listen(namespace, "nc");
            RealProcess connect = Halfopen.start(namespace, "connect", HOST, String.valueOf(PORT));
            connect.awaitErr("connect() = OK");
            // ss -K ends a socket as if by SO_LINGER 0; where the kernel cannot, it says nothing.
            namespace.run("ss", "-K", "dst", "10.9.0.2");
            NetNamespace.skipUnless(
                    namespace.run("ss", "-Htn", "dst", "10.9.0.2").isEmpty(),
                    "this kernel has no CONFIG_INET_DIAG_DESTROY");
            assertThat(connect.exitCode()).isEqualTo(1);
            assertThat(connect.err()).contains("end = ECONNRESET after ").contains("RST_ACCEPTED");
            nc.close();
        }
    }

    /** Debian's netcat-openbsd: the traditional one has other options. */
    private static RealProcess listen(NetNamespace namespace, String command) throws Exception {
        RealProcess help = namespace.start("nc", "-h");
        NetNamespace.skipUnless(help.err().contains("OpenBSD"), "nc is not that of OpenBSD");
        RealProcess nc = namespace.start((command + " -l " + PORT).split(" ", -1));
        namespace.awaitListener(nc, PORT);
        return nc;
    }
}
