package io.halfopen.app.relay;

import io.halfopen.app.Durations;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What becomes of packets on their way in one direction.
 *
 * @param delay how long each takes, ns
 * @param jitter how much longer at most, at random, ns; their order stays
 * @param loss share of packets that are lost at random, 0 to 1
 * @param duplicate share that arrives twice
 * @param reorder share that is overtaken by those of the next millisecond
 * @param rate bits a second that fit through; 0: any
 * @param queue packets that may wait for that; the next is lost
 */
public record Weather(long delay, long jitter, double loss, double duplicate, double reorder, long rate, int queue) {
    private static final Set<String> KEYS = Set.of("delay", "jitter", "loss", "duplicate", "reorder", "rate", "queue");

    /** From a text such as {@code delay=10ms,loss=0.01,rate=100000000,queue=200}; what is not named is not there. */
    public static Weather parse(String text) {
        Map<String, String> values = new HashMap<>();
        for (String part : text.split(",", -1)) {
            String[] pair = part.split("=", 2);
            if (pair.length != 2 || !KEYS.contains(pair[0])) {
                throw new IllegalArgumentException("'" + part + "' is not one of " + KEYS + " with a value");
            }
            values.put(pair[0], pair[1]);
        }
        return new Weather(
                duration(values, "delay"),
                duration(values, "jitter"),
                share(values, "loss"),
                share(values, "duplicate"),
                share(values, "reorder"),
                Long.parseLong(values.getOrDefault("rate", "0")),
                Integer.parseInt(values.getOrDefault("queue", "1000")));
    }

    private static long duration(Map<String, String> values, String key) {
        return new Durations().convert(values.getOrDefault(key, "0"));
    }

    private static double share(Map<String, String> values, String key) {
        return Double.parseDouble(values.getOrDefault(key, "0"));
    }
}
