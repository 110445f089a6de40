package io.halfopen.app.live;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Very many connections of this machine's kernel to one server, from many addresses. Each asks once; then all are idle, until as many as
 * standard input says are asked again, one after the other, in any order.
 */
final class IdleClients {
    /** Ports of an address, from the first that is used. */
    static final int PORTS = 60_000;

    /** Descriptors of a thread: fewer than any usual limit. */
    private static final int SLICE = 15_000;

    private static final int FIRST_PORT = 2000;
    private static final int AT_A_TIME = 4;
    private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: halfopen\r\n\r\n".getBytes(US_ASCII);
    private static final byte[] END = "Hello World!\n".getBytes(US_ASCII);

    private final int count;
    private final int server;
    private final int port;
    private final int firstSource;
    private final List<Slice> slices = new ArrayList<>();
    private final Semaphore turns = new Semaphore(AT_A_TIME);
    private final AtomicInteger opened = new AtomicInteger();
    private final long started = System.nanoTime();

    /** Some of the connections, with the thread whose they are. */
    private final class Slice {
        private final int first;
        private final int[] fds;
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private @Nullable NativeSockets sockets;

        Slice(int first, int size) {
            this.first = first;
            fds = new int[size];
        }

        Void open() throws Exception {
            turns.acquire();
            try {
                NativeSockets own = new NativeSockets();
                sockets = own;
                for (int i = 0; i < fds.length; i++) {
                    int number = first + i;
                    fds[i] = own.connect(firstSource + number / PORTS, FIRST_PORT + number % PORTS, server, port);
                    own.ask(fds[i], REQUEST, END);
                    tellProgress(opened.incrementAndGet());
                }
                return null;
            } finally {
                turns.release();
            }
        }

        long ask(int number) throws Exception {
            NativeSockets own = requireNonNull(sockets);
            long before = System.nanoTime();
            own.ask(fds[number - first], REQUEST, END);
            return System.nanoTime() - before;
        }
    }

    private IdleClients(int count, int server, int port, int firstSource) {
        this.count = count;
        this.server = server;
        this.port = port;
        this.firstSource = firstSource;
        for (int first = 0; first < count; first += SLICE) {
            slices.add(new Slice(first, Math.min(SLICE, count - first)));
        }
    }

    /** Arguments: how many, the server's address and port, the first address to come from. */
    public static void main(String[] args) throws Exception {
        IdleClients clients = new IdleClients(
                Integer.parseInt(args[0]), address(args[1]), Integer.parseInt(args[2]), address(args[3]));
        try {
            clients.openAll();
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, US_ASCII));
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                clients.ask(Integer.parseInt(line));
            }
        } finally {
            // As it ends the kernel closes all sockets.
            Runtime.getRuntime().halt(0);
        }
    }

    static int address(String text) {
        int address = 0;
        for (String part : text.split("\\.", -1)) {
            address = address << 8 | Integer.parseInt(part);
        }
        return address;
    }

    private void openAll() throws Exception {
        List<Future<Void>> all = new ArrayList<>();
        for (Slice slice : slices) {
            all.add(slice.thread.submit(slice::open));
        }
        try {
            for (Future<Void> each : all) {
                each.get();
            }
        } catch (ExecutionException failed) {
            System.out.println("failed after " + opened + ": " + failed.getCause());
            throw failed;
        }
        System.out.printf(Locale.ROOT, "opened %d in %.1f s%n", opened.get(), (System.nanoTime() - started) / 1e9);
    }

    private void tellProgress(int so) {
        if (so % 50_000 == 0 && so < count) {
            System.out.printf(Locale.ROOT, "%d after %.1f s%n", so, (System.nanoTime() - started) / 1e9);
        }
    }

    /** Each at most once, so that everybody who is asked has been idle. */
    private void ask(int howMany) throws Exception {
        int[] chosen = new Random(1).ints(0, count).distinct().limit(howMany).toArray();
        double[] micros = new double[howMany];
        for (int i = 0; i < howMany; i++) {
            int number = chosen[i];
            Slice slice = slices.get(number / SLICE);
            micros[i] = slice.thread.submit(() -> slice.ask(number)).get() / 1e3;
        }
        Arrays.sort(micros);
        System.out.printf(
                Locale.ROOT,
                "answered %d, us: %.0f %.0f %.0f%n",
                howMany,
                micros[howMany / 2],
                micros[(int) (howMany * 0.99)],
                micros[howMany - 1]);
    }
}
