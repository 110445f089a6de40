package io.halfopen.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user reads when there is no link to be had: one line each. */
class TunErrorsTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "sixteen-letters-", "a/b", "a b", "a\tb", "a:b", "a\0b", ".", "..", "übersechzehn-ß"})
    void aBadNameIsRefusedBeforeTheKernelSeesIt(String name) {
        assertRefused(
                () -> Tun.open("/nowhere", name),
                "'" + name
                        + "' is no name for a network interface: 1 to 15 characters, without '/', ':' and white space");
    }

    @Test
    void noDevice() {
        assertRefused(
                () -> Tun.open("/nowhere/tun", "half0"),
                "no /nowhere/tun: load the tun module (modprobe tun) or run where it exists");
    }

    @Test
    void notLinux() {
        assertRefused(
                () -> TunOpener.requireLinux("Mac OS X"),
                "real packets need Linux and its /dev/net/tun; this is Mac OS X");
    }

    @Test
    void aFileThatIsNoDevice() {
        assertRefused(
                () -> Tun.open("/dev/null", "half0"),
                "cannot attach to the interface half0: Inappropriate ioctl for device");
    }

    @Test
    void anInterfaceInUse() throws Exception {
        try (Namespace namespace = Namespace.create();
                Tun first = namespace.call(() -> Tun.open("half0"))) {
            assertRefused(
                    () -> namespace.call(() -> Tun.open(first.name())),
                    "the interface half0 is in use by another program");
        }
    }

    @Test
    void anInterfaceOfAnotherKind() throws Exception {
        try (Namespace namespace = Namespace.create()) {
            assertRefused(
                    () -> namespace.call(() -> Tun.open("lo")),
                    "there is an interface lo already, and it is not a TUN interface of one queue");
        }
    }

    @Test
    void queuesOfAnInterfaceThatIsThere() throws Exception {
        try (Namespace namespace = Namespace.create()) {
            List<OffloadTun> queues = namespace.call(() -> OffloadTun.openQueues("half0", 2));
            assertRefused(
                    () -> namespace.call(() -> OffloadTun.openQueues("half0", 2)),
                    "there is an interface half0 already: several queues take one that is new");
            assertRefused(
                    () -> namespace.call(() -> Tun.open("half0")),
                    "there is an interface half0 already, and it is not a TUN interface of one queue");
            queues.forEach(OffloadTun::close);
            namespace.call(() -> OffloadTun.openQueues("half0", 2)).forEach(OffloadTun::close);
        }
    }

    @Test
    void noRightToMakeAnInterface() throws Exception {
        try (Namespace namespace = Namespace.create()) {
            assertRefused(
                    () -> namespace.call(() -> Rights.callWithout(() -> Tun.open("half0"))),
                    "no permission for the interface half0: be root, have CAP_NET_ADMIN, or let root run"
                            + " 'ip tuntap add dev half0 mode tun user $USER' once");
        }
    }

    @Test
    void aFileThatMayNotBeOpened() throws Exception {
        try (Namespace namespace = Namespace.create()) {
            // root without its capabilities is like anybody else to a file that is not root's
            Path node = Files.createTempFile("tun", "");
            try {
                namespace.run("chown", "65534", node.toString());
                assertRefused(
                        () -> Rights.callWithout(() -> Tun.open(node.toString(), "half0")),
                        "no permission to open " + node + ": be root");
            } finally {
                Files.delete(node);
            }
        }
    }

    @Test
    void aDeletedInterface() throws Exception {
        try (Namespace namespace = Namespace.create();
                Tun tun = namespace.call(() -> Tun.open("half0"))) {
            namespace.run("ip", "link", "del", "half0");

            tun.await(Long.MAX_VALUE);
            assertRefused(() -> tun.receive(new byte[100]), "the interface half0 was deleted");
        }
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(LinkException.class).hasMessage(message);
        assertThat(message).doesNotContain("\n");
    }
}
