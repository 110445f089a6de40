package io.halfopen.tcp;

import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.TcpState;
import io.halfopen.wire.TcpOptions;
import org.jspecify.annotations.Nullable;

/**
 * A connection from its handshake to its end: two halves, {@link Sender} and {@link Receiver}, and what belongs to
 * both. It is judged and driven from outside: {@link SynSentInput} and {@link ConnectionInput} by segments, {@link
 * Transmission} by timers and calls.
 */
final class Connection extends AcceptQueue.Entry {
    private final Host host;
    final Sender sender;
    final Receiver receiver;
    final PathMtu path = new PathMtu();
    PortUse portUse;

    private TcpState state = TcpState.CLOSE;

    /** An error that came before there was a socket to tell. */
    int error;

    /** What an ICMP error said lately: the reason if the connection times out, unless an ACK comes first. */
    int softError;

    /** TCP_USER_TIMEOUT, ms, or 0: it stays with the connection when the socket is closed. */
    int userTimeout;

    /** TCP_LINGER2 of the socket that was closed, seconds, 0 or -1. */
    byte linger2;

    /** It is counted among those that no process has. */
    boolean orphaned;

    /** With SO_KEEPALIVE, or in a FIN_WAIT2 that lasts. */
    @Nullable
    KeepAlive keepAlive;

    boolean sack;
    boolean timestamps;
    int tsOffset;
    int tsRecent;
    /** The octets of data that the peer's full segments have at most; while connecting, our MSS option. */
    int announcedMss;

    /** What IPv6 packets have as flow label; Linux chooses anew whenever it has to send something again. */
    int label;

    /** Type of service without ECN, and time to live, or -1 for the sysctl's. */
    int tos;

    int ttl;

    /** TCP_FASTOPEN_CONNECT: connect() was called and the first write() sends the SYN. */
    boolean deferred;

    /** The SYN had a Fast Open option, and which; and so many octets of data went with it. */
    boolean fastOpenAsked;

    boolean fastOpenExperimental;
    int dataInSyn;

    /** Fast Open worked, either way: data went with the SYN and was taken (TCPI_OPT_SYN_DATA). */
    boolean synDataTaken;

    /** A SYN with Fast Open made it (TCPI_OPT_TFO_CHILD), or why Fast Open did not work for connect(): 0 if it did. */
    boolean fastOpenChild;

    byte fastOpenFailure;

    /** Explicit congestion notification: agreed on, or while connecting asked for (RFC 3168). */
    boolean ecn;

    /** The peer must be told of congestion until it says that it has heard. */
    boolean ecnEcho;

    /** A timeout repeated its own SYN, which is a sign of congestion of which the peer is told with the first data. */
    boolean synRepeated;

    /** Its packets could be marked, at least one. */
    boolean ecnSeen;

    /** What its handshake would be as a half-open, until the final ACK of a Fast Open (tcp_sock.fastopen_rsk). */
    @Nullable
    HalfOpen fastOpen;

    /** The sequence number of its SYN. */
    int fastOpenSyn;

    /** How often its SYN-ACK may be repeated. */
    int fastOpenRetries;

    private int id;

    /** When an ACK answered something senseless last: a {@link Host#stamp}. */
    int senselessAt = Host.NO_STAMP;

    /** SHUT_RD was called, or the socket is closed: nobody will read. */
    boolean readShutdown;

    /** write() found no room; whoever waits is told when there is some. */
    boolean writerWaits;

    /** When a segment, a timer or a call last looked at the clock for it, ns (tcp_clock_cache). */
    long refreshedAt;

