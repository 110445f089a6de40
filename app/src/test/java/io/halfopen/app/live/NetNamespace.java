package io.halfopen.app.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A network namespace of a test's own. It lives as long as the process that holds it, which is cat(1) reading from
 * this one: when the tests end in whatever way, so does cat, and the namespace with it.
 */
final class NetNamespace implements AutoCloseable {
    private final Process holder;
    private final List<RealProcess> started = new CopyOnWriteArrayList<>();

    private NetNamespace(Process holder) {
        this.holder = holder;
    }

    /** With lo up. Skips the test, and says why, where there can be none or one of these programs is missing. */
    static NetNamespace create(String... programs) throws Exception {
        for (String program : programs) {
            skipUnless(isInstalled(program), program + " is not installed");
        }
        skipUnless(isInstalled("unshare") && isInstalled("ip"), "unshare or ip is not installed");
        skipUnless(Files.exists(Path.of("/dev/net/tun")), "no /dev/net/tun");
        Process holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo ready; exec cat")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader reader = holder.inputReader();
        skipUnless("ready".equals(reader.readLine()), "no permission to make a network namespace (run as root)");
        NetNamespace namespace = new NetNamespace(holder);
        // A client whose server is gone may go on for ever, and keep the namespace.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(namespace::endAll));
        namespace.run("ip", "link", "set", "lo", "up");
        return namespace;
    }

    static void skipUnless(boolean possible, String reason) {
        if (!possible) {
            System.out.println("skipped: " + reason);
            Assumptions.abort("skipped: " + reason);
        }
    }

    static boolean isInstalled(String program) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Stream.of(path.split(":")), Stream.of("/usr/sbin", "/sbin"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** For {@code ip link set ... netns}. */
    String pid() {
        return String.valueOf(holder.pid());
    }

    /** Starts a program inside. The process is the program itself. */
    RealProcess start(String... command) throws IOException {
        List<String> inside = new ArrayList<>(List.of("nsenter", "--net=/proc/" + pid() + "/ns/net"));
        inside.addAll(List.of(command));
        RealProcess process = RealProcess.start(inside);
        started.add(process);
        return process;
    }

    /** Runs a program inside to its end, which has to be a success; returns its standard output. */
    String run(String... command) throws Exception {
        RealProcess process = start(command);
        process.closeInput();
        if (process.exitCode() != 0) {
            throw new IllegalStateException(String.join(" ", command) + " exited with " + process.exitCode() + ": "
                    + process.out() + process.err());
        }
        return process.out();
    }

    /** Waits until a program inside listens on this port. */
    void awaitListener(RealProcess process, int port) throws Exception {
        while (run("ss", "-Hltn", "sport = :" + port).isEmpty()) {
            if (!process.isAlive()) {
                throw new IllegalStateException("it has ended instead of listening: " + process.err());
            }
            Thread.sleep(20);
        }
    }

    /** Waits until nothing is left of the kernel's connections but TIME_WAIT: what clients have closed the stack has closed, too. */
    void awaitAllClosed() throws Exception {
        while (!run("ss", "-Htn", "state", "connected", "exclude", "time-wait").isEmpty()) {
            Thread.sleep(20);
        }
    }

    /** The commands of all processes inside, but the one that holds it. */
    List<String> processes() throws IOException {
        Path mine = namespaceOf(holder.pid());
        List<String> found = new ArrayList<>();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            if (process.pid() != holder.pid() && mine.equals(namespaceOf(process.pid()))) {
                found.add(process.info().commandLine().orElse(String.valueOf(process.pid())));
            }
        }
        return found;
    }

    private static Path namespaceOf(long pid) throws IOException {
        try {
            return Files.readSymbolicLink(Path.of("/proc", String.valueOf(pid), "ns", "net"));
        } catch (IOException gone) {
            return Path.of("");
        }
    }

    private void endAll() {
        started.forEach(RealProcess::close);
    }

    @Override
    public void close() throws IOException {
        endAll();
        holder.getOutputStream().close();
        holder.onExit().join();
    }
}
