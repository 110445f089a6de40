package io.halfopen.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The agent's end of the socket that packets come and go by; the test is the other. */
@Timeout(60)
class ChannelUplinkTest {
    @TempDir
    private Path folder = Path.of("");

    private final AtomicInteger ends = new AtomicInteger();
    private final ServerSocketChannel door;
    private final byte[] packet = new byte[1 << 16];

    ChannelUplinkTest() throws IOException {
        door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    }

    private Path path() {
        return folder.resolve("packets.sock");
    }

    @BeforeEach
    void bind() throws IOException {
        door.bind(UnixDomainSocketAddress.of(path()));
    }

    @AfterEach
    void close() throws IOException {
        door.close();
    }

    private record Ends(ChannelUplink ours, SocketChannel theirs) {}

    /** The greeting may be there before anybody reads it. */
    private Ends connect() throws Exception {
        SocketChannel[] theirs = new SocketChannel[1];
        Thread greeter = Thread.ofPlatform().start(() -> {
            try {
                theirs[0] = door.accept();
                theirs[0].write(ByteBuffer.allocate(2));
            } catch (IOException failed) {
                throw new IllegalStateException(failed);
            }
        });
        ChannelUplink ours = ChannelUplink.connect(path(), ends::incrementAndGet);
        greeter.join();
        return new Ends(ours, theirs[0]);
    }

    private static void write(SocketChannel to, int packets, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(packets * (2 + length));
        for (int i = 0; i < packets; i++) {
            bytes.putShort((short) length);
            for (int j = 0; j < length; j++) {
                bytes.put((byte) i);
            }
        }
        for (bytes.flip(); bytes.hasRemaining(); ) {
            to.write(bytes);
        }
    }

    @Test
    void packetsComeOneByOneHoweverManyAreThere() throws Exception {
        Ends ends = connect();
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                write(ends.theirs(), 3000, 1500);
                write(ends.theirs(), 1, 65535);
            } catch (IOException failed) {
                throw new IllegalStateException(failed);
            }
        });
        for (int i = 0; i < 3000; i++) {
            assertThat(next(ends.ours())).isEqualTo(1500);
            assertThat(packet[0]).isEqualTo(packet[1499]).isEqualTo((byte) i);
        }
        assertThat(next(ends.ours())).isEqualTo(65535);
        writer.join();
        assertThat(ends.ours().receive(packet)).isZero();
    }

    /** One taken for each wait: what is there already must end the next one, too. */
    private int next(ChannelUplink from) throws IOException {
        int length = 0;
        while (length == 0) {
            from.await();
            length = from.receive(packet);
        }
        return length;
    }

    @Test
    void anInterruptedThreadSendsAsEverAndStaysInterrupted() throws Exception {
        Ends ends = connect();
        Thread.currentThread().interrupt();
        ends.ours().send(new byte[] {1, 2, 3}, 0, 3);
        ends.ours().flush();
        assertThat(Thread.interrupted()).isTrue();
        ByteBuffer read = ByteBuffer.allocate(5);
        while (read.hasRemaining()) {
            ends.theirs().read(read);
        }
        assertThat(read.array()).containsExactly(0, 3, 1, 2, 3);
    }

    @Test
    void whatFindsNoRoomIsDroppedAndNobodyWaits() throws Exception {
        Ends ends = connect();
        byte[] large = new byte[60_000];
        for (int i = 0; i < 100; i++) {
            ends.ours().send(large, 0, large.length);
            ends.ours().flush();
        }
        int whole = 0;
        ByteBuffer read = ByteBuffer.allocate(2 + large.length);
        ends.theirs().configureBlocking(false);
        while (ends.theirs().read(read) > 0) {
            if (!read.hasRemaining()) {
                assertThat(read.getShort(0) & 0xffff).isEqualTo(large.length);
                read.clear();
                whole++;
            }
            ends.ours().flush();
        }
        assertThat(read.position()).isZero();
        assertThat(whole).isBetween(1, 99);
    }

    @Test
    void itIsToldWhenTheOtherEndIsGone() throws Exception {
        Ends ends = connect();
        ends.theirs().close();
        assertThatThrownBy(ends.ours()::await).isInstanceOf(EOFException.class);
        assertThat(this.ends).hasValue(1);
    }

    @Test
    void closingEndsTheWaitAndIsNoEndOfTheOther() throws Exception {
        Ends ends = connect();
        Thread closer = Thread.ofPlatform().start(ends.ours()::close);
        assertThatThrownBy(ends.ours()::await).isInstanceOf(ClosedChannelException.class);
        closer.join();
        assertThat(this.ends).hasValue(0);
    }

    @Test
    void whoIsRefusedIsToldSo() throws Exception {
        Thread refusing = Thread.ofPlatform().start(() -> {
            try {
                door.accept().close();
            } catch (IOException failed) {
                throw new IllegalStateException(failed);
            }
        });
        assertThatIllegalStateException()
                .isThrownBy(() -> ChannelUplink.connect(path(), ends::incrementAndGet))
                .withMessage(
                        "there is no way to the interface of 'halfopen run': another JVM has it, and one at a time may");
        refusing.join();
    }
}
