package io.halfopen.app.live;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * A client that means well beside a flood: it connects, asks, reads the answer, closes, and comes again ten milliseconds
 * later. At its end it tells how many of its tries were answered, how long those took, and how long without the time in which it was ready to
 * run and no processor was free for it.
 */
final class HonestClient {
    private static final byte[] REQUEST = "GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII);
    private static final int PATIENCE = 10_000;
    private static final long PAUSE = 10;
    private static final Path SCHEDULED = Path.of("/proc/thread-self/schedstat");

    private HonestClient() {}

    /** What came of it, as it is printed; times in ms. */
    record Report(int tried, int answered, double median, double percentile99, double longest, double ownPercentile99) {
        static Report parse(String line) {
            String[] words = line.strip().split(" ", -1);
            return new Report(
                    Integer.parseInt(words[0]),
                    Integer.parseInt(words[1]),
                    Double.parseDouble(words[2]),
                    Double.parseDouble(words[3]),
                    Double.parseDouble(words[4]),
                    Double.parseDouble(words[5]));
        }

        static Report of(int tried, double[] millis, double[] own) {
            if (millis.length == 0) {
                return new Report(tried, 0, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
            }
            Arrays.sort(millis);
            Arrays.sort(own);
            int last = millis.length - 1;
            int most = last * 99 / 100;
            return new Report(tried, millis.length, millis[last / 2], millis[most], millis[last], own[most]);
        }

        String line() {
            return String.format(
                    Locale.ROOT, "%d %d %f %f %f %f", tried, answered, median, percentile99, longest, ownPercentile99);
        }
    }

    /** Arguments: address, port, seconds. */
    public static void main(String[] args) throws Exception {
        InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        long end = System.nanoTime() + Long.parseLong(args[2]) * 1_000_000_000L;
        double[] millis = new double[1 << 16];
        double[] own = new double[millis.length];
        int tried = 0;
        int answered = 0;
        while (System.nanoTime() < end) {
            long waited = waited();
            long began = System.nanoTime();
            tried++;
            if (isAnswered(server)) {
                millis[answered] = (System.nanoTime() - began) / 1e6;
                own[answered] = millis[answered] - (waited() - waited) / 1e6;
                answered++;
            }
            Thread.sleep(PAUSE);
        }
        System.out.println(Report.of(tried, Arrays.copyOf(millis, answered), Arrays.copyOf(own, answered))
                .line());
    }

    /** How long this thread was ready to run in all, and did not, ns. */
    private static long waited() throws IOException {
        return Long.parseLong(Files.readString(SCHEDULED).strip().split(" ", -1)[1]);
    }

    private static boolean isAnswered(InetSocketAddress server) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(PATIENCE);
            socket.connect(server, PATIENCE);
            socket.getOutputStream().write(REQUEST);
            return socket.getInputStream().readAllBytes().length > 0;
        } catch (IOException refused) {
            return false;
        }
    }
}
