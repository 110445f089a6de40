package io.halfopen.app.live;

import io.halfopen.app.Style;
import io.halfopen.app.Subcommand;
import io.halfopen.lab.Times;
import io.halfopen.linux.Errno;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halfopen connect}: what nc(1) does, on this stack. */
@Command(
        name = "connect",
        description = {
            "Connect from the stack, through a TUN interface, to a listener of this host, or of others with --interface.",
            "",
            "What comes on standard input is sent, what is received goes to standard output, and what happens to the "
                    + "connection is told on standard error. It ends when both directions have, as the exit code says: "
                    + "0, or 1 for an error.",
            "",
            "Needs Linux, and root, a TUN interface that is yours or, with --interface, CAP_NET_RAW. Best tried in a network namespace: unshare -n, or "
                    + "ip netns.",
            ""
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class ConnectCommand extends Subcommand {
    @Parameters(
            index = "0",
            paramLabel = "HOST",
            description = "Its address, or its name, which this machine resolves, not the stack.")
    private String host = "";

    @Parameters(index = "1", paramLabel = "PORT", description = "Its port.")
    private int port;

    @Option(names = "--info", description = "When it ends also what ss -ti prints of the connection.")
    private boolean info;

    @Mixin
    private WireOptions wireOptions = new WireOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (port < 1 || port > 65535) {
            throw bad("PORT is 1 to 65535, not " + port);
        }
        IpAddress remote = resolve();
        wireOptions.check(remote);
        noteIgnored(wireOptions.sysctls(), List.of(wireOptions.kernel));
        PrintWriter err = err();
        Style style = style();
        try (Wire wire = Wire.open(wireOptions, new LiveTimeline(err, style))) {
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(wire::close));
            Client client = new Client(wire, remote, err, System.out);
            wire.start();
            wire.execute(client::connect);
            wire.join();
            return client.result == 0 ? 0 : 1;
        }
    }

    /** A name's address is told. */
    private IpAddress resolve() {
        Cidr ours = wireOptions.address;
        try {
            IpAddress remote =
                    HostNames.resolve(host, ours == null || ours.address().isIpv4());
            if (!host.equals(remote.toString())) {
                err().println(host + " is " + remote);
            }
            return remote;
        } catch (IllegalArgumentException unresolved) {
            throw bad("HOST: " + unresolved.getMessage());
        }
    }

    /** The one connection; everything here is called by the loop, but for the thread that reads standard input. */
    private final class Client {
        private static final int CHUNK = 1 << 14;

        private final Wire wire;
        private final IpAddress remote;
        private final LoopCalls calls;
        private final PrintWriter err;
        private final OutputStream out;
        private final byte[] buffer = new byte[CHUNK];
        private final Semaphore taken = new Semaphore(0);
        private final boolean isTerminal;
        private int fd = -1;
        private long calledAt;
        private boolean connected;
        private byte @Nullable [] unsent;
        private int sent;
        private boolean inputEnded;
        private boolean outputEnded;
        private int result;

        Client(Wire wire, IpAddress remote, PrintWriter err, OutputStream out) {
            this.wire = wire;
            this.remote = remote;
            this.calls = wire.calls();
            this.err = err;
            this.out = out;
            isTerminal = isTerminal();
        }

        @SuppressWarnings("SystemConsoleNull") // Error Prone thinks of 22 to 24: on 25 there is null again
        private static boolean isTerminal() {
            Console console = System.console();
            return console != null && console.isTerminal();
        }

        void connect() {
            calledAt = calls.now();
            fd = calls.socket(remote.isIpv4() ? Stack.AF_INET : Stack.AF_INET6);
            calls.watch(fd, events -> onReady());
            int called = calls.connect(fd, remote, port);
            if (called != -Errno.EINPROGRESS) {
                end("connect()", called);
            }
        }

        private void onReady() {
            if (!connected) {
                int called = calls.connect(fd, remote, port);
                if (called == -Errno.EALREADY) {
                    return;
                }
                say("connect()", called);
                if (called < 0) {
                    end(null, called);
                    return;
                }
                connected = true;
                Thread.ofPlatform().name("halfopen-stdin").daemon().start(this::readInput);
            }
            writeOn();
            readAll();
        }

        private void say(String what, int outcome) {
            err.println(what + " = " + Errno.name(outcome) + " after " + Times.seconds(calls.now() - calledAt));
            err.flush();
        }

        private void end(@Nullable String what, int outcome) {
            if (what != null) {
                say(what, outcome);
            }
            result = outcome;
            if (info && connected) {
                err.println("info: " + calls.info(fd));
                err.flush();
            }
            int closing = fd;
            fd = -1;
            calls.close(closing);
            // The FIN leaves when this task returns; the loop ends with the next.
            wire.execute(wire::close);
        }

        private void readAll() {
            while (fd >= 0) {
                int count = calls.read(fd, buffer, 0, buffer.length);
                if (count == -Errno.EAGAIN) {
                    return;
                }
                if (count < 0) {
                    end("end", count);
                    return;
                }
                if (count == 0) {
                    outputEnded = true;
                    endIfOver();
                    return;
                }
                write(count);
            }
        }

        /** Once the other side has ended, and has all of standard input. Nobody at a terminal is waited for. */
        private void endIfOver() {
            boolean delivered = calls.row(fd).state() == TcpState.CLOSE;
            if (outputEnded && (inputEnded ? delivered : isTerminal)) {
                end("end", 0);
            }
        }

        private void write(int count) {
            try {
                out.write(buffer, 0, count);
                out.flush();
            } catch (IOException nobodyReads) {
                end("standard output", -Errno.EPIPE);
            }
        }

        /** A chunk at a time: the next is read when the stack has taken the last. */
        private void readInput() {
            try (InputStream in = System.in) {
                byte[] chunk = in.readNBytes(1);
                while (chunk.length > 0) {
                    int more = Math.min(in.available(), CHUNK);
                    byte[] whole = Arrays.copyOf(chunk, 1 + more);
                    int count = 1 + Math.max(0, in.readNBytes(whole, 1, more));
                    byte[] piece = Arrays.copyOf(whole, count);
                    wire.execute(() -> send(piece));
                    taken.acquire();
                    chunk = in.readNBytes(1);
                }
                wire.execute(this::endInput);
            } catch (IOException | RejectedExecutionException over) {
                // The loop has ended, or standard input has: there is nothing left to send.
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }

        private void endInput() {
            if (fd >= 0) {
                inputEnded = true;
                calls.shutdown(fd, Stack.SHUT_WR);
            }
        }

        private void send(byte[] chunk) {
            unsent = chunk;
            sent = 0;
            writeOn();
        }

        private void writeOn() {
            byte[] chunk = unsent;
            if (chunk == null || fd < 0) {
                return;
            }
            int count = calls.write(fd, chunk, sent, chunk.length - sent);
            if (count > 0) {
                sent += count;
            } else if (count != -Errno.EAGAIN) {
                end("write()", count);
                return;
            }
            if (sent == chunk.length) {
                unsent = null;
                taken.release();
            }
        }
    }
}
