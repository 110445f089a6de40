package io.halfopen.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What somebody sees who knows nothing but World, Host, Server and Attempt. */
class AttemptTest {
    private final World world = new World(1);
    private final Host server = world.addHost("server", "10.0.0.1", "2001:db8::1");
    private final Host clients = world.addHost("clients", "10.0.0.2");

    private void roundTrip(int millis) {
        world.connect(server, clients, Path.ofDelay(Duration.ofMillis(millis / 2)));
    }

    /** Both SYNs of the others find one half-open; later ones find the accept queue full until accept() is called. */
    @Test
    void aFullQueueMakesOthersWaitAndSaysWhy() {
        roundTrip(40);
        server.set("net.ipv4.tcp_syncookies", 0);
        Server queue = server.serve(8080, 0);
        List<Attempt> fates =
                Stream.generate(() -> clients.connect(queue)).limit(3).toList();
        world.after(Duration.ofSeconds(5), queue::accept);
        world.run(Duration.ofSeconds(20));
        assertThat(fates).extracting(Attempt::isConnected).containsExactly(true, true, false);
        assertThat(fates.getFirst().took()).isEqualTo(Duration.ofMillis(40));
        assertThat(fates.get(1).took()).isEqualTo(Duration.ofMillis(5040));
        assertThat(fates.get(1).refusals()).isEqualTo(Map.of(Rule.SYN_QUEUE_FULL, 1, Rule.ACCEPT_QUEUE_FULL, 4));
        assertThat(fates.getLast().took()).isNull();
        assertThat(fates.getLast().syns()).isEqualTo(9);
        assertThat(fates.getLast())
                .hasToString("clients:" + portOf(fates.getLast())
                        + " no answer after 20.000 s to 9 SYNs; dropped: 2 x SYN_QUEUE_FULL, 7 x ACCEPT_QUEUE_FULL");
        assertThat(queue).hasToString("server:8080 listen(0): accept queue 1 of 1, SYN queue 0");
    }

    /** A connect() that nobody listens to is refused in one round trip. */
    @Test
    void aClosedPortRefuses() {
        roundTrip(10);
        Server queue = server.serve(8080, 5);
        server.close(queue.fd());
        Attempt fate = clients.connect(queue);
        world.run(Duration.ofSeconds(1));
        assertThat(fate.isFailed()).isTrue();
        assertThat(fate.error()).isEqualTo(Errno.ECONNREFUSED);
        assertThat(fate).hasToString("clients:" + portOf(fate) + " ECONNREFUSED after 0.010 s");
    }

    @Test
    void withoutAPathAllHappensInTheCall() {
        Server queue = server.serve(8080, 1);
        Attempt fate = clients.connect(queue);
        assertThat(queue.queues().acceptQueue()).isEqualTo(1);
        world.run(Duration.ZERO);
        assertThat(fate.took()).isEqualTo(Duration.ZERO);
        assertThat(queue.acceptAll()).hasSize(1);
        assertThat(queue.accept()).isEqualTo(-Errno.EAGAIN);
    }

    /** Two clients with the same port on different hosts are told apart. */
    @Test
    void eachIsToldOfItsOwnPackets() {
        Host others = world.addHost("others", "10.0.0.3");
        server.set("net.ipv4.tcp_syncookies", 0);
        Server queue = server.serve(8080, 0);
        clients.connect(queue);
        Attempt first = clients.connect(queue);
        Attempt second = others.connect(queue);
        world.run(Duration.ofMillis(1500));
        assertThat(first.syns()).isEqualTo(2);
        assertThat(second.syns()).isEqualTo(2);
        assertThat(second.refusals()).isEqualTo(Map.of(Rule.ACCEPT_QUEUE_FULL, 2));
    }

    @Test
    void aMisspeltSysctlIsToldWhatItMayHaveMeant() {
        assertThatThrownBy(() -> server.set("net.ipv4.tcp_syncookie", 0))
                .hasMessageContaining("unknown sysctl 'net.ipv4.tcp_syncookie'")
                .hasMessageContaining("net.ipv4.tcp_syncookies");
        assertThatThrownBy(() -> server.set("net.ipv4.tcp_syncookies", 7)).hasMessageContaining("7");
    }

    @Test
    void aHostWithoutAnAddressCannotServeOrConnect() {
        Host bare = world.addHost("bare", Kernel.LINUX_6_18);
        Server queue = server.serve(8080, 1);
        assertThatThrownBy(() -> bare.serve(80, 1)).hasMessage("bare has no address yet: addAddress() gives it one");
        assertThatThrownBy(() -> bare.connect(queue)).hasMessageContaining("has no address yet");
        assertThatThrownBy(() -> server.serve(8080, 1)).hasMessage("server cannot listen on port 8080: EADDRINUSE");
    }

    private int portOf(Attempt attempt) {
        String printed = attempt.toString();
        return Integer.parseInt(printed.substring(printed.indexOf(':') + 1, printed.indexOf(' ')));
    }
}
