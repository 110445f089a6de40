package io.halfopen.app.watch;

import io.halfopen.link.ListenSocket;
import io.halfopen.linux.Counter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel said at a moment.
 *
 * @param time ns since the epoch
 * @param halfOpen handshakes under way; null where it was not asked
 * @param counters by nstat's names
 */
record Sample(
        long time,
        List<ListenSocket> sockets,
        @Nullable Set<Flow> halfOpen,
        Map<String, Long> counters,
        Settings settings) {

    long counter(Counter counter) {
        return counters.getOrDefault(counter.fullName(), 0L);
    }
}
