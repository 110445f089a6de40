package io.halfopen.tcp.socket;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.TcpState;
import io.halfopen.tcp.congestion.Reno;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.SavedState;
import io.halfopen.tcp.receive.Receiver;
import io.halfopen.tcp.receive.SackBlocks;
import io.halfopen.tcp.receive.Urgent;
import io.halfopen.tcp.send.FlightSlots;
import io.halfopen.tcp.send.Sender;
import io.halfopen.wire.TcpOptions;
import org.jspecify.annotations.Nullable;

/**
 * A connection from its handshake to its end: two halves, {@link Sender} and {@link Receiver}, and what belongs to
 * both. It is judged and driven from outside: by the rooms
 * {@code handshake} and {@code connection} for segments, {@code recovery} and {@code transmit} for timers and data, {@code
 * call} for calls.
 */
public final class Connection extends AcceptQueue.Entry {
    private final Host host;
    public final Sender sender;
    public final Receiver receiver;
    public final PathMtu path = new PathMtu();
    public PortUse portUse;

    /** Which of those it is that are awake, in {@link Pools}. */
    int awakeAt;

    private TcpState state = TcpState.CLOSE;

    /** What it was in when it ended: that is what TCP_INFO goes on telling of. */
    private TcpState lastState = TcpState.CLOSE;

    /** An error that came before there was a socket to tell. */
    public int error;

    /** What an ICMP error said lately: the reason if the connection times out, unless an ACK comes first. */
    public int softError;

    /** TCP_USER_TIMEOUT, ms, or 0: it stays with the connection when the socket is closed. */
    public int userTimeout;

    /** TCP_LINGER2 of the socket that was closed, seconds, 0 or -1. */
    public byte linger2;

    /** Whether this connection is counted among those that no process has. */
    public boolean orphaned;

    /** With SO_KEEPALIVE, or in a FIN_WAIT2 that lasts. */
    @Nullable
    public KeepAlive keepAlive;

    public boolean sack;
    public boolean timestamps;
    public int tsOffset;
    public int tsRecent;
    /** The octets of data that the peer's full segments have at most; while connecting, our MSS option. */
    public int announcedMss;

    /** What IPv6 packets have as flow label; Linux chooses anew whenever it has to send something again. */
    public int label;

    /** Type of service without ECN, and time to live, or -1 for the sysctl's. */
    public int tos;

    public int ttl;

    /** TCP_FASTOPEN_CONNECT: connect() was called and the first write() sends the SYN. */
    public boolean deferred;

    /** The SYN had a Fast Open option, and which; and so many octets of data went with it. */
    public boolean fastOpenAsked;

    public boolean fastOpenExperimental;
    public int dataInSyn;

    /** Fast Open worked, either way: data went with the SYN and was taken (TCPI_OPT_SYN_DATA). */
    public boolean synDataTaken;

    /** A SYN with Fast Open made it (TCPI_OPT_TFO_CHILD), or why Fast Open did not work for connect(): 0 if it did. */
    public boolean fastOpenChild;

    public byte fastOpenFailure;

    /** Explicit congestion notification: agreed on, or while connecting asked for (RFC 3168). */
    public boolean ecn;

    /** The peer must be told of congestion until it says that it has heard. */
    public boolean ecnEcho;

    /** A timeout repeated its own SYN, which is a sign of congestion of which the peer is told with the first data. */
    public boolean synRepeated;

    /** Its packets could be marked, at least one. */
    public boolean ecnSeen;

    /** What its handshake would be as a half-open, until the final ACK of a Fast Open (tcp_sock.fastopen_rsk). */
    @Nullable
    public HalfOpen fastOpen;

    /** The sequence number of its SYN. */
    public int fastOpenSyn;

    /** How often its SYN-ACK may be repeated. */
    public int fastOpenRetries;

    private int id;

    /** When an ACK answered something senseless last: a {@link Host#stamp}. */
    public int senselessAt = Host.NO_STAMP;

    /** SHUT_RD was called, or the socket is closed: nobody will read. */
    public boolean readShutdown;

