package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.wire.IpAddress;

/** Two stacks and the shortest wire there is: what one sends, the other has at once. */
final class TwoStacks {
    static final IpAddress CLIENT = IpAddress.parse("192.0.2.1");
    static final IpAddress SERVER = IpAddress.parse("192.0.2.2");
    static final int PORT = 80;

    final Stack client = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
    final Stack server = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(2));
    private final Stack.PacketHandler toServer = (why, bytes, offset, length) -> deliver(true, bytes, offset, length);
    private final Stack.PacketHandler toClient = (why, bytes, offset, length) -> deliver(false, bytes, offset, length);
    private final Stack.ReadyHandler nobody = (fd, events) -> {};
    long now = 1_000_000_000L;

    /** Of the client's packets that are so large every twentieth is lost. */
    int lossesFrom = Integer.MAX_VALUE;

    private int large;

    TwoStacks(int mtu) {
        client.addAddress(CLIENT, mtu);
        server.addAddress(SERVER, mtu);
    }

    /** A listener on the server. */
    int listen(int backlog) {
        int fd = server.socket(Stack.AF_INET);
        assertThat(server.bind(fd, IpAddress.ANY_V4, PORT)).isZero();
        assertThat(server.listen(fd, backlog)).isZero();
        return fd;
    }

    /** Starts a connection and runs the handshake; returns the client's descriptor. */
    int connect() {
        int fd = client.socket(Stack.AF_INET);
        int result = client.connect(now, fd, SERVER, PORT);
        if (result != -Errno.EINPROGRESS) {
            assertThat(result).isEqualTo(-Errno.EINPROGRESS);
        }
        exchange();
        return fd;
    }

    /** Carries packets both ways until neither has any more. */
    void exchange() {
        int moved;
        do {
            moved = client.drainPackets(toServer) + server.drainPackets(toClient);
        } while (moved > 0);
        client.drainReady(nobody);
        server.drainReady(nobody);
    }

    /** Lets time pass: fires what is due on the way, and carries what that sends. */
    void sleep(long nanos) {
        long until = now + nanos;
        long next = Math.min(client.nextTimeout(), server.nextTimeout());
        while (next <= until) {
            now = Math.max(now, next);
            client.onTimeout(now);
            server.onTimeout(now);
            exchange();
            next = Math.min(client.nextTimeout(), server.nextTimeout());
        }
        now = until;
    }

    private Rule deliver(boolean up, byte[] bytes, int offset, int length) {
        if (up && length >= lossesFrom && ++large % 20 == 0) {
            return Rule.NOT_IP;
        }
        return (up ? server : client).onPacket(now, bytes, offset, length);
    }
}
