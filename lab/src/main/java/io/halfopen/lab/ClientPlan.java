package io.halfopen.lab;

import io.halfopen.linux.SocketOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How clients come, and how soon they give up.
 *
 * @param poisson the times between them are drawn by lot, exponentially, around what --every says
 * @param burst how many come at a time
 * @param connectTimeout how long a client waits for connect(), ns; NEVER: as long as the kernel does
 * @param retries how often it tries again after that, or after an error
 * @param retryAfter how long it waits before it does, ns
 * @param reset it closes with an RST: SO_LINGER 0
 * @param options of its socket
 * @param arrivals when each comes, ns after --start, as in a capture; empty: as the rest says
 */
public record ClientPlan(
        boolean poisson,
        int burst,
        long connectTimeout,
        int retries,
        long retryAfter,
        boolean reset,
        Map<SocketOption, Integer> options,
        List<Long> arrivals) {
    static final ClientPlan PLAIN = new ClientPlan(false, 1, Scenario.NEVER, 0, 0, false, Map.of(), List.of());

    public ClientPlan withPoisson(boolean drawn) {
        return new ClientPlan(drawn, burst, connectTimeout, retries, retryAfter, reset, options, arrivals);
    }

    public ClientPlan withBurst(int size) {
        return new ClientPlan(poisson, size, connectTimeout, retries, retryAfter, reset, options, arrivals);
    }

    public ClientPlan withConnectTimeout(long time) {
        return new ClientPlan(poisson, burst, time, retries, retryAfter, reset, options, arrivals);
    }

    public ClientPlan withRetries(int count) {
        return new ClientPlan(poisson, burst, connectTimeout, count, retryAfter, reset, options, arrivals);
    }

    public ClientPlan withRetryAfter(long time) {
        return new ClientPlan(poisson, burst, connectTimeout, retries, time, reset, options, arrivals);
    }

    public ClientPlan withReset(boolean by) {
        return new ClientPlan(poisson, burst, connectTimeout, retries, retryAfter, by, options, arrivals);
    }

    public ClientPlan withArrivals(List<Long> times) {
        return new ClientPlan(poisson, burst, connectTimeout, retries, retryAfter, reset, options, List.copyOf(times));
    }

    public ClientPlan with(SocketOption option, int value) {
        Map<SocketOption, Integer> all = new LinkedHashMap<>(options);
        all.put(option, value);
        return new ClientPlan(poisson, burst, connectTimeout, retries, retryAfter, reset, all, arrivals);
    }
}
