package io.halfopen.app.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Says how a server is, in JSON, to whoever connects: one answer, and that is the end. */
final class LiveSocket implements AutoCloseable {
    private final ServerSocketChannel server;
    private final Path path;
    private final Supplier<String> answer;

    private LiveSocket(ServerSocketChannel server, Path path, Supplier<String> answer) {
        this.server = server;
        this.path = path;
        this.answer = answer;
    }

    static LiveSocket open(LiveFolder folder, Supplier<String> answer) throws IOException {
        Path path = folder.socketOf(ProcessHandle.current().pid());
        Files.deleteIfExists(path);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
        } catch (IOException | RuntimeException failed) {
            server.close();
            throw failed;
        }
        LiveSocket socket = new LiveSocket(server, path, answer);
        Thread.ofPlatform().name("halfopen-live").daemon().start(socket::run);
        return socket;
    }

    private void run() {
        try {
            while (true) {
                SocketChannel asking = server.accept();
                Thread.ofVirtual().start(() -> answer(asking));
            }
        } catch (IOException closed) {
            // Nobody can ask any longer.
        }
    }

    private void answer(SocketChannel asking) {
        try (asking) {
            LiveFolder.write(asking, answer.get().getBytes(UTF_8));
        } catch (IOException gone) {
            // Who asked does not want to know any more.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
    }
}