    /** Most connections never have an urgent octet. */
    @Nullable
    Urgent urgent;

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
        socket = null;
        listener = null;
        error = 0;
        softError = 0;
        deferred = false;
        fastOpenAsked = false;
        fastOpenExperimental = false;
        dataInSyn = 0;
        synDataTaken = false;
        fastOpenChild = false;
        fastOpenFailure = 0;
        userTimeout = 0;
        senselessAt = Host.NO_STAMP;
        linger2 = 0;
        readShutdown = false;
        writerWaits = false;
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
    void keep(Kept k) {
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

    TcpState state() {
        return state;
    }

    /** Moves to another state; what is counted depends on both (tcp_set_state). */
    void enter(TcpState next) {
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
        state = next;
    }

    /** The connection is made late: what there is to count was counted when its handshake was done. */
    void establish() {
        state = TcpState.ESTABLISHED;
    }

    private static boolean isCurrent(TcpState state) {
        return state == TcpState.ESTABLISHED || state == TcpState.CLOSE_WAIT;
    }

    /** IPv4 ids count up from a random start, per connection. */
    int nextId() {
        return id++ & 0xffff;
    }

    void startIds(int start) {
        id = start;
    }

    /** connect() was called, and the handshake is not done. */
    boolean isOpening() {
        return state == TcpState.SYN_SENT || state == TcpState.SYN_RECV && fastOpen == null;
    }

    /** A timeout that says that Fast Open does not work here (tcp_fastopen_active_detect_blackhole). */
    boolean failsFastOpen(boolean expired) {
        int timeouts = sender.timer.retransmits;
        return (fastOpenAsked || dataInSyn > 0) && (timeouts == 2 || timeouts < 2 && expired);
    }

    /** write() may be called: also before the final ACK of a Fast Open. */
    boolean canSend() {
        return state.canSend() || fastOpen != null && !sender.finQueued();
    }

    /** How many SACK blocks the next segment carries (tcp_established_options). */
    int sackBlocks() {
        SackBlocks blocks = sack ? receiver.sacks() : null;
        return blocks == null ? 0 : blocks.blocks(timestamps ? SackBlocks.MOST - 1 : SackBlocks.MOST);
    }

    /** The octets of data that the next segment has room for beside its options (tcp_current_mss). */
    int currentMss() {
        return sender.mss() - TcpOptions.sackLength(sackBlocks());
    }

    /** The handshake is done: timestamps, if agreed on, take room from every full segment. */
    void startReceiving() {
        spareTimestamps();
        receiver.established(announcedMss, host.now());
    }

    /** That room; a Fast Open does not think of it before its final ACK. */
    void spareTimestamps() {
        announcedMss -= timestamps ? TcpOptions.TIMESTAMP_LENGTH : 0;
    }

    /** It waits for nothing any more, and sends nothing. */
    void stop() {
        sender.timer.stop();
        sender.pacing.due = NEVER;
        receiver.acks.due = NEVER;
        receiver.acks.sacks.due = NEVER;
        sender.ring.clear();
        sender.queue.clear();
        sender.flight.reset();
    }

    boolean isOrphan() {
        return socket == null && listener == null;
    }

    /** The peer is there. */
    void onAnswer() {
        sender.answeredAt = host.now();
        if (keepAlive != null) {
            keepAlive.probes = 0;
        }
    }

    /** When TCP_USER_TIMEOUT ends what began then, ns; never if it is not set or nothing began. */
    long patienceEnd(long since) {
        return userTimeout == 0 || since == NEVER ? NEVER : since + userTimeout * 1_000_000L;
    }

    /** Sets the wheel for the earliest of what this waits for. A later one is set when the earlier fires. */
    void arm() {
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
    int lowWater() {
        return socket != null ? socket.options.receiveLow : listener != null ? listener.socket.options.receiveLow : 1;
    }

    Urgent urgent() {
        Urgent made = urgent == null ? new Urgent() : urgent;
        urgent = made;
        return made;
    }

    /** Whether the process has something to read that is worth its while (tcp_epollin_ready). */
    boolean isReadable() {
        int there = receiver.readable();
        boolean mark = urgent != null && urgent.distance(receiver.copied()) == 0;
        boolean skips = mark && socket != null && !socket.options.urgentInline;
        return there > 0
                && (there >= lowWater() + (skips ? 1 : 0)
                        || host.memory.isUnderPressure()
                        || receiver.buffer.isNearlyFull()
                        || receiver.remainingWindow() <= receiver.acks.segmentSize());
    }

    boolean isEndOfFile() {
        return readShutdown || receiver.isFinished();
    }
}
