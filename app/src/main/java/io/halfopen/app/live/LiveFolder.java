package io.halfopen.app.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where servers on the stack can be asked how they are: a folder of this user's with a socket for each. A socket in the
 * file system is reached from every network namespace, which a port of the loopback is not.
 */
public final class LiveFolder {
    private static final Set<PosixFilePermission> OURS_ALONE = PosixFilePermissions.fromString("rwx------");
    private static final String ENDING = ".sock";
    private static final long PATIENCE_MILLIS = 1000;

    private final Path path;

    public LiveFolder(Path path) {
        this.path = path;
    }

    /** {@code given}, or what is this user's also inside of {@code unshare -r}, which only changes who one seems to be. */
    public static LiveFolder of(@Nullable Path given) {
        if (given != null) {
            return new LiveFolder(given);
        }
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && !runtime.isEmpty()) {
            return new LiveFolder(Path.of(runtime, "halfopen"));
        }
        String user = Objects.requireNonNullElse(System.getenv("USER"), System.getProperty("user.name", ""));
        return new LiveFolder(Path.of(System.getProperty("java.io.tmpdir"), "halfopen-" + user));
    }

    /** The place for a server's socket; the folder is made, for this user alone. */
    Path socketOf(long pid) throws IOException {
        if (!Files.isDirectory(path)) {
            Files.createDirectories(path, PosixFilePermissions.asFileAttribute(OURS_ALONE));
        }
        Object owner = Files.getAttribute(path, "unix:uid");
        Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (!owner.equals(self)) {
            throw new IOException(path + " is another user's");
        }
        forgetTheDead();
        return path.resolve("serve-" + pid + ENDING);
    }

    /** Of a server that was killed its socket is left, where nobody answers. */
    private void forgetTheDead() throws IOException {
        for (Path socket : sockets()) {
            String pid = String.valueOf(socket.getFileName()).replaceAll("\\D", "");
            boolean runs =
                    pid.isEmpty() || ProcessHandle.of(Long.parseLong(pid)).isPresent();
            if (!runs && ask(socket).isEmpty()) {
                Files.deleteIfExists(socket);
            }
        }
    }

    /** What each server that runs has to say, oldest file name first; what was left by one that was killed says nothing. */
    public List<String> ask() {
        List<String> answers = new ArrayList<>();
        for (Path socket : sockets()) {
            String answer = ask(socket);
            if (!answer.isEmpty()) {
                answers.add(answer);
            }
        }
        return answers;
    }

    private List<Path> sockets() {
        List<Path> sockets = new ArrayList<>();
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(path, "serve-*" + ENDING)) {
            inside.forEach(sockets::add);
        } catch (IOException none) {
            return List.of();
        }
        Collections.sort(sockets);
        return sockets;
    }

    private static String ask(Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            Thread patience = Thread.ofVirtual().start(() -> closeLater(channel));
            channel.connect(UnixDomainSocketAddress.of(socket));
            String answer = new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
            patience.interrupt();
            return answer;
        } catch (IOException gone) {
            return "";
        }
    }

    /** One that was stopped, by Ctrl-Z for one, takes the question and does not answer: nobody else should wait for it. */
    private static void closeLater(SocketChannel channel) {
        try {
            Thread.sleep(PATIENCE_MILLIS);
            channel.close();
        } catch (InterruptedException | IOException answered) {
            // Nothing is left to do.
        }
    }

    /** All of it, or an exception. */
    static void write(SocketChannel channel, byte[] bytes) throws IOException {
        for (ByteBuffer rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
            channel.write(rest);
        }
    }
}
