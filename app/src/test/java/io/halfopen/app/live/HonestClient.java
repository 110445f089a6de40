package io.halfopen.app.live;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Locale;

/**
 * A client that means well beside a flood: it connects, asks, reads the answer, closes, and comes again ten milliseconds
 * later. At its end it tells how many of its tries were answered, and how long those took.
 */
final class HonestClient {
    private static final byte[] REQUEST = "GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII);
    private static final int PATIENCE = 10_000;
    private static final long PAUSE = 10;

    private HonestClient() {}

    /** What came of it, as it is printed. */
    record Report(int tried, int answered, double median, double percentile99, double longest) {
        static Report parse(String line) {
            String[] words = line.strip().split(" ", -1);
            return new Report(
                    Integer.parseInt(words[0]),
                    Integer.parseInt(words[1]),
                    Double.parseDouble(words[2]),
                    Double.parseDouble(words[3]),
                    Double.parseDouble(words[4]));
        }

        static Report of(int tried, double[] millis) {
            if (millis.length == 0) {
                return new Report(tried, 0, Double.NaN, Double.NaN, Double.NaN);
            }
            Arrays.sort(millis);
            int last = millis.length - 1;
            return new Report(tried, millis.length, millis[last / 2], millis[last * 99 / 100], millis[last]);
        }

        String line() {
            return String.format(Locale.ROOT, "%d %d %f %f %f", tried, answered, median, percentile99, longest);
        }
    }

    /** Arguments: address, port, seconds. */
    public static void main(String[] args) throws Exception {
        InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        long end = System.nanoTime() + Long.parseLong(args[2]) * 1_000_000_000L;
        double[] millis = new double[1 << 16];
        int tried = 0;
        int answered = 0;
        while (System.nanoTime() < end) {
            long began = System.nanoTime();
            tried++;
            if (isAnswered(server)) {
                millis[answered++] = (System.nanoTime() - began) / 1e6;
            }
            Thread.sleep(PAUSE);
        }
        System.out.println(Report.of(tried, Arrays.copyOf(millis, answered)).line());
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
