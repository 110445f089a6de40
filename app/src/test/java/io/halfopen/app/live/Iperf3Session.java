package io.halfopen.app.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.halfopen.lab.server.Calls;
import io.halfopen.linux.Errno;
import io.halfopen.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One test of iperf3's protocol, the server's side: states of one octet go both ways on the control connection, and
 * with some of them a JSON text behind its length in four octets.
 */
final class Iperf3Session implements Calls.ReadyListener {
    private static final byte TEST_START = 1;
    private static final byte TEST_RUNNING = 2;
    private static final byte TEST_END = 4;
    private static final byte PARAM_EXCHANGE = 9;
    private static final byte CREATE_STREAMS = 10;
    private static final byte EXCHANGE_RESULTS = 13;
    private static final byte DISPLAY_RESULTS = 14;
    private static final byte IPERF_DONE = 16;
    private static final int LENGTH = 4;
    private static final int LONGEST_JSON = 1 << 20;

    private final Calls calls;
    private final int control;
    private final byte[] buffer;
    private final Runnable whenDone;
    private final List<Stream> streams = new ArrayList<>();
    private final long start;
    private byte[] received = new byte[0];
    private byte state = PARAM_EXCHANGE;
    private int expected;
    private boolean reverse;

    Iperf3Session(Calls calls, int control, byte[] buffer, Runnable whenDone) {
        this.calls = calls;
        this.control = control;
        this.buffer = buffer;
        this.whenDone = whenDone;
        this.start = calls.now();
        calls.watch(control, this);
        say(PARAM_EXCHANGE);
    }

    void addStream(int fd) {
        Stream stream = new Stream(fd);
        streams.add(stream);
        calls.watch(fd, stream);
        if (streams.size() == expected) {
            say(TEST_START);
            say(TEST_RUNNING);
            streams.forEach(each -> each.onReady(0));
        }
    }

    @Override
    public void onReady(int events) {
        int count = calls.read(control, buffer, 0, buffer.length);
        while (count > 0) {
            received = Arrays.copyOf(received, received.length + count);
            System.arraycopy(buffer, 0, received, received.length - count, count);
            count = calls.read(control, buffer, 0, buffer.length);
        }
        boolean more = true;
        while (more) {
            more = state == PARAM_EXCHANGE || state == EXCHANGE_RESULTS ? takeJson() : takeState();
        }
        if (count != -Errno.EAGAIN) {
            end();
        }
    }

    private boolean takeJson() {
        int length = received.length < LENGTH ? LONGEST_JSON : Bytes.getInt(received, 0);
        if (length < 0 || received.length < LENGTH + length) {
            return false;
        }
        JsonNode json = JsonMapper.shared().readTree(new String(received, LENGTH, length, UTF_8));
        received = Arrays.copyOfRange(received, LENGTH + length, received.length);
        if (state == PARAM_EXCHANGE) {
            expected = json.path("parallel").asInt(1);
            reverse = json.path("reverse").asBoolean(false);
            say(CREATE_STREAMS);
        } else {
            writeJson(results());
            say(DISPLAY_RESULTS);
        }
        return true;
    }

    private boolean takeState() {
        if (received.length == 0) {
            return false;
        }
        byte told = received[0];
        received = Arrays.copyOfRange(received, 1, received.length);
        switch (told) {
            case TEST_END -> {
                // The client reads whole blocks until then, and would wait for the rest of one.
                streams.forEach(stream -> calls.close(stream.fd));
                say(EXCHANGE_RESULTS);
            }
            case IPERF_DONE -> end();
            default -> throw new IllegalStateException("iperf3 says " + told);
        }
        return true;
    }

    private void end() {
        if (state == TEST_RUNNING) {
            streams.forEach(stream -> calls.close(stream.fd));
        }
        calls.close(control);
        whenDone.run();
    }

    private void say(byte next) {
        state = next;
        write(new byte[] {next});
    }

    private void writeJson(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        byte[] framed = new byte[LENGTH + bytes.length];
        Bytes.putInt(framed, 0, bytes.length);
        System.arraycopy(bytes, 0, framed, LENGTH, bytes.length);
        write(framed);
    }

    /** Never as much as the send buffer. */
    private void write(byte[] bytes) {
        int count = calls.write(control, bytes, 0, bytes.length);
        if (count >= 0 && count < bytes.length) {
            throw new IllegalStateException("no room for " + bytes.length + " octets");
        }
    }

    private String results() {
        double seconds = (calls.now() - start) / 1e9;
        List<Map<String, Object>> each = new ArrayList<>();
        for (int i = 0; i < streams.size(); i++) {
            // iperf3 numbers its streams 1, 3, 4, 5.
            each.add(Map.of(
                    "id",
                    i == 0 ? 1 : i + 2,
                    "bytes",
                    streams.get(i).octets,
                    "retransmits",
                    -1,
                    "jitter",
                    0,
                    "errors",
                    0,
                    "packets",
                    0,
                    "start_time",
                    0,
                    "end_time",
                    seconds));
        }
        return JsonMapper.shared()
                .writeValueAsString(Map.of(
                        "cpu_util_total",
                        0,
                        "cpu_util_user",
                        0,
                        "cpu_util_system",
                        0,
                        "sender_has_retransmits",
                        0,
                        "streams",
                        each));
    }

    /** A data connection: read to its end, or written to until the test ends. */
    private final class Stream implements Calls.ReadyListener {
        private final int fd;
        private long octets;

        Stream(int fd) {
            this.fd = fd;
        }

        @Override
        public void onReady(int events) {
            int count = 1;
            while (count > 0 && !(reverse && state != TEST_RUNNING)) {
                count = reverse ? calls.write(fd, buffer, 0, buffer.length) : calls.read(fd, buffer, 0, buffer.length);
                octets += Math.max(0, count);
            }
        }
    }
}
