package io.halfopen.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Virtual time: the order of what happens in it, and that it is the same every time. */
class WorldTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final IpAddress A = IpAddress.parse("192.0.2.1");
    private static final IpAddress B = IpAddress.parse("192.0.2.2");
    private static final IpAddress NOBODY = IpAddress.parse("192.0.2.99");
    private static final Path EVERYTHING_BAD = new Path(5 * MILLI, 3 * MILLI, 0.05, 0.05, 0.05, 50_000_000);

    private final World world = new World(1);
    private final Host a = world.addHost("a", Kernel.LINUX_6_18);
    private final Host b = world.addHost("b", Kernel.LINUX_6_18);

    @Test
    void theSameSeedGivesTheSamePacketsAtTheSameTimes() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(transfer(seed)).isEqualTo(transfer(seed)).hasSizeGreaterThan(1000);
        }
    }

    @Test
    void anotherSeedGivesOthers() {
        assertThat(transfer(1)).isNotEqualTo(transfer(2));
    }

    private static List<Trace.Entry> transfer(long seed) {
        World world = new World(seed);
        Host server = world.addHost("server", Kernel.LINUX_6_18);
        Host client = world.addHost("client", Kernel.LINUX_6_18);
        server.addAddress(A, 1500);
        client.addAddress(B, 1500);
        world.connect(server, client, EVERYTHING_BAD);
        Trace trace = new Trace();
        world.addTap(trace);
        Transfer transfer = new Transfer(world, 500_000);
        transfer.start(server, client, A);
        transfer.run();
        return trace.entries;
    }

    @Test
    void atTheSameInstantPacketsComeBeforeProgramsAndTimersLast() {
        a.addAddress(A, 1500);
        b.addAddress(B, 1500);
        world.connect(a, b, Path.ofDelay(10 * MILLI));
        List<String> happened = new ArrayList<>();
        world.addTap(new Tap() {
            @Override
            public void onSent(long now, Host from, Rule why, byte[] bytes, int offset, int length) {
                if (now == SECOND && why == Rule.SYN_RETRANSMITTED) {
                    happened.add("timer of " + from.name());
                }
            }

            @Override
            public void onArrived(long now, Host to, Rule rule, byte[] bytes, int offset, int length) {
                if (now == SECOND) {
                    happened.add("packet to " + to.name());
                }
            }
        });
        // Both wait for an answer that never comes: their timers are due a second later. b's was set first.
        world.at(0, () -> connect(b, NOBODY));
        world.at(0, () -> connect(a, NOBODY));
        world.at(SECOND, () -> happened.add("first program"));
        world.at(SECOND, () -> happened.add("second program"));
        world.at(SECOND - 10 * MILLI, () -> connect(a, B));
        world.at(SECOND - 10 * MILLI, () -> connect(b, A));
        world.runUntil(SECOND);
        assertThat(happened)
                .containsExactly(
                        "packet to b", "packet to a", "first program", "second program", "timer of a", "timer of b");
    }

    private static void connect(Host host, IpAddress to) {
        host.connect(host.socket(Stack.AF_INET), to, 80);
    }

    @Test
    void whatAPathWithoutDelayCarriesIsThereWhenTheCallReturns() {
        a.addAddress(A, 1500);
        b.addAddress(B, 1500);
        int listener = listen(b);
        int fd = a.socket(Stack.AF_INET);
        a.connect(fd, B, 80);
        assertThat(a.stack().row(fd).state()).isEqualTo(TcpState.ESTABLISHED);
        int accepted = b.accept(listener);
        a.write(fd, new byte[100], 0, 100);
        assertThat(b.read(accepted, new byte[200], 0, 200)).isEqualTo(100);
        assertThat(world.now()).isZero();
    }

    private static int listen(Host host) {
        int listener = host.socket(Stack.AF_INET);
        assertThat(host.bind(listener, IpAddress.ANY_V4, 80)).isZero();
        assertThat(host.listen(listener, 1)).isZero();
        return listener;
    }

    @Test
    void itIsQuietWhenNothingWillHappenButTheEndOfTimeWait() {
        a.addAddress(A, 1500);
        b.addAddress(B, 1500);
        int listener = listen(b);
        assertThat(world.isQuiet()).isTrue();
        int fd = a.socket(Stack.AF_INET);
        a.connect(fd, B, 80);
        a.close(fd);
        b.close(b.accept(listener));
        assertThat(world.isQuiet()).isTrue();
        assertThat(Transfer.left(a)).containsExactly(TcpState.TIME_WAIT);
        while (world.step()) {
            assertThat(world.isQuiet()).isTrue();
        }
        assertThat(world.now()).isEqualTo(60 * SECOND);
        assertThat(Transfer.left(a)).isEmpty();
    }

    @Test
    void runUntilStopsAtTheTimeWhateverHappens() {
        world.runUntil(7);
        assertThat(world.now()).isEqualTo(7);
        assertThatIllegalArgumentException().isThrownBy(() -> world.at(6, () -> {}));
        world.at(7, () -> world.after(3, () -> {}));
        world.runUntil(9);
        assertThat(world.now()).isEqualTo(9);
        assertThat(world.lastActivity()).isEqualTo(7);
    }

    @Test
    void aPacketForNobodyIsLostAndAnAddressHasOneOwner() {
        a.addAddress(A, 1500);
        Trace trace = new Trace();
        world.addTap(trace);
        connect(a, NOBODY);
        assertThat(trace.entries).extracting(Trace.Entry::kind).containsExactly("sent", "lost");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> b.addAddress(A, 1500))
                .withMessage("192.0.2.1 belongs to a already");
    }
}
