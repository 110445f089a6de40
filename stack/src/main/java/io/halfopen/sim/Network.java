package io.halfopen.sim;

import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Carries packets between the hosts of a world, by destination address, over the path that is set for them. */
final class Network {
    private record Way(Host from, Host to) {}

    private record Packet(Host to, byte[] bytes) {}

    private final World world;
    private final SplittableRandom random;
    private final Map<IpAddress, Host> owners = new HashMap<>();
    private final Map<Way, Path> paths = new HashMap<>();
    private final Map<Way, Long> busyUntil = new HashMap<>();
    private final ArrayDeque<Packet> immediate = new ArrayDeque<>();
    private final Segment segment = new Segment();
    private boolean delivering;
    private boolean held;

    Network(World world, long seed) {
        this.world = world;
        this.random = new SplittableRandom(seed);
    }

    void own(IpAddress address, Host host) {
        Host other = owners.putIfAbsent(address, host);
        if (other != null) {
            throw new IllegalArgumentException(address + " belongs to " + other.name() + " already");
        }
    }

    void setPath(Host from, Host to, Path path) {
        paths.put(new Way(from, to), path);
    }

    /** Takes what the host's stack has to send; what has no delay arrives before this returns, and its answers too. */
    void collect(Host from) {
        from.stack().drainPackets((why, bytes, offset, length) -> {
            world.tapSent(from, why, bytes, offset, length);
            send(from, bytes, offset, length);
        });
        deliverImmediate();
    }

    private void send(Host from, byte[] bytes, int offset, int length) {
        Host to = destination(bytes, offset, length);
        Path path = to == null ? Path.DIRECT : paths.getOrDefault(new Way(from, to), Path.DIRECT);
        if (to == null || happens(path.loss())) {
            world.tapLost(from, bytes, offset, length);
            return;
        }
        byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
        schedule(from, to, path, copy);
        if (happens(path.duplication())) {
            schedule(from, to, path, copy);
        }
    }

    private @Nullable Host destination(byte[] bytes, int offset, int length) {
        segment.parse(bytes, offset, length);
        return owners.get(new IpAddress(segment.destinationHigh(), segment.destinationLow()));
    }

    private void schedule(Host from, Host to, Path path, byte[] packet) {
        long delay = path.delay() + (path.jitter() == 0 ? 0 : random.nextLong(path.jitter() + 1));
        if (happens(path.reordering())) {
            delay += Math.max(path.delay(), 1);
        }
        if (path.bitsPerSecond() > 0) {
            Way way = new Way(from, to);
            long start = Math.max(world.now(), busyUntil.getOrDefault(way, 0L));
            long end = start + packet.length * 8L * 1_000_000_000L / path.bitsPerSecond();
            busyUntil.put(way, end);
            delay += end - world.now();
        }
        if (delay == 0) {
            immediate.add(new Packet(to, packet));
        } else {
            world.scheduleArrival(world.now() + delay, () -> arrive(to, packet));
        }
    }

    /** No dice are thrown for what cannot happen, so that adding loss to one path does not change another's. */
    private boolean happens(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /** From now on what has no delay waits for {@link #release}. */
    void hold() {
        held = true;
    }

    void release() {
        held = false;
        deliverImmediate();
    }

    private void deliverImmediate() {
        if (delivering || held) {
            return;
        }
        delivering = true;
        Packet packet = immediate.poll();
        while (packet != null) {
            arrive(packet.to(), packet.bytes());
            packet = immediate.poll();
        }
        delivering = false;
    }

    void arrive(Host to, byte[] packet) {
        world.tapArrived(to, to.stack().onPacket(world.now(), packet, 0, packet.length), packet);
        collect(to);
    }
}
