package io.halfopen.app.relay;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One direction of a relay: packets and time go in, packets come out when they are due. The seed decides their fate. */
final class Channel {
    private static final long SECOND = 1_000_000_000L;
    private static final long BITS = 8;

    /** How long a packet stays behind that others overtake, ns. */
    private static final long BEHIND = 1_000_000L;

    private record Travelling(long due, long number, byte[] bytes) {}

    private final Weather weather;
    private final SplittableRandom random;
    private final PriorityQueue<Travelling> travelling =
            new PriorityQueue<>(Comparator.comparingLong(Travelling::due).thenComparingLong(Travelling::number));

    /** When those packets that wait for the rate will have left, in order. */
    private final ArrayDeque<Long> departures = new ArrayDeque<>();

    private long lastDeparture;
    private long lastDue;
    private long seen;
    private long lost;
    private long overflowed;
    private long duplicated;
    private long overtaken;

    Channel(Weather weather, long seed) {
        this.weather = weather;
        this.random = new SplittableRandom(seed);
    }

    /** A packet comes in. Each draws as often as any other, whatever happens to it. */
    void offer(long now, byte[] packet, int length) {
        seen++;
        boolean loses = random.nextDouble() < weather.loss();
        boolean doubles = random.nextDouble() < weather.duplicate();
        boolean stays = random.nextDouble() < weather.reorder();
        long extra = (long) (random.nextDouble() * weather.jitter());
        if (loses) {
            lost++;
            return;
        }
        long departure = depart(now, length);
        if (departure < 0) {
            overflowed++;
            return;
        }
        long due = departure + weather.delay() + extra;
        byte[] bytes = Arrays.copyOf(packet, length);
        if (stays) {
            overtaken++;
            travelling.add(new Travelling(due + BEHIND, seen, bytes));
        } else {
            lastDue = Math.max(due, lastDue);
            travelling.add(new Travelling(lastDue, seen, bytes));
        }
        if (doubles) {
            duplicated++;
            travelling.add(new Travelling(Math.max(due, lastDue), seen, bytes));
        }
    }

    /** When it has left the queue, or -1 if that is full. */
    private long depart(long now, int length) {
        if (weather.rate() == 0) {
            return now;
        }
        while (!departures.isEmpty() && departures.peekFirst() <= now) {
            departures.removeFirst();
        }
        if (departures.size() > weather.queue()) {
            return -1;
        }
        lastDeparture = Math.max(now, lastDeparture) + length * BITS * SECOND / weather.rate();
        departures.addLast(lastDeparture);
        return lastDeparture;
    }

    /** The next packet that is due, or null if none is. */
    byte @Nullable [] poll(long now) {
        Travelling first = travelling.peek();
        return first == null || first.due() > now ? null : travelling.remove().bytes();
    }

    /** When the next packet is due, or {@link Long#MAX_VALUE}. */
    long nextDue() {
        Travelling first = travelling.peek();
        return first == null ? Long.MAX_VALUE : first.due();
    }

    @Override
    public String toString() {
        return "%d packets, %d lost, %d beyond the queue, %d doubled, %d overtaken"
                .formatted(seen, lost, overflowed, duplicated, overtaken);
    }
}
