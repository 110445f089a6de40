package io.halfopen.app.simulate;

import io.halfopen.linux.Errno;
import io.halfopen.linux.SocketOption;
import io.halfopen.sim.Host;
import io.halfopen.sim.World;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import java.util.Map;

/** The program at one end of a connection: it writes, reads and ends as its plan says, and knows what must come. */
final class End implements Host.ReadyListener {
    /** A program that waited for so long without anything happening hangs up, ns. */
    static final long LONGEST_SILENCE = 2 * 3_600_000_000_000L;

    /** How it ended, other than by an error. */
    static final String OPEN = "open";

    static final String CLEAN = "closed";
    static final String LEFT = "left";
    static final String POWER_LOST = "power lost";
    static final String STUCK = "stuck";
    static final String NEVER_ACCEPTED = "never accepted";

    private final World world;
    private final Host host;
    private final Plan.Side side;
    private final long text;
    private final long partnersText;
    private final byte[] buffer;
    private final Conversation conversation;
    private int fd = -1;
    private boolean connected;
    private long offered;
    private long written;
    private long received;
    private boolean shut;
    private boolean endOfFile;
    private long nextWrite;
    private long nextRead;
    private long lastProgress;
    private int lastWaiting;
    private int writes;
    private String result = OPEN;

    End(World world, Host host, Plan.Side side, long text, long partnersText, Conversation conversation) {
        this.world = world;
        this.host = host;
        this.side = side;
        this.text = text;
        this.partnersText = partnersText;
        this.conversation = conversation;
        buffer = new byte[side.piece()];
    }

    /** How it ended, or {@link #OPEN}. */
    String result() {
        return result;
    }

    boolean isOver() {
        return !result.equals(OPEN);
    }

    long received() {
        return received;
    }

    long written() {
        return written;
    }

    int fd() {
        return fd;
    }

    Host host() {
        return host;
    }

    Plan.Side side() {
        return side;
    }

    /** A socket that connects. */
    void call(int family, IpAddress address, int port) {
        fd = host.socket(family);
        setOptions(host, fd, side.options());
        host.watch(fd, this);
        begin();
        connect(address, port);
        conversation.register(this);
        onReady(0);
    }

    private void connect(IpAddress address, int port) {
        int done = host.connect(fd, address, port);
        if (done != 0 && done != -Errno.EINPROGRESS) {
            end(Errno.name(-done));
        }
        connected = done == 0;
    }

    /** The connection was accepted. */
    void answer(int accepted) {
        fd = accepted;
        connected = true;
        setOptions(host, fd, side.options());
        host.watch(fd, this);
        begin();
        onReady(0);
    }

    static void setOptions(Host host, int fd, Map<SocketOption, Integer> options) {
        options.forEach((option, value) -> host.setsockopt(fd, option, value));
    }

    private void begin() {
        lastProgress = world.now();
        if (side.patience() != Long.MAX_VALUE) {
            later(side.patience(), () -> hangUp(LEFT));
        }
        later(LONGEST_SILENCE, this::watchSilence);
    }

    /** What it wrote may still be on its way, if very slowly: that is no silence. */
    private void watchSilence() {
        int waiting = host.stack().row(fd).sendQueue();
        if (waiting != lastWaiting) {
            lastWaiting = waiting;
            lastProgress = world.now();
        }
        long silent = world.now() - lastProgress;
        if (silent >= LONGEST_SILENCE) {
            hangUp(STUCK);
        } else {
            later(LONGEST_SILENCE - silent, this::watchSilence);
        }
    }

    /** A step of the program, unless it is over by then or its host stands still. */
    private void later(long delay, Runnable step) {
        world.after(delay, () -> {
            long wait = host.pausedUntil() - world.now();
            if (!isOver() && wait > 0) {
                later(wait, step);
            } else if (!isOver()) {
                step.run();
            }
        });
    }

    /** The host has lost power. */
    void die() {
        if (!isOver()) {
            result = POWER_LOST;
        }
    }

    private void hangUp(String why) {
        if (!isOver()) {
            host.close(fd);
            end(why);
        }
    }

    private void end(String why) {
        result = why;
        conversation.onEnd(this);
    }

    @Override
    public void onReady(int events) {
        if (!isOver() && isConnected()) {
            read();
        }
        if (!isOver() && connected) {
            write();
        }
        if (!isOver() && connected) {
            finish();
        }
    }

    private boolean isConnected() {
        if (!connected) {
            int error = host.getsockopt(fd, SocketOption.SO_ERROR);
            if (error != 0) {
                fail(error);
                return false;
            }
            int state = host.stack().row(fd).remotePort();
            connected = state != 0 && !host.stack().row(fd).state().name().startsWith("SYN");
        }
        return connected;
    }

    private void fail(int errno) {
        host.close(fd);
        end(Errno.name(errno));
    }

    private void read() {
        while (!endOfFile && world.now() >= nextRead) {
            int count = host.read(fd, buffer, 0, buffer.length);
            if (count == -Errno.EAGAIN) {
                return;
            }
            if (count < 0) {
                fail(-count);
                return;
            }
            lastProgress = world.now();
            if (count == 0) {
                endOfFile = true;
                conversation.onEndOfFile(this);
                return;
            }
            int right = Text.matching(partnersText, received, buffer, count);
            if (right < count) {
                conversation.onOtherText(this, received + right);
            }
            received += count;
            conversation.onRead(this);
            if (side.readEvery() > 0) {
                nextRead = world.now() + side.readEvery();
                later(side.readEvery(), () -> onReady(0));
            }
        }
    }

    private void write() {
        boolean mayWrite = side.ending() != Plan.Ending.LAST || endOfFile;
        while (mayWrite && written < side.octets() && world.now() >= nextWrite) {
            int count = (int) Math.min(buffer.length, side.octets() - written);
            Text.write(text, written, buffer, count);
            offered = written + count;
            int taken = host.send(fd, buffer, 0, count, ++writes % 3 == 0 ? side.flags() : 0);
            conversation.register(this);
            if (taken == -Errno.EAGAIN) {
                return;
            }
            if (taken < 0) {
                fail(-taken);
                return;
            }
            lastProgress = world.now();
            written += taken;
            if (side.writeEvery() > 0) {
                nextWrite = world.now() + side.writeEvery();
                later(side.writeEvery(), () -> onReady(0));
            }
        }
    }

    /** The most that can have left: a call that is under way may have sent more than it has told of. */
    long offered() {
        return offered;
    }

    private void finish() {
        if (written < side.octets() || side.ending() == Plan.Ending.LAST && !endOfFile) {
            return;
        }
        switch (side.ending()) {
            case LAST -> hangUp(CLEAN);
            case CLOSE -> hangUp(endOfFile ? CLEAN : LEFT);
            case RESET -> {
                host.setsockopt(fd, SocketOption.SO_LINGER, 0);
                hangUp(LEFT);
            }
            case ORDERLY -> {
                if (!shut) {
                    shut = true;
                    int done = host.shutdown(fd, Stack.SHUT_WR);
                    if (done == -Errno.ENOTCONN) {
                        // It was reset meanwhile: SO_ERROR says so, or somebody has been told already.
                        int error = host.getsockopt(fd, SocketOption.SO_ERROR);
                        fail(error == 0 ? Errno.ENOTCONN : error);
                        return;
                    }
                }
                if (endOfFile) {
                    hangUp(CLEAN);
                }
            }
        }
    }
}