    /** write() found no room; whoever waits is told when there is some. */
    public boolean writerWaits;

    /** A thread of the program sleeps in write() until the handshake is done (sk_write_pending). */
    public boolean writerBlocks;

    /** When a segment, a timer or a call last looked at the clock for it, ns (tcp_clock_cache). */
    public long refreshedAt;

    /** Most connections never have an urgent octet. */
    @Nullable
    public Urgent urgent;

    /** The flow table has it. */
    boolean inTable;

    Connection(Host host, FlightSlots.Pool flights, PortUse portUse) {
        this.host = host;
        this.portUse = portUse;
        sender = new Sender(host, flights, Reno.INSTANCE);
        receiver = new Receiver(host);
    }

    void reset() {
        state = TcpState.CLOSE;
        lastState = TcpState.CLOSE;
        socket = null;
        listener = null;
        error = 0;
        softError = 0;
        deferred = false;
        fastOpenAsked = false;
        fastOpenExperimental = false;
        refreshedAt = 0;
        dataInSyn = 0;
        synDataTaken = false;
        fastOpenChild = false;
        fastOpenFailure = 0;
        userTimeout = 0;
        senselessAt = Host.NO_STAMP;
        linger2 = 0;
        readShutdown = false;
        writerWaits = false;
        writerBlocks = false;
        ecnEcho = false;
        synRepeated = false;
        path.reset();
        ecnSeen = false;
        if (urgent != null) {
            urgent.reset();
        }
        sender.reset();
        sender.control = Reno.INSTANCE;
        receiver.reset();
    }

    /** All that it knows while it is idle. */
    public void keep(SavedState k) {
        softError = k.at(softError);
        userTimeout = k.at(userTimeout);
        sack = k.at(sack);
        timestamps = k.at(timestamps);
        tsOffset = k.at(tsOffset);
        tsRecent = k.at(tsRecent);
        announcedMss = k.at(announcedMss);
        label = k.at(label);
        tos = k.at(tos);
        ttl = k.at(ttl);
        fastOpenAsked = k.at(fastOpenAsked);
        fastOpenExperimental = k.at(fastOpenExperimental);
        refreshedAt = k.time(refreshedAt);
        synRepeated = k.at(synRepeated);
        dataInSyn = k.at(dataInSyn);
        synDataTaken = k.at(synDataTaken);
        fastOpenChild = k.at(fastOpenChild);
        fastOpenFailure = k.at(fastOpenFailure);
        ecn = k.at(ecn);
        ecnEcho = k.at(ecnEcho);
        ecnSeen = k.at(ecnSeen);
        senselessAt = k.at(senselessAt);
        id = k.at(id);
        path.keep(k);
        sender.keep(k);
        receiver.keep(k);
    }

    public TcpState state() {
        return state;
    }

    /** Moves to another state; what is counted depends on both (tcp_set_state). */
    public void enter(TcpState next) {
        boolean was = isCurrent(state);
        boolean is = isCurrent(next);
        if (!was && is) {
            host.count(Counter.CurrEstab);
        } else if (was && !is) {
            host.uncount(Counter.CurrEstab);
        }
        if (was && next == TcpState.CLOSE) {
            host.count(Counter.EstabResets);
        }
        lastState = next == TcpState.CLOSE ? state : next;
        state = next;
    }

    /** The state, or if it is over the one before. */
    public TcpState lastState() {
        return lastState;
    }

    /** The connection is made late: what there is to count was counted when its handshake was done. */
    void establish() {
        state = TcpState.ESTABLISHED;
        lastState = state;
    }

    /** The same of one that an RST has ended since, and that was told to its socket if it had one. */
    void establishEnded() {
        lastState = TcpState.ESTABLISHED;
        receiver.segments++;
        error = listener == null ? 0 : Errno.ECONNRESET;
        readShutdown = true;
        stop();
    }

    private static boolean isCurrent(TcpState state) {
        return state == TcpState.ESTABLISHED || state == TcpState.CLOSE_WAIT;
    }

    /** IPv4 ids count up from a random start, per connection. */
    public int nextId() {
        return id++ & 0xffff;
    }

