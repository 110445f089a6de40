package io.halfopen.app.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.lab.server.Answer;
import io.halfopen.lab.server.ArticleServer;
import io.halfopen.lab.server.Calls;
import io.halfopen.lab.server.Request;
import io.halfopen.lab.server.SimCalls;
import io.halfopen.linux.Kernel;
import io.halfopen.sim.Host;
import io.halfopen.sim.Path;
import io.halfopen.sim.World;
import io.halfopen.tcp.Holdings;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** The server that {@code serve} runs and a client that does what {@code connect} does, for very long. */
class LongRunTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1000 * MILLI;
    private static final long MINUTE = 60 * SECOND;
    private static final int PORT = 8080;
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.1");
    private static final byte[] REQUEST = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** The header of the answer, but for the digits of its length. */
    private static final long HEADER = 115;

    private static final Path BAD = new Path(10 * MILLI, 3 * MILLI, 0.01, 0.01, 0.01, 100_000_000);

    /** What both stacks hold, and what the heap does. */
    private record Sample(int connections, int timeWaits, int timers, int buffers, long octets) {}

    private final World world = new World(1);
    private final Host server = world.addHost("server", Kernel.LINUX_6_18);
    private final Host client = world.addHost("client", Kernel.LINUX_6_18);
    private final List<Sample> samples = new ArrayList<>();
    private final byte[] buffer = new byte[1 << 16];
    private int listener;
    private long body;
    private long served;
    private long failed;

    /** Five connections a second with 20,000 octets each, over a bad path: 18,000 in an hour. */
    @Test
    void inAnHourOfHighLoadNothingGrows() {
        start(20_000, SECOND / 5, 60 * MINUTE);
        runUntil(6 * MINUTE);
        long heapBefore = heap();
        runUntil(60 * MINUTE);
        long heapAfter = heap();
        List<Sample> first = samples.subList(2, 6);
        List<Sample> last = samples.subList(54, 60);
        assertThat(most(last, Sample::connections)).isLessThanOrEqualTo(2 * most(first, Sample::connections) + 5);
        // Five a second for a minute, and both ends of those that closed at the same time.
        assertThat(most(first, Sample::timeWaits)).isBetween(290L, 620L);
        assertThat(most(last, Sample::timeWaits)).isLessThanOrEqualTo(most(first, Sample::timeWaits) + 60);
        assertThat(most(last, Sample::timers)).isLessThanOrEqualTo(most(first, Sample::timers) + 90);
        assertThat(most(last, Sample::buffers)).isLessThanOrEqualTo(2 * most(first, Sample::buffers) + 5);
        assertThat(most(last, Sample::octets)).isLessThanOrEqualTo(2 * most(first, Sample::octets) + (1 << 20));
        assertThat(heapAfter - heapBefore).as("growth of the heap, octets").isLessThan(4 << 20);
        finish(18_000);
    }

    /** A connection every four seconds, for a day; each is answered, and in the end nothing is left. */
    @Test
    void aDayOfServeAndConnectEndsAsItBegan() {
        start(13, 4 * SECOND, 24 * 60 * MINUTE);
        runUntil(24 * 60 * MINUTE);
        assertThat(most(samples, Sample::timeWaits)).isLessThan(40);
        assertThat(most(samples, Sample::connections)).isLessThan(20);
        finish(21_600);
    }

    private void start(long bodyLength, long every, long until) {
        body = bodyLength;
        server.addAddress(SERVER, 1500);
        client.addAddress(IpAddress.parse("10.0.0.2"), 1500);
        world.connect(server, client, BAD);
        ArticleServer.Plan plan =
                new ArticleServer.Plan(PORT, 128, 0, 0, 0, 1000, Request.HTTP, Answer.ofBody(bodyLength), null);
        ArticleServer program = new ArticleServer(plan, new SimCalls(world, server), new Ignoring());
        assertThat(program.start(SERVER)).isZero();
        listener = program.listener();
        world.after(0, () -> next(every, until));
        world.at(MINUTE - 1, this::sample);
    }

    private void next(long every, long until) {
        new Call(new SimCalls(world, client)).start();
        if (world.now() + every < until) {
            world.after(every, () -> next(every, until));
        }
    }

    private void sample() {
        Holdings a = server.stack().holdings();
        Holdings b = client.stack().holdings();
        samples.add(new Sample(
                a.connections() + b.connections(),
                a.timeWaits() + b.timeWaits(),
                a.timers() + b.timers(),
                a.buffers() + b.buffers(),
                a.octets() + b.octets()));
        if (samples.size() < 24 * 60) {
            world.after(MINUTE, this::sample);
        }
    }

    private void runUntil(long time) {
        world.runUntil(time);
        assertThat(server.stack().selfCheck()).isNull();
        assertThat(client.stack().selfCheck()).isNull();
    }

    private static long most(List<Sample> samples, ToLongFunction<Sample> field) {
        return samples.stream().mapToLong(field).max().orElse(0);
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private void finish(long calls) {
        world.runUntil(world.now() + 30 * MINUTE);
        server.close(listener);
        assertThat(failed).isZero();
        assertThat(served).isEqualTo(calls);
        assertThat(server.stack().holdings()).isEqualTo(Holdings.NOTHING);
        assertThat(client.stack().holdings()).isEqualTo(Holdings.NOTHING);
    }

    /** Connects, sends the request, shuts that half, reads to the end, closes. */
    private final class Call implements Calls.ReadyListener {
        private final Calls calls;
        private int fd;
        private boolean asked;
        private long received;

        Call(Calls calls) {
            this.calls = calls;
        }

        void start() {
            fd = calls.socket(Stack.AF_INET);
            calls.watch(fd, this);
            calls.connect(fd, SERVER, PORT);
        }

        @Override
        public void onReady(int events) {
            if (fd >= 0 && !asked) {
                asked = calls.write(fd, REQUEST, 0, REQUEST.length) == REQUEST.length;
                if (asked) {
                    calls.shutdown(fd, Stack.SHUT_WR);
                }
            }
            int count = fd < 0 ? -1 : calls.read(fd, buffer, 0, buffer.length);
            while (count > 0) {
                received += count;
                count = calls.read(fd, buffer, 0, buffer.length);
            }
            if (fd >= 0 && count == 0) {
                calls.close(fd);
                fd = -1;
                served++;
                failed += received == HEADER + Long.toString(body).length() + body ? 0 : 1;
            }
        }
    }

    private static final class Ignoring implements ArticleServer.Observer {
        @Override
        public void onAccepted(SocketRow connection) {}

        @Override
        public void onClosed(SocketRow connection, int result) {}
    }
}
