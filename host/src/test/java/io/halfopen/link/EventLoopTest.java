package io.halfopen.link;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfopen.linux.Errno;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop by itself, with a link that needs no kernel. */
@Timeout(20)
class EventLoopTest {
    /** Nobody is there: packets to it are lost. */
    private static final IpAddress NOBODY = IpAddress.parse("192.0.2.99");

    private final PeerLink link = new PeerLink();
    private final Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(2));
    private final List<String> tapped = new CopyOnWriteArrayList<>();
    private final EventLoop loop = new EventLoop(link, stack, new PacketTap() {
        @Override
        public void onSent(long now, Rule why, byte[] bytes, int offset, int length) {
            tapped.add("sent " + why);
        }

        @Override
        public void onArrived(long now, Rule rule, byte[] bytes, int offset, int length) {
            tapped.add("arrived " + rule);
        }
    });

    EventLoopTest() {
        stack.addAddress(IpAddress.parse("192.0.2.2"), 1500);
    }

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void thePacketsOfATaskAreSentAndTheProgramHearsOfTheAnswer() throws Exception {
        CompletableFuture<Integer> heard = new CompletableFuture<>();
        loop.start((fd, events) -> heard.complete(fd));

        int fd = onLoop(() -> connect(PeerLink.PEER));

        assertThat(heard.get(10, SECONDS)).isEqualTo(fd);
        assertThat(tapped).containsExactly("sent CONNECT_CALLED", "arrived SYN_SENT_REFUSED");
    }

    @Test
    void theTapSeesAPacketBeforeTheAnswerToIt() throws Exception {
        loop.start((fd, events) -> {});
        onLoop(() -> {
            Stack another = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(3));
            another.addAddress(NOBODY, 1500);
            int fd = another.socket(Stack.AF_INET);
            another.connect(0, fd, IpAddress.parse("192.0.2.2"), 80);
            another.drainPackets((why, bytes, offset, length) -> link.inject(bytes, offset, length));
            return fd;
        });

        link.sent.acquire();
        assertThat(tapped).containsExactly("arrived NO_SOCKET_RESET", "sent NO_SOCKET_RESET");
    }

    @Test
    void aSynWaitsForWhatTheHostMayKnow() throws Exception {
        loop.start((fd, events) -> {});
        onLoop(() -> {
            inject(TcpHeader.SYN);
            inject(TcpHeader.SYN);
            inject(TcpHeader.RST);
            inject(TcpHeader.SYN | TcpHeader.ACK);
            return 0;
        });

        link.sent.acquire(3);
        assertThat(tapped)
                .containsExactly(
                        "arrived NO_SOCKET_IGNORED",
                        "arrived NO_SOCKET_RESET",
                        "sent NO_SOCKET_RESET",
                        "arrived NO_SOCKET_RESET",
                        "sent NO_SOCKET_RESET",
                        "arrived NO_SOCKET_RESET",
                        "sent NO_SOCKET_RESET");
        assertThat(loop.lostSyns()).isZero();
    }

    private void inject(int flags) {
        IpAddress to = IpAddress.parse("192.0.2.2");
        byte[] packet = new byte[IpHeader.V4_LENGTH + TcpHeader.LENGTH];
        int tcp = IpHeader.V4_LENGTH;
        TcpHeader.write(packet, tcp, 1234, 80, 1, 0, TcpHeader.LENGTH, flags, 1000);
        IpHeader.write(packet, 0, NOBODY.high(), NOBODY.low(), to.high(), to.low(), TcpHeader.LENGTH, 0, 64, 0);
        TcpHeader.seal(packet, tcp, TcpHeader.LENGTH, NOBODY.high(), NOBODY.low(), to.high(), to.low());
        link.inject(packet, 0, packet.length);
    }

    @Test
    void aTimerFiresInItsTime() throws Exception {
        loop.start((fd, events) -> {});
        long before = System.nanoTime();
        onLoop(() -> connect(NOBODY));

        link.sent.acquire(2);

        assertThat(System.nanoTime() - before).isGreaterThan(SECONDS.toNanos(1));
        assertThat(tapped).containsExactly("sent CONNECT_CALLED", "sent SYN_RETRANSMITTED");
        assertThat(link.awaits.get()).isLessThan(10);
    }

    @Test
    void withNothingToDoItSleepsForEver() throws Exception {
        loop.start((fd, events) -> {});
        onLoop(() -> 0);

        Thread.sleep(100);

        assertThat(link.awaits.get()).isLessThan(4);
        assertThat(link.lastTimeout).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void theProgramIsNotToldOfWhatItHasClosed() throws Exception {
        List<Integer> fds = new ArrayList<>();
        List<Integer> heard = new ArrayList<>();
        loop.start((fd, events) -> {
            heard.add(fd);
            fds.forEach(each -> stack.close(loop.now(), each));
        });
        onLoop(() -> {
            for (int i = 0; i < 40; i++) {
                fds.add(connect(PeerLink.PEER));
            }
            return fds;
        });

        while (onLoop(heard::isEmpty)) {
            Thread.onSpinWait();
        }
        assertThat(onLoop(() -> List.copyOf(heard))).containsExactly(fds.get(0));
    }

    @Test
    void theProgramIsToldOfAllThatHasNews() throws Exception {
        List<Integer> heard = new CopyOnWriteArrayList<>();
        loop.start((fd, events) -> heard.add(fd));

        List<Integer> fds = onLoop(() -> {
            List<Integer> opened = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                opened.add(connect(PeerLink.PEER));
            }
            return opened;
        });

        while (heard.size() < fds.size()) {
            Thread.onSpinWait();
        }
        assertThat(heard).isEqualTo(fds);
    }

    @Test
    void whatTheProgramThrowsEndsTheLoopAndIsTold() throws Exception {
        RuntimeException mistake = new IllegalStateException("the program's mistake");
        loop.start((fd, events) -> {
            throw mistake;
        });
        onLoop(() -> connect(PeerLink.PEER));

        assertThatThrownBy(loop::join).isInstanceOf(ExecutionException.class).hasCause(mistake);
        assertThat(link.closed).isTrue();
    }

    @Test
    void whatTheLinkThrowsEndsTheLoopAndIsTold() {
        LinkException gone = new LinkException("the interface was deleted");
        link.broken = gone;
        loop.start((fd, events) -> {});

        assertThatThrownBy(loop::join)
                .isInstanceOf(ExecutionException.class)
                .hasMessage("the interface was deleted")
                .hasCause(gone);
        assertThat(link.closed).isTrue();
    }

    @Test
    void anAcceptedTaskIsRunEvenAfterOneThatThrows() throws Exception {
        CompletableFuture<Boolean> ran = new CompletableFuture<>();
        loop.execute(() -> {
            throw new IllegalStateException("first");
        });
        loop.execute(() -> {
            throw new IllegalStateException("second");
        });
        loop.execute(() -> ran.complete(true));
        loop.start((fd, events) -> {});

        assertThat(ran.get(10, SECONDS)).isTrue();
        assertThatThrownBy(loop::join).isInstanceOf(ExecutionException.class).hasMessage("first");
    }

    @Test
    void aTaskGivenBeforeCloseIsRunAndItsPacketsAreSent() {
        loop.start((fd, events) -> {});
        loop.execute(() -> connect(NOBODY));
        loop.close();

        assertThat(tapped).containsExactly("sent CONNECT_CALLED");
        assertThat(link.closed).isTrue();
    }

    @Test
    void aTaskGivenAfterCloseIsRejected() {
        loop.start((fd, events) -> {});
        loop.close();

        assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void closingIsNoFailureAndCanBeRepeated() throws Exception {
        loop.start((fd, events) -> {});
        loop.close();
        loop.close();

        loop.join();
        assertThat(link.closed).isTrue();
    }

    @Test
    void aTaskMayCloseItsLoop() throws Exception {
        loop.start((fd, events) -> {});
        loop.execute(loop::close);

        loop.join();
        assertThat(link.closed).isTrue();
    }

    @Test
    void aLoopThatNeverStartedClosesItsLink() {
        List<String> ran = new ArrayList<>();
        loop.execute(() -> ran.add("before start"));
        loop.close();

        assertThat(ran).containsExactly("before start");
        assertThat(link.closed).isTrue();
        assertThatThrownBy(() -> loop.start((fd, events) -> {})).isInstanceOf(IllegalStateException.class);
    }

    private int connect(IpAddress address) {
        int fd = stack.socket(Stack.AF_INET);
        assertThat(stack.connect(loop.now(), fd, address, 80)).isEqualTo(-Errno.EINPROGRESS);
        return fd;
    }

    private <T> T onLoop(Supplier<T> task) throws Exception {
        return CompletableFuture.supplyAsync(task, loop).get(10, SECONDS);
    }
}
