package io.halfopen.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Conversations with pauses over a bad path, once with connections that sleep in every pause: the same packets. */
class SleepingTest {
    private static final long MILLI = 1_000_000L;
    private static final int PORT = 80;
    private static final int TURNS = 60;
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.1");
    private static final Path BAD = new Path(10 * MILLI, 3 * MILLI, 0.03, 0.01, 0.02, 50_000_000);

    @ParameterizedTest
    @MethodSource("io.halfopen.linux.Kernel#all")
    void notAPacketDiffers(Kernel kernel) {
        Run awake = new Run(kernel, Long.MAX_VALUE);
        Run asleep = new Run(kernel, 0);
        assertThat(asleep.packets).hasSizeGreaterThan(2000).isEqualTo(awake.packets);
        assertThat(awake.client.slept() + awake.server.slept()).isZero();
        assertThat(asleep.client.slept()).isGreaterThan(200);
        assertThat(asleep.server.slept()).isGreaterThan(200);
    }

    private static final class Run implements Tap {
        private final World world = new World(1);
        private final Random random = new Random(1);
        private final Host server;
        private final Host client;
        private final List<Integer> packets = new ArrayList<>();
        private final byte[] buffer = new byte[1 << 16];

        Run(Kernel kernel, long sleepAfter) {
            server = world.addHost("server", kernel);
            client = world.addHost("client", kernel);
            server.addAddress(SERVER, 1500);
            client.addAddress(IpAddress.parse("10.0.0.2"), 1500);
            server.sleepAfter(sleepAfter);
            client.sleepAfter(sleepAfter);
            world.connect(server, client, BAD);
            world.addTap(this);
            listen();
            for (int i = 0; i < 8; i++) {
                new Caller().call();
            }
            world.runUntil(600_000 * MILLI);
        }

        @Override
        public void onSent(long now, Host from, Rule why, byte[] bytes, int offset, int length) {
            packets.add(31 * (int) now + Arrays.hashCode(Arrays.copyOfRange(bytes, offset, offset + length)));
        }

        /** Each octet is answered with 40. */
        private void listen() {
            int listener = server.socket(Stack.AF_INET);
            server.bind(listener, SERVER, PORT);
            server.listen(listener, 10);
            server.watch(listener, events -> {
                int fd = server.accept(listener);
                server.watch(fd, news -> {
                    int count = server.read(fd, buffer, 0, 500);
                    if (count == 0) {
                        server.close(fd);
                    } else if (count > 0) {
                        server.write(fd, buffer, 0, 40 * count);
                    }
                });
            });
        }

        /** Says something, reads on while something comes, and some time later says something again. */
        private final class Caller {
            private int fd;
            private int turns;

            void call() {
                fd = client.socket(Stack.AF_INET);
                client.watch(fd, news -> {
                    int count = client.read(fd, buffer, 0, buffer.length);
                    while (count > 0) {
                        count = client.read(fd, buffer, 0, buffer.length);
                    }
                });
                client.connect(fd, SERVER, PORT);
                world.after(1000 * MILLI, this::speak);
            }

            private void speak() {
                if (turns++ == TURNS) {
                    client.close(fd);
                    return;
                }
                client.write(fd, buffer, 0, 1 + random.nextInt(400));
                world.after((20 + random.nextInt(5000)) * MILLI, this::speak);
            }
        }
    }
}