    public void startIds(int start) {
        id = start;
    }

    /** connect() was called, and the handshake is not done. */
    public boolean isOpening() {
        return state == TcpState.SYN_SENT || state == TcpState.SYN_RECV && fastOpen == null;
    }

    /** A timeout that says that Fast Open does not work here (tcp_fastopen_active_detect_blackhole). */
    public boolean failsFastOpen(boolean expired) {
        int timeouts = sender.timer.retransmits;
        return (fastOpenAsked || dataInSyn > 0) && (timeouts == 2 || timeouts < 2 && expired);
    }

    /** write() may be called: also before the final ACK of a Fast Open. */
    public boolean canSend() {
        return state.canSend() || fastOpen != null && !sender.finQueued();
    }

    /** How many SACK blocks the next segment carries (tcp_established_options). */
    public int sackBlocks() {
        SackBlocks blocks = sack ? receiver.sacks() : null;
        return blocks == null ? 0 : blocks.blocks(timestamps ? SackBlocks.MOST - 1 : SackBlocks.MOST);
    }

    /** The octets of data that the next segment has room for beside its options (tcp_current_mss). */
    public int currentMss() {
        return sender.mss() - TcpOptions.sackLength(sackBlocks());
    }

    /** The handshake is done: timestamps, if agreed on, take room from every full segment. */
    public void startReceiving() {
        spareTimestamps();
        receiver.established(announcedMss, host.now());
    }

    /** That room; a Fast Open does not think of it before its final ACK. */
    public void spareTimestamps() {
        announcedMss -= timestamps ? TcpOptions.TIMESTAMP_LENGTH : 0;
    }

    /** Stops all timers: the connection waits for nothing any more, and sends nothing. */
    void stop() {
        sender.abandon();
        sender.timer.stop();
        sender.timer.backoff = 0;
        sender.pacing.due = NEVER;
        receiver.acks.due = NEVER;
        receiver.acks.sacks.due = NEVER;
        sender.ring.clear();
        sender.queue.clear();
        sender.flight.purge();
    }

    public boolean isOrphan() {
        return socket == null && listener == null;
    }

    /** The peer is there. */
    public void onAnswer() {
        sender.answeredAt = host.now();
        if (keepAlive != null) {
            keepAlive.probes = 0;
        }
    }

    /** When TCP_USER_TIMEOUT ends what began then, ns; never if it is not set or nothing began. */
    public long patienceEnd(long since) {
        return userTimeout == 0 || since == NEVER ? NEVER : since + userTimeout * 1_000_000L;
    }

    /** Sets the wheel for the earliest of what this waits for. A later one is set when the earlier fires. */
    public void arm() {
        long sending = Math.min(sender.timer.due, sender.pacing.due);
        long due = Math.min(sending, Math.min(receiver.acks.due, receiver.acks.sacks.due));
        due = keepAlive == null ? due : Math.min(due, keepAlive.due);
        if (due == NEVER || !inTable) {
            host.wheel.cancel(this);
        } else if (!isScheduled() || due < deadline) {
            host.wheel.schedule(this, due);
        }
    }

    /** SO_RCVLOWAT: what must be there before the process hears of it, octets. */
    public int lowWater() {
        return socket != null ? socket.options.receiveLow : listener != null ? listener.socket.options.receiveLow : 1;
    }

    public Urgent urgent() {
        Urgent made = urgent == null ? new Urgent() : urgent;
        urgent = made;
        return made;
    }

    /** Whether the process has something to read that is worth its while (tcp_epollin_ready). */
    public boolean isReadable() {
        int there = receiver.readable();
        boolean mark = urgent != null && urgent.distance(receiver.copied()) == 0;
        boolean skips = mark && socket != null && !socket.options.urgentInline;
        return there > 0
                && (there >= lowWater() + (skips ? 1 : 0)
                        || host.memory.isUnderPressure()
                        || receiver.buffer.isNearlyFull()
                        || receiver.remainingWindow() <= receiver.acks.segmentSize());
    }

    public boolean isEndOfFile() {
        return readShutdown || receiver.isFinished();
    }
}
