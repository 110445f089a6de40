package io.halfopen.lab;

import io.halfopen.lab.server.Calls;
import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/** A client as the articles' are: connect(), send, read until the server closes. */
final class LabClient implements Calls.ReadyListener {
    static final String PENDING = "PENDING";

    /** What connect() came to for a client that did not wait for it any longer. */
    static final String TIMEOUT = "TIMEOUT";

    /** What clients send, and where they read what they do not look at: of all of them. */
    private static final byte[] ZEROS = new byte[1 << 16];

    private static final byte[] BUFFER = new byte[2048];

    private final int id;
    private final Scenario scenario;
    private final Calls calls;
    private final Recorder recorder;
    private final Clients clients;

    private int fd = -1;
    private int port = -1;
    private int attempts;
    private long calledAt = Scenario.NEVER;
    private long attemptAt;
    private boolean connecting;
    private String connect = PENDING;
    private long connectAt = Scenario.NEVER;
    private long acceptedAt = Scenario.NEVER;
    private String outcome = PENDING;
    private long outcomeAt = Scenario.NEVER;
    private int synsSent;
    private int unsent;
    private @Nullable SocketRow lastRow;

    LabClient(int id, Scenario scenario, Calls calls, Recorder recorder, Clients clients) {
        this.id = id;
        this.scenario = scenario;
        this.calls = calls;
        this.recorder = recorder;
        this.clients = clients;
    }

    int id() {
        return id;
    }

    void connect(IpAddress server) {
        attemptAt = calls.now();
        calledAt = attempts == 0 ? attemptAt : calledAt;
        attempts++;
        connecting = true;
        port = -1;
        fd = calls.socket(server.isIpv4() ? Stack.AF_INET : Stack.AF_INET6);
        scenario.clientPlan().options().forEach((option, value) -> calls.setsockopt(fd, option, value));
        IpAddress source = clients.sourceOf(id);
        int bound = source == null ? 0 : calls.bind(fd, source, 0);
        calls.watch(fd, this);
        recorder.connecting(this);
        int result = bound < 0 ? bound : calls.connect(fd, server, scenario.port());
        if (result == -Errno.EINPROGRESS) {
            SocketRow row = row();
            port = row.localPort();
            recorder.name(row.localAddress(), port, this);
            waitForAnswer();
        }
        recorder.connecting(null);
        if (result != -Errno.EINPROGRESS) {
            connectReturned(result);
        }
    }

    private void waitForAnswer() {
        int attempt = attempts;
        if (scenario.clientPlan().connectTimeout() != Scenario.NEVER) {
            calls.after(scenario.clientPlan().connectTimeout(), () -> giveUp(attempt));
        }
    }

    /** The kernel would wait on; this program does not. */
    private void giveUp(int attempt) {
        if (connecting && attempt == attempts) {
            recorder.tell(calls.now(), id, "gives up connect() after " + Times.seconds(calls.now() - attemptAt));
            failed(TIMEOUT);
        }
    }

    /** Tries again if it may, else that was its connect(). */
    private void failed(String how) {
        connecting = false;
        if (attempts > scenario.clientPlan().retries()) {
            connect = how;
            connectAt = calls.now();
            end(how, "");
            return;
        }
        lastRow = row();
        int closing = fd;
        fd = -1;
        calls.close(closing);
        calls.after(scenario.clientPlan().retryAfter(), clients.again(this));
    }

    @Override
    public void onReady(int events) {
        if (connecting) {
            int result = calls.connect(fd, IpAddress.ANY_V4, scenario.port());
            if (result == -Errno.EALREADY) {
                return;
            }
            connectReturned(result);
        }
        if (fd >= 0 && connect.equals("OK")) {
            writeRest();
        }
        if (fd >= 0 && connect.equals("OK")) {
            readAll();
        }
    }

