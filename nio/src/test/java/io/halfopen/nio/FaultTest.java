package io.halfopen.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens to connections when hosts, ways and boxes fail; programs are java.net's. */
@Timeout(60)
@SuppressWarnings("AddressSelection") // a name has one address here
class FaultTest {
    private static Network automatic() {
        return Network.builder().time(NetworkTime.automatic()).open();
    }

    private static Socket connect(String host) throws IOException {
        return new Socket(host, 80);
    }

    @Test
    void aPartitionDropsAllUntilItIsHealed() throws Exception {
        try (Network net = automatic()) {
            net.host("db").listen(80).accepts();
            net.host("other").listen(80).accepts();
            Fault partition = net.partition("localhost", "db");
            net.home().set(Sysctl.tcp_syn_retries, 2).set(Sysctl.tcp_syn_linear_timeouts, 0);
            assertThatThrownBy(() -> connect("db"))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageStartingWith("Connection timed out");
            assertThat(partition.hits()).isEqualTo(3);
            assertThat(net.story()).contains("fault: any packet between localhost and db: dropped, 3 times");
            connect("other").close();
            partition.end();
            connect("db").close();
            net.requireFaultsUsed();
        }
    }

    @Test
    void aHostThatCrashedIsSilentAndForgetsItsConnections() throws Exception {
        try (Network net = automatic();
                ServerSocket server = net.host("db").call(() -> new ServerSocket(80));
                Socket client = connect("db");
                Socket accepted = server.accept()) {
            net.host("db").set(Sysctl.tcp_abort_on_overflow, 1).crash();
            assertThatThrownBy(server::accept)
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("Host is down");
            assertThatThrownBy(() -> accepted.getInputStream().read()).hasMessageContaining("Host is down");
            client.getOutputStream().write(1); // nobody answers; it is sent again and again
            net.home().set(Sysctl.tcp_syn_retries, 1);
            assertThatThrownBy(() -> connect("db")).hasMessageStartingWith("Connection timed out");
            assertThat(net.story()).contains("LOST  db is down");
            net.host("db").start();
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Connection reset");
            assertThatThrownBy(() -> connect("db")).hasMessageStartingWith("Connection refused");
            net.host("db").listen(80).accepts();
            connect("db").close();
        }
    }

    @Test
    void aServerThatDiesClosesWhatItHad() throws Exception {
        try (Network net = automatic()) {
            Listening server = net.host("db").listen(80).accepts();
            try (Socket client = connect("db")) {
                server.diesAfter(Duration.ofSeconds(5));
                assertThat(client.getInputStream().read()).isEqualTo(-1);
                assertThat(net.now()).isGreaterThanOrEqualTo(Duration.ofSeconds(5));
                assertThatThrownBy(() -> connect("db")).hasMessageStartingWith("Connection refused");
            }
        }
    }

    @Test
    void aMiddleboxResetsBothEndsOfAConnection() throws Exception {
        try (Network net = automatic();
                ServerSocket server = net.host("db").call(() -> new ServerSocket(80));
                Socket client = connect("db");
                Socket accepted = server.accept()) {
            Fault reset = net.on(PacketKind.DATA).from("localhost").first(1).resetBoth();
            client.getOutputStream().write(1);
            assertThatThrownBy(() -> client.getInputStream().read()).hasMessage("Connection reset");
            assertThatThrownBy(() -> accepted.getInputStream().read()).hasMessage("Connection reset");
            assertThat(reset.report())
                    .isEqualTo("DATA from localhost first 1: reset by a middlebox at both ends, once");
        }
    }

    @Test
    void whatRoutersAndFirewallsSay() throws Exception {
        try (Network net = automatic()) {
            net.host("db").listen(80).accepts();
            Object[][] cases = {
                {Unreachable.NETWORK, "Network is unreachable"},
                {Unreachable.HOST, "No route to host"},
                {Unreachable.PORT, "Connection refused"},
                {Unreachable.PROHIBITED, "No route to host"}
            };
            for (Object[] each : cases) {
                Fault fault = net.on(PacketKind.SYN).to("db").port(80).reject((Unreachable) each[0]);
                assertThatThrownBy(() -> connect("db")).hasMessageStartingWith((String) each[1]);
                assertThat(fault.hits()).isEqualTo(1);
                fault.end();
            }
            Fault reset = net.on(PacketKind.SYN)
                    .when(packet -> packet.destinationPort() == 80)
                    .reset();
            assertThatThrownBy(() -> connect("db")).hasMessageStartingWith("Connection refused");
            assertThat(reset.hits()).isEqualTo(1);
        }
    }

    @Test
    void chanceHitsAboutAsOftenAsItSaysAndTheSameEachTime() throws Exception {
        long[] hits = new long[2];
        for (int i = 0; i < 2; i++) {
            try (Network net =
                    Network.builder().seed(7).time(NetworkTime.automatic()).open()) {
                net.host("db").listen(80).accepts();
                Fault half = net.on(PacketKind.SYN).probability(0.5).drop();
                for (int n = 0; n < 50; n++) {
                    connect("db").close();
                }
                hits[i] = half.hits();
            }
        }
        assertThat(hits[0]).isBetween(20L, 80L).isEqualTo(hits[1]);
    }

    @Test
    void aFaultThatNeverHitIsTold() {
        try (Network net = Network.open()) {
            net.host("db");
            Fault unused = net.on(PacketKind.FIN).to("db").drop();
            assertThatThrownBy(net::requireFaultsUsed)
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("a fault never hit anything: FIN to db: dropped");
            assertThat(unused.report()).endsWith("never hit anything");
            assertThat(net.drops()).doesNotContain(Rule.ACCEPT_QUEUE_FULL);
        }
    }
}
