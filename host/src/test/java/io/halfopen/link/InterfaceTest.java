package io.halfopen.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfopen.wire.IpAddress;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InterfaceTest {
    private static final IpAddress V4 = IpAddress.parse("10.9.0.1");
    private static final IpAddress V6 = IpAddress.parse("fd00:9::1");
    private static final Interface HALF = new Interface("half0");

    @AutoClose
    private final Namespace namespace = Namespace.create();

    @BeforeEach
    void addInterface() throws Exception {
        namespace.run("ip", "tuntap", "add", "dev", "half0", "mode", "tun");
    }

    @Test
    void anAddressBringsARouteToItsSubnet() throws Exception {
        assign(V4, 20);
        bringUp();

        assertThat(namespace.run("ip", "-4", "-o", "address", "show", "half0")).contains("inet 10.9.0.1/20");
        assertThat(namespace.run("ip", "-4", "route")).startsWith("10.9.0.0/20 dev half0");
    }

    @Test
    void anIpv6AddressBringsARouteToItsSubnet() throws Exception {
        assign(V6, 64);
        bringUp();

        assertThat(namespace.run("ip", "-6", "-o", "address", "show", "half0")).contains("inet6 fd00:9::1/64");
        assertThat(namespace.run("ip", "-6", "route")).contains("fd00:9::/64 dev half0");
    }

    @Test
    void anIpv6AddressCanBeUsedAtOnce() throws Exception {
        for (int i = 0; i < 20; i++) {
            InetAddress source = inside(() -> {
                try (Tun attached = Tun.open("half%d");
                        DatagramSocket socket = new DatagramSocket()) {
                    Interface end = new Interface(attached.name());
                    end.assign(V6, 64);
                    end.bringUp();
                    socket.connect(InetAddress.getByName("fd00:9::2"), 9);
                    return socket.getLocalAddress();
                }
            });
            assertThat(source).isEqualTo(InetAddress.getByName(V6.toString()));
        }
    }

    @Test
    void anotherIpv4AddressTakesThePlaceOfTheFirst() throws Exception {
        assign(V4, 24);
        assign(IpAddress.parse("10.10.0.1"), 31);

        assertThat(namespace.run("ip", "-4", "-o", "address", "show", "half0"))
                .contains("inet 10.10.0.1/31")
                .doesNotContain("10.9.0.1");
    }

    @Test
    void theMtuIsTheKernels() throws Exception {
        assertThat(inside(HALF::mtu)).isEqualTo(1500);

        namespace.run("ip", "link", "set", "half0", "mtu", "65535");

        assertThat(inside(HALF::mtu)).isEqualTo(65535);
    }

    @Test
    void aQueueIsMadeLongerAndNeverShorter() throws Exception {
        lengthenQueue(5000);
        lengthenQueue(600);

        assertThat(namespace.run("ip", "link", "show", "half0")).contains("qlen 5000");
    }

    @Test
    void whoHasNoRightsUsesTheQueueThatIsThere() throws Exception {
        inside(() -> Rights.callWithout(() -> {
            HALF.lengthenQueue(5000);
            return HALF;
        }));

        assertThat(namespace.run("ip", "link", "show", "half0")).contains("qlen 500\n");
    }

    @Test
    void whoHasNoRightsCanUseWhatRootHasPrepared() throws Exception {
        namespace.run("ip", "address", "add", "10.9.0.1/24", "dev", "half0");
        namespace.run("ip", "address", "add", "fd00:9::1/64", "dev", "half0");
        namespace.run("ip", "link", "set", "half0", "up");

        inside(() -> Rights.callWithout(() -> {
            HALF.assign(V4, 24);
            HALF.assign(V6, 64);
            HALF.bringUp();
            return HALF.mtu();
        }));
    }

    @Test
    void whoHasNoRightsIsToldWhatRootCanPrepare() {
        assertThatThrownBy(() -> inside(() -> Rights.callWithout(() -> {
                    HALF.bringUp();
                    return HALF;
                })))
                .isInstanceOf(LinkException.class)
                .hasMessage("no permission to set up the interface half0: be root, have CAP_NET_ADMIN, or let root run"
                        + " 'ip addr add ADDRESS/PREFIX dev half0' and 'ip link set half0 up'");
    }

    @Test
    void noSuchInterface() {
        assertThatThrownBy(() -> inside(new Interface("nosuch")::mtu))
                .isInstanceOf(LinkException.class)
                .hasMessage("there is no interface nosuch");
    }

    @Test
    void aPrefixFitsItsAddress() {
        assertThatThrownBy(() -> HALF.assign(V4, 33)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> HALF.assign(V6, 129)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> HALF.assign(V6, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private void lengthenQueue(int packets) throws Exception {
        inside(() -> {
            HALF.lengthenQueue(packets);
            return HALF;
        });
    }

    private void assign(IpAddress address, int prefix) throws Exception {
        inside(() -> {
            HALF.assign(address, prefix);
            return HALF;
        });
    }

    private void bringUp() throws Exception {
        inside(() -> {
            HALF.bringUp();
            return HALF;
        });
    }

    private <T> T inside(Callable<T> action) throws Exception {
        return namespace.call(action);
    }
}
