package io.halfopen.app.watch;

import io.halfopen.link.ListenSocket;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Rule;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All listeners that there are or were since the watch began, and the kernel's own sums beside them. */
final class Board {
    private final Map<ListenerKey, Watched> all = new LinkedHashMap<>();
    private final Map<Integer, List<Watched>> byPort = new HashMap<>();
    private @Nullable Sample first;
    private @Nullable Sample latest;
    Set<IpAddress> addresses = Set.of();

    /** Takes the queue lengths and what was counted; {@code flows} come only with some samples. */
    void take(Sample sample) {
        first = first == null ? sample : first;
        latest = sample;
        Map<ListenerKey, List<ListenSocket>> now = new LinkedHashMap<>();
        for (ListenSocket socket : sample.sockets()) {
            now.computeIfAbsent(ListenerKey.of(socket), none -> new ArrayList<>())
                    .add(socket);
        }
        for (Watched each : all.values()) {
            each.gone = !now.containsKey(each.key);
            if (each.gone) {
                each.see(sample.time(), 0);
                each.seeHalfOpen(0);
            }
        }
        now.forEach((key, sockets) -> take(sample.time(), key, sockets));
        if (sample.halfOpen() != null) {
            countHalfOpen(sample.halfOpen());
        }
    }

    private void take(long time, ListenerKey key, List<ListenSocket> sockets) {
        Watched watched = all.get(key);
        if (watched == null) {
            watched = new Watched(key);
            all.put(key, watched);
            byPort.computeIfAbsent(key.port(), none -> new ArrayList<>()).add(watched);
        }
        // of several that share an address the one in the worst state speaks for all
        ListenSocket worst = sockets.stream()
                .max(Comparator.comparingInt(each -> each.queued() - each.backlog()))
                .orElseThrow();
        watched.sockets = sockets.size();
        watched.takesIpv4 = worst.takesIpv4();
        watched.inode = worst.inode();
        watched.uid = worst.uid();
        watched.backlog = worst.backlog();
        watched.kernelDrops = sockets.stream().mapToLong(ListenSocket::drops).sum();
        watched.see(time, worst.queued());
    }

    private void countHalfOpen(Set<Flow> flows) {
        Map<Watched, Integer> lengths = new HashMap<>();
        for (Flow flow : flows) {
            Watched listener = listenerFor(flow.local(), flow.localPort());
            if (listener != null) {
                lengths.merge(listener, 1, Integer::sum);
            }
        }
        all.values().forEach(each -> each.seeHalfOpen(lengths.getOrDefault(each, 0)));
    }

    /** Whose a segment for this address is. */
    @Nullable
    Watched listenerFor(IpAddress address, int port) {
        Watched best = null;
        int fit = -1;
        for (Watched each : byPort.getOrDefault(port, List.of())) {
            int value = each.fits(address, port);
            if (value > fit) {
                best = each;
                fit = value;
            }
        }
        return best;
    }

    /** Whether a packet for this address is for this host, and not only on its way through it. */
    boolean isLocal(IpAddress address) {
        return addresses.isEmpty()
                || addresses.contains(address)
                || address.isIpv4() && (address.low() & 0xff00_0000L) == 0x7f00_0000L;
    }

    /** Those in trouble first, then by port. */
    List<Watched> byTrouble() {
        return all.values().stream()
                .filter(each -> !each.gone || each.dropped() > 0)
                .sorted(Comparator.comparingLong(Watched::dropped)
                        .reversed()
                        .thenComparing(each -> !each.isFull())
                        .thenComparing(each -> each.cookies == 0)
                        .thenComparing(each -> each.key))
                .toList();
    }

    int[] ports() {
        Set<Integer> ports = new HashSet<>();
        all.values().stream().filter(each -> !each.gone).forEach(each -> ports.add(each.key.port()));
        return ports.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    Sample latest() {
        if (latest == null) {
            throw new IllegalStateException("nothing has been sampled yet");
        }
        return latest;
    }

    Settings settings() {
        return latest().settings();
    }

    /** How much the kernel counted since the watch began. */
    long counted(Counter counter) {
        return first == null ? 0 : latest().counter(counter) - first.counter(counter);
    }

    /** How often a rule with this counter was found to be the reason, of all listeners. */
    long explained(Counter counter) {
        long sum = 0;
        for (Watched each : all.values()) {
            for (Map.Entry<Rule, Long> drop : each.drops().entrySet()) {
                sum += Watched.counts(drop.getKey(), counter) ? drop.getValue() : 0;
            }
        }
        return sum;
    }

    boolean hasOverflowed() {
        return counted(Counter.ListenDrops) > 0 || all.values().stream().anyMatch(Watched::isTroubled);
    }

    double seconds() {
        return first == null ? 0 : (latest().time() - first.time()) / 1e9;
    }
}
