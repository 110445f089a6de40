package io.halfopen.lab;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of all clients together. Times are nanoseconds.
 *
 * @param clients how many there were
 * @param atOnce whose connect() succeeded without a repetition
 * @param later those after it, by the seconds that it took, rounded down
 * @param failed how many connect() calls failed, by errno
 * @param waiting whose connect() had not returned at the end
 * @param idle who did not even begin
 * @param accepted whom accept() returned
 * @param unaccepted who connected and was never accepted
 * @param reset who was told ECONNRESET or ECONNREFUSED, by connect() or later
 * @param connect how long connect() took that succeeded
 * @param accept how long after the call of connect() accept() returned
 */
public record Outcome(
        int clients,
        int atOnce,
        Map<Long, Integer> later,
        Map<String, Failures> failed,
        int waiting,
        int idle,
        int accepted,
        int unaccepted,
        int reset,
        Times connect,
        Times accept) {
    private static final long SECOND = 1_000_000_000L;

    /** Sorted times, and what people ask of them. */
    public record Times(long[] sorted) {
        public boolean isEmpty() {
            return sorted.length == 0;
        }

        /** Not more than so many percent of them are longer. */
        public long percentile(int percent) {
            int rank = (int) Math.ceil(percent / 100.0 * sorted.length);
            return sorted[Math.max(0, rank - 1)];
        }

        public long most() {
            return sorted[sorted.length - 1];
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Times times && Arrays.equals(sorted, times.sorted);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(sorted);
        }

        @Override
        public String toString() {
            return Arrays.toString(sorted);
        }
    }

    /** So many, the first and the last of them after these times. */
    public record Failures(int count, long first, long last) {
        Failures with(long time) {
            return new Failures(count + 1, Math.min(first, time), Math.max(last, time));
        }
    }

    public int connected() {
        return connect.sorted.length;
    }

    public int failures() {
        return failed.values().stream().mapToInt(Failures::count).sum();
    }

    static Outcome of(List<LabClient> all, long rtt) {
        Counting counting = new Counting(all.size(), rtt);
        all.forEach(counting::add);
        return counting.outcome(all.size());
    }

    /** Goes through the clients once. */
    private static final class Counting {
        private final long repetition;
        private final long[] connect;
        private final long[] accept;
        private final Map<Long, Integer> later = new TreeMap<>();
        private final Map<String, Failures> failed = new TreeMap<>();
        private int connected;
        private int accepted;
        private int atOnce;
        private int waiting;
        private int idle;
        private int unaccepted;
        private int reset;

        Counting(int size, long rtt) {
            connect = new long[size];
            accept = new long[size];
            // The first repetition of a SYN comes after a second.
            repetition = Math.max(SECOND, rtt + 1);
        }

        void add(LabClient client) {
            boolean isAccepted = client.acceptedAt() != Scenario.NEVER;
            if (isAccepted) {
                accept[accepted++] = client.acceptedAt() - client.calledAt();
            }
            String end = client.outcome();
            reset += end.equals("ECONNRESET") || end.equals("ECONNREFUSED") ? 1 : 0;
            if (client.calledAt() == Scenario.NEVER) {
                idle++;
            } else if (client.connectAt() == Scenario.NEVER) {
                waiting++;
            } else {
                addConnect(client, client.connectAt() - client.calledAt());
                unaccepted += client.isConnected() && !isAccepted ? 1 : 0;
            }
        }

        private void addConnect(LabClient client, long took) {
            if (!client.isConnected()) {
                Failures before = failed.getOrDefault(client.connectResult(), new Failures(0, Long.MAX_VALUE, 0));
                failed.put(client.connectResult(), before.with(took));
                return;
            }
            connect[connected++] = took;
            if (took < repetition && client.attempts() == 1) {
                atOnce++;
            } else {
                later.merge(took / SECOND, 1, Integer::sum);
            }
        }

        private static Times sorted(long[] times, int count) {
            long[] sorted = Arrays.copyOf(times, count);
            Arrays.sort(sorted);
            return new Times(sorted);
        }

        Outcome outcome(int clients) {
            Times connects = sorted(connect, connected);
            Times accepts = sorted(accept, accepted);
            return new Outcome(
                    clients, atOnce, later, failed, waiting, idle, accepted, unaccepted, reset, connects, accepts);
        }
    }
}
