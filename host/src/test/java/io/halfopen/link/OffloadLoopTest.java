package io.halfopen.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop, where the link is a network card that cuts. */
@Timeout(60)
class OffloadLoopTest {
    private static final IpAddress SELF = IpAddress.parse("10.9.0.2");
    private static final int PORT = 80;
    private static final int LENGTH = 300_000;

    /** Nothing ever comes from it, and nothing may go there. */
    private static final class Card implements OffloadLink {
        private final PeerLink link = new PeerLink();

        @Override
        public void offload() {}

        @Override
        public int segmentSize() {
            return 0;
        }

        @Override
        public void sendLarge(byte[] bytes, int offset, int length, int segmentSize) {
            throw new AssertionError("what a host sends to itself does not leave");
        }

        @Override
        public int receive(byte[] buffer) throws LinkException {
            return link.receive(buffer);
        }

        @Override
        public void send(byte[] bytes, int offset, int length) {
            throw new AssertionError("what a host sends to itself does not leave");
        }

        @Override
        public void await(long nanos) {
            link.await(nanos);
        }

        @Override
        public void wakeUp() {
            link.wakeUp();
        }

        @Override
        public void close() {
            link.close();
        }
    }

    /** Reads what comes, and writes what there is, on one stack. */
    private static final class Program implements Stack.ReadyHandler {
        final Stack stack;
        final EventLoop loop;
        final int listener;
        final byte[] message = new byte[LENGTH];
        final byte[] read = new byte[LENGTH];
        final CompletableFuture<byte[]> done = new CompletableFuture<>();
        int client;
        int server = -1;
        int written;
        int got;

        Program(Stack stack, EventLoop loop) {
            this.stack = stack;
            this.loop = loop;
            new Random(1).nextBytes(message);
            listener = stack.socket(Stack.AF_INET);
            stack.bind(listener, SELF, PORT);
            stack.listen(listener, 1);
        }

        void connect() {
            client = stack.socket(Stack.AF_INET);
            assertThat(stack.setsockopt(client, SocketOption.TCP_MAXSEG, 1000)).isZero();
            assertThat(stack.connect(loop.now(), client, SELF, PORT)).isEqualTo(-Errno.EINPROGRESS);
        }

        @Override
        public void onReady(int fd, int events) {
            if (fd == listener) {
                server = stack.accept(listener);
            }
            int count = 1;
            while (server >= 0 && got < LENGTH && count > 0) {
                count = stack.read(loop.now(), server, read, got, LENGTH - got);
                got += Math.max(0, count);
            }
            if (fd == client && written < LENGTH) {
                written += Math.max(0, stack.write(loop.now(), client, message, written, LENGTH - written));
            }
            if (got == LENGTH) {
                done.complete(read);
            }
        }
    }

    /** In segments of a thousand octets, so that what leaves together would be one packet for a card. */
    @Test
    void whatAHostSendsToItselfIsCutWithoutACard() throws Exception {
        Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
        stack.addAddress(SELF, 1500);
        try (EventLoop loop = new EventLoop(new Card(), stack, PacketTap.NONE)) {
            Program program = new Program(stack, loop);
            loop.start(program);
            loop.execute(program::connect);

            assertThat(program.done.get()).isEqualTo(program.message);
        }
    }
}