    private void connectReturned(int result) {
        String how = Errno.name(result);
        long took = calls.now() - attemptAt;
        String after = took <= scenario.atOnce() ? "at once" : "after " + Times.seconds(took);
        recorder.tell(calls.now(), id, "connect() = " + how + " " + after);
        if (result < 0) {
            failed(how);
            return;
        }
        connecting = false;
        connect = how;
        connectAt = calls.now();
        clients.connected(this);
        if (scenario.sendAfter() == 0) {
            unsent = scenario.send();
            writeRest();
        } else if (scenario.sendAfter() != Scenario.NEVER) {
            calls.after(scenario.sendAfter(), this::sendLate);
        }
        if (scenario.hold() > 0 && scenario.hold() != Scenario.NEVER) {
            calls.after(scenario.hold(), () -> end("OK", ""));
        }
    }

    private void sendLate() {
        if (fd >= 0) {
            recorder.tell(calls.now(), id, "sends " + scenario.send() + " B");
            unsent = scenario.send();
            writeRest();
        }
    }

    /** As much as there is room for; the rest when there is room again. */
    private void writeRest() {
        int count = 1;
        while (count > 0 && unsent > 0 && fd >= 0) {
            count = calls.write(fd, ZEROS, 0, Math.min(unsent, ZEROS.length));
            unsent -= Math.max(0, count);
        }
        if (count < 0 && count != -Errno.EAGAIN) {
            end(Errno.name(count), "write() = " + Errno.name(count));
        }
    }

    private void readAll() {
        int count = calls.read(fd, BUFFER, 0, BUFFER.length);
        while (count > 0) {
            count = calls.read(fd, BUFFER, 0, BUFFER.length);
        }
        if (count == -Errno.EAGAIN || !outcome.equals(PENDING)) {
            return;
        }
        String how = Errno.name(count);
        String told = count < 0 ? "read() = " + how : "";
        if (count < 0 || scenario.hold() == 0) {
            end(how, told);
        } else {
            note(how, told);
        }
    }

    /** ab has what it wanted and exits, whatever this one still waits for. */
    void leave() {
        end(Clients.LEFT, "close(), without an answer");
    }

    /** The connection is closed, and that was this client. */
    private void end(String how, String told) {
        if (fd < 0) {
            return;
        }
        lastRow = row();
        if (scenario.clientPlan().reset()) {
            calls.setsockopt(fd, SocketOption.SO_LINGER, 0);
        }
        int closing = fd;
        fd = -1;
        calls.close(closing);
        note(how, told);
        clients.finished(this);
    }

    /** The first outcome counts; the timeline says it unless it has been told already or goes without saying. */
    private void note(String how, String told) {
        if (!outcome.equals(PENDING)) {
            return;
        }
        outcome = how;
        outcomeAt = calls.now();
        if (!told.isEmpty()) {
            recorder.tell(calls.now(), id, told);
        }
    }

    private SocketRow row() {
        return calls.row(fd);
    }

    /** True if it still wants this connection: a client that tries again has left another in the queue. */
    boolean accepted(int remotePort) {
        boolean current = port == -1 || port == remotePort;
        if (current) {
            acceptedAt = calls.now();
        }
        return current;
    }

    // ---- what became of it, times in ns, NEVER for what did not happen

    String connectResult() {
        return connect;
    }

    boolean isConnected() {
        return connect.equals("OK");
    }

    /** How often connect() was called. */
    int attempts() {
        return attempts;
    }

    /** connect() was called at that time. */
    long calledAt() {
        return calledAt;
    }

    /** When connect() returned for good. */
    long connectAt() {
        return connectAt;
    }

    long acceptedAt() {
        return acceptedAt;
    }

    String outcome() {
        return outcome;
    }

    long outcomeAt() {
        return outcomeAt;
    }

    void addSyns(int count) {
        synsSent += count;
    }

    int synsSent() {
        return synsSent;
    }

    boolean isOpen() {
        return fd >= 0;
    }

    /** {@code states} is what the stack still knows of connections whose socket is closed. */
    LabReport.Client report(States states) {
        return new LabReport.Client(
                id,
                connect,
                since(connectAt),
                synsSent,
                acceptedAt != Scenario.NEVER,
                since(acceptedAt),
                outcome,
                since(outcomeAt),
                states.of(fd >= 0 ? row() : lastRow).netstat());
    }

    private @Nullable Number since(long time) {
        return time == Scenario.NEVER ? null : Times.millis(time - calledAt);
    }
}
