package io.halfopen.tcp.send;

import io.halfopen.linux.Counter;
import io.halfopen.tcp.host.Host;
import io.halfopen.tcp.host.SavedState;
import io.halfopen.tcp.host.Timer;
import io.halfopen.tcp.send.Chrono.Limit;
import org.jspecify.annotations.Nullable;

/**
 * What TCP_INFO tells of the sending half, and nothing else asks for (RFC 4898). A connection takes one when it first
 * sends data or FIN, or a timeout was needed; one that only listens to its peer has none.
 */
public final class SendStatistics {
    /** The next in the pool. */
    private @Nullable SendStatistics pooled;

    /** Segments with data, and their octets, what was sent again included. */
    public int dataSegments;

    public long octets;

    /** How often another path was tried: IPv6 has another flow label then (timeout_rehash). */
    public int rehashes;

    /** Timeouts, and how many episodes they made. */
    public int timeouts;

    public int timeoutEpisodes;

    /** How long the episodes before took, and when this one began, ns or {@link Timer#NEVER}. */
    private long timeoutTime;

    private long timeoutSince = Timer.NEVER;

    public final Chrono chrono = new Chrono();

    void reset() {
        dataSegments = 0;
        octets = 0;
        rehashes = 0;
        timeouts = 0;
        timeoutEpisodes = 0;
        timeoutTime = 0;
        timeoutSince = Timer.NEVER;
        chrono.reset();
    }

    public void keep(SavedState k) {
        dataSegments = k.at(dataSegments);
        octets = k.at(octets);
        rehashes = k.at(rehashes);
        timeouts = k.at(timeouts);
        timeoutEpisodes = k.at(timeoutEpisodes);
        timeoutTime = k.at(timeoutTime);
        timeoutSince = k.time(timeoutSince);
        chrono.keep(k);
    }

    /** A timeout, the first of its episode or not (tcp_update_rto_stats). */
    public void timedOut(boolean first, long now) {
        timeouts++;
        if (first) {
            timeoutEpisodes++;
            timeoutSince = now;
        }
    }

    /** A half-open needed so many for its SYN-ACK, and all that time (tcp_create_openreq_child). */
    public void timedOut(int times, long duration) {
        timeouts = times;
        timeoutEpisodes = 1;
        timeoutTime = duration;
    }

    /** The episode is over (tcp_update_rto_time). */
    private void recovered(long now) {
        timeoutTime = timeoutTime(now);
        timeoutSince = Timer.NEVER;
    }

    /** How long all episodes took so far, ns. */
    public long timeoutTime(long now) {
        return timeoutSince == Timer.NEVER ? timeoutTime : timeoutTime + now - timeoutSince;
    }

    /** The statistics that no connection has, and what happens to those that one has. */
    public static final class Pool {
        private final Host host;
        private @Nullable SendStatistics first;

        public Pool(Host host) {
            this.host = host;
        }

        private SendStatistics take() {
            SendStatistics there = first;
            if (there == null) {
                return new SendStatistics();
            }
            first = there.pooled;
            there.pooled = null;
            return there;
        }

        public void give(@Nullable SendStatistics statistics) {
            if (statistics == null) {
                return;
            }
            statistics.reset();
            statistics.pooled = first;
            first = statistics;
        }

        public SendStatistics of(Sender sender) {
            SendStatistics there = sender.statistics;
            if (there == null) {
                there = take();
                sender.statistics = there;
            }
            return there;
        }

        /** A segment leaves, with so many octets of data, for the first time or not. */
        public void count(Sender sender, int length) {
            sender.segments++;
            if (length > 0) {
                SendStatistics statistics = of(sender);
                statistics.dataSegments++;
                statistics.octets += length;
            }
        }

        /** Something limits the sending from now on. */
        public void limited(Sender sender, Limit limit) {
            of(sender).chrono.start(limit, host.now());
        }

        /** A limit holds no more; {@code empty} if all that was written has been acknowledged, or given up. */
        public void unlimited(Sender sender, Limit limit, boolean empty) {
            if (sender.statistics != null) {
                sender.statistics.chrono.stop(limit, empty, host.now());
            }
        }

        /** A timeout may mean that the path is broken: the next packets have another flow label (sk_rethink_txhash). */
        public void rehashed(Sender sender) {
            of(sender).rehashes++;
            host.count(Counter.TcpTimeoutRehash);
        }

        /** What the timeouts were about has arrived, or was not lost at all. */
        public void recovered(Sender sender) {
            if (sender.statistics != null) {
                sender.statistics.recovered(host.now());
            }
        }
    }
}
