package io.halfopen.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Poll;
import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import org.junit.jupiter.api.Test;

class MiddleboxTest {
    private static final IpAddress SERVER = IpAddress.parse("192.0.2.2");

    @Test
    void aPacketThatABoxTakesIsLostAndSentAgain() {
        World world = new World(1);
        Host client = world.addHost("client", Kernel.LINUX_6_18);
        Host server = world.addHost("server", Kernel.LINUX_6_18);
        client.addAddress(IpAddress.parse("192.0.2.1"), 1500);
        server.addAddress(SERVER, 1500);
        Trace trace = new Trace();
        world.addTap(trace);
        int[] seen = {0};
        world.addMiddlebox((now, from, to, bytes, offset, length) -> to != server || seen[0]++ > 0);
        int fd = client.socket(Stack.AF_INET);
        assertThat(client.connect(fd, SERVER, 80)).isEqualTo(-Errno.EINPROGRESS);
        assertThat(trace.of("arrived", "server")).isEmpty();

        world.runUntil(1_500_000_000L);

        // The SYN is sent again after a second (tcp(7)), and then there is nobody who listens.
        assertThat(client.stack().poll(fd) & Poll.POLLERR).isNotZero();
        assertThat(client.getsockopt(fd, SocketOption.SO_ERROR)).isEqualTo(Errno.ECONNREFUSED);
        assertThat(trace.of("sent", "client")).hasSize(2);
        assertThat(trace.of("arrived", "server")).hasSize(1);
    }
}
