package io.halfopen.nio.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Octets through a connected channel, and its ends. */
@SuppressWarnings("try") // what close() does is what many of these are about
class StreamContractTest extends Contract {
    @Test
    void addressesMatch() throws IOException {
        try (Pair pair = pair()) {
            assertThat(pair.client().getLocalAddress()).isEqualTo(pair.server().getRemoteAddress());
            assertThat(pair.client().getRemoteAddress()).isEqualTo(pair.server().getLocalAddress());
            assertThat(pair.client().isConnected()).isTrue();
            assertThat(pair.client().socket().getPort())
                    .isEqualTo(pair.server().socket().getLocalPort());
        }
    }

    @Test
    void gatheringWriteAndScatteringRead() throws IOException {
        try (Pair pair = pair()) {
            assertThat(pair.client().write(new ByteBuffer[] {bytes("ab"), bytes(""), bytes("cde")}))
                    .isEqualTo(5);
            ByteBuffer first = ByteBuffer.allocate(3);
            ByteBuffer second = ByteBuffer.allocateDirect(10);
            assertThat(pair.server().read(new ByteBuffer[] {first, second})).isEqualTo(5);
            assertThat(second.position()).isEqualTo(2);
        }
    }

    @Test
    void partsOfArraysAndSlicesAreRespected() throws IOException {
        try (Pair pair = pair()) {
            ByteBuffer[] sources = {bytes("no"), bytes("ab"), bytes("cd"), bytes("no")};
            assertThat(pair.client().write(sources, 1, 2)).isEqualTo(4);
            assertThat(sources[0].position()).isZero();
            byte[] array = new byte[10];
            ByteBuffer slice = ByteBuffer.wrap(array, 3, 4).slice();
            assertThat(pair.server().read(slice)).isEqualTo(4);
            assertThat(array).containsExactly(0, 0, 0, 'a', 'b', 'c', 'd', 0, 0, 0);
            ByteBuffer readOnly = bytes("xyz").asReadOnlyBuffer();
            assertThat(pair.client().write(readOnly)).isEqualTo(3);
            assertThat(read(pair.server(), 3)).isEqualTo("xyz");
            assertThatThrownBy(() -> pair.server().read(readOnly)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> pair.server().read(sources, 3, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> pair.server().read((ByteBuffer) null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> pair.server().write((ByteBuffer) null)).isInstanceOf(NullPointerException.class);
        }
    }

    @Test
    void emptyBuffersMoveNothing() throws IOException {
        try (Pair pair = pair()) {
            assertThat(pair.client().write(ByteBuffer.allocate(0))).isZero();
            assertThat(pair.client().write(new ByteBuffer[0])).isZero();
            assertThat(pair.server().read(ByteBuffer.allocate(0))).isZero();
            pair.server().configureBlocking(false);
            assertThat(pair.server().read(ByteBuffer.allocate(0))).isZero();
        }
    }

    @Test
    void aHalfClosedConnectionStillCarriesTheOtherDirection() throws IOException {
        try (Pair pair = pair()) {
            pair.client().write(bytes("question"));
            pair.client().shutdownOutput();
            pair.client().shutdownOutput(); // has no effect
            assertThat(read(pair.server(), 100)).isEqualTo("question");
            assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            pair.server().write(bytes("answer"));
            pair.server().close();
            assertThat(read(pair.client(), 100)).isEqualTo("answer");
            assertThatThrownBy(() -> pair.client().write(bytes("x"))).isInstanceOf(ClosedChannelException.class);
            assertThat(pair.client().isOpen()).isTrue();
        }
    }

    @Test
    void whatIsShutForInputIsAtItsEnd() throws IOException {
        try (Pair pair = pair()) {
            pair.client().shutdownInput();
            pair.client().shutdownInput();
            assertThat(pair.client().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(pair.client().read(new ByteBuffer[] {ByteBuffer.allocate(1)}))
                    .isEqualTo(-1);
            pair.client().write(bytes("still"));
            assertThat(read(pair.server(), 5)).isEqualTo("still");
        }
    }

    @Test
    void shutdownInputEndsAReadThatBlocks() throws Exception {
        try (Pair pair = pair()) {
            java.util.concurrent.CompletableFuture<Integer> read = new java.util.concurrent.CompletableFuture<>();
            Thread reader = Thread.ofPlatform()
                    .daemon()
                    .start(() -> quietly(() -> read.complete(pair.client().read(ByteBuffer.allocate(1)))));
            awaitBlocked(reader);
            pair.client().shutdownInput();
            assertThat(read.get()).isEqualTo(-1);
        }
    }

    @Test
    void megabytesArriveAsTheyWereSent() throws Exception {
        byte[] sent = new byte[3_000_000];
        new Random(1).nextBytes(sent);
        try (Pair pair = pair()) {
            Future<Integer> writer = elsewhere(() -> pair.client().write(ByteBuffer.wrap(sent)));
            ByteBuffer received = ByteBuffer.allocate(sent.length);
            while (received.hasRemaining()) {
                assertThat(pair.server().read(received)).isPositive();
            }
            assertThat(received.array()).isEqualTo(sent);
            assertThat(writer.get()).isEqualTo(sent.length);
        }
    }

    @Test
    void aWriteThatDoesNotBlockTakesWhatThereIsRoomFor() throws IOException {
        try (Pair pair = pair()) {
            pair.client().configureBlocking(false);
            ByteBuffer much = ByteBuffer.allocate(20_000_000);
            int written = pair.client().write(much);
            assertThat(written).isBetween(1, 19_999_999);
            assertThat(much.position()).isEqualTo(written);
            while (pair.client().write(much) > 0) {}
            assertThat(much.hasRemaining()).isTrue();
            long total = much.position();
            pair.client().shutdownOutput();
            ByteBuffer target = ByteBuffer.allocateDirect(1 << 20);
            for (int read = 0; read >= 0; read = pair.server().read(target.clear())) {
                total -= read;
            }
            assertThat(total).isZero();
        }
    }

    @Test
    void aLingerOfZeroResetsThePeerForGood() throws IOException {
        try (Pair pair = pair()) {
            pair.client().setOption(StandardSocketOptions.SO_LINGER, 0);
            pair.client().close();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> pair.server().read(ByteBuffer.allocate(1)))
                        .isExactlyInstanceOf(SocketException.class)
                        .hasMessage("Connection reset");
            }
            assertThatThrownBy(() -> pair.server().write(bytes("x")))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("Broken pipe");
            assertThat(pair.server().isConnected()).isTrue();
        }
    }

    @Test
    void whoClosesWithoutReadingResetsToo() throws IOException {
        try (Pair pair = pair()) {
            pair.client().write(bytes("unread"));
            assertThat(read(pair.server(), 1)).isEqualTo("u");
            pair.server().close();
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1)))
                    .isExactlyInstanceOf(SocketException.class)
                    .hasMessage("Connection reset");
        }
    }

    @Test
    void aWriteToAPeerThatClosedIsTheLastThatSucceeds() throws IOException {
        try (Pair pair = pair()) {
            pair.server().close();
            assertThat(pair.client().write(bytes("x"))).isEqualTo(1); // answered by RST
            assertThatThrownBy(() -> pair.client().write(bytes("y")))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("Broken pipe");
        }
    }

    @Test
    void aLingerWithATimeWaitsForTheAcknowledgment() throws Exception {
        try (Pair pair = pair()) {
            pair.client().setOption(StandardSocketOptions.SO_LINGER, 20);
            pair.client().write(bytes("all of it"));
            pair.client().close(); // returns since the peer's host has acknowledged
            assertThat(pair.client().isOpen()).isFalse();
            assertThat(read(pair.server(), 100)).isEqualTo("all of it");
        }
    }

    @Test
    void aLingerWithATimeGivesUpAfterIt() throws Exception {
        try (Pair pair = pair()) {
            pair.client().configureBlocking(false);
            ByteBuffer much = ByteBuffer.allocate(20_000_000);
            while (pair.client().write(much) > 0) {}
            pair.client().configureBlocking(true);
            pair.client().setOption(StandardSocketOptions.SO_LINGER, 1);
            long start = System.nanoTime();
            pair.client().close(); // the peer reads nothing
            assertThat(System.nanoTime() - start).isGreaterThan(900_000_000L);
        }
    }

    @Test
    void filesAreTransferredBothWays(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("sent");
        byte[] content = new byte[200_000];
        new Random(2).nextBytes(content);
        Files.write(file, content);
        try (Pair pair = pair();
                FileChannel from = FileChannel.open(file);
                FileChannel to =
                        FileChannel.open(dir.resolve("got"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Future<Long> sent = elsewhere(() -> {
                long done = 0;
                while (done < content.length) {
                    done += from.transferTo(done, content.length - done, pair.client());
                }
                pair.client().shutdownOutput();
                return done;
            });
            long got = 0;
            for (long more = 1; more > 0; got += more) {
                more = to.transferFrom(pair.server(), got, 1_000_000);
            }
            assertThat(got).isEqualTo(content.length);
            assertThat(sent.get()).isEqualTo(content.length);
            assertThatThrownBy(() -> from.transferFrom(pair.server(), 0, 1))
                    .isInstanceOf(NonWritableChannelException.class);
        } catch (InterruptedException | java.util.concurrent.ExecutionException failed) {
            throw new AssertionError(failed);
        }
        assertThat(Files.readAllBytes(dir.resolve("got"))).isEqualTo(content);
    }

    @Test
    void channelsAreStreams() throws IOException {
        try (Pair pair = pair()) {
            Channels.newOutputStream(pair.client()).write("one".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            pair.client().shutdownOutput();
            assertThat(Channels.newInputStream(pair.server()).readAllBytes()).hasSize(3);
        }
    }

    @Test
    void theUrgentOctetIsNotInTheStreamUnlessAsked() throws IOException {
        for (boolean inline : new boolean[] {false, true}) {
            try (Pair pair = pair()) {
                pair.server().socket().setOOBInline(inline);
                assertThat(pair.server().socket().getOOBInline()).isEqualTo(inline);
                pair.client().write(bytes("a"));
                pair.client().socket().sendUrgentData('!');
                pair.client().write(bytes("b"));
                pair.client().shutdownOutput();
                assertThat(read(pair.server(), 10)).isEqualTo(inline ? "a!b" : "ab");
            }
        }
    }

    @Test
    void whatIsNotConnectedCannotTransfer() throws IOException {
        try (SocketChannel client = socket()) {
            assertThatThrownBy(() -> client.read(ByteBuffer.allocate(1))).isInstanceOf(NotYetConnectedException.class);
            assertThatThrownBy(() -> client.write(bytes("x"))).isInstanceOf(NotYetConnectedException.class);
            assertThatThrownBy(client::shutdownOutput).isInstanceOf(NotYetConnectedException.class);
            assertThatThrownBy(client::shutdownInput).isInstanceOf(NotYetConnectedException.class);
            client.close();
            client.close();
            assertThatThrownBy(() -> client.read(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> client.write(bytes("x"))).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(client::shutdownInput).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(client::getLocalAddress).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(client::getRemoteAddress).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> client.configureBlocking(false)).isInstanceOf(ClosedChannelException.class);
        }
    }
}
