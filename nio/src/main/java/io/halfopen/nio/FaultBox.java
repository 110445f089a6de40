package io.halfopen.nio;

import io.halfopen.sim.Host;
import io.halfopen.sim.Middlebox;
import io.halfopen.sim.World;
import io.halfopen.wire.Segment;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;

/** The box on every way of a network in which all its faults are. The first one that has to do with a packet acts. */
final class FaultBox implements Middlebox {
    private final World world;
    private final Map<String, NetworkHost> hosts;
    private final ToLongBiFunction<String, String> delays;
    private final SplittableRandom seeds;
    private final PacketReader reader = new PacketReader();
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private @Nullable String taker;

    FaultBox(World world, long seed, Map<String, NetworkHost> hosts, ToLongBiFunction<String, String> delays) {
        this.world = world;
        this.hosts = hosts;
        this.delays = delays;
        seeds = new SplittableRandom(seed);
    }

    Fault add(Fault fault) {
        faults.add(fault);
        return fault;
    }

    List<Fault> faults() {
        return faults;
    }

    SplittableRandom random() {
        return seeds.split();
    }

    void requireHost(String name) {
        if (!hosts.containsKey(name)) {
            throw new IllegalArgumentException("there is no host '" + name + "'; there are " + hosts.keySet());
        }
    }

    /** Of the packet that is being judged. */
    Segment segment() {
        return reader.segment();
    }

    /** Why the packet that was lost last went no further: a fault's sentence, or null if that was the path. */
    @Nullable
    String taken() {
        return taker;
    }

    @Override
    public boolean passes(long now, Host from, Host to, byte[] bytes, int offset, int length) {
        taker = isDown(from) ? from.name() + " is down" : isDown(to) ? to.name() + " is down" : null;
        if (faults.isEmpty() || taker != null) {
            return taker == null;
        }
        PacketKind kind = reader.read(bytes, offset, length);
        Segment segment = reader.segment();
        boolean tcp = kind != PacketKind.OTHER;
        Packet packet = new Packet(
                from.name(),
                to.name(),
                kind,
                tcp ? segment.sourcePort() : 0,
                tcp ? segment.destinationPort() : 0,
                tcp ? segment.payloadLength() : 0);
        byte[] copy = java.util.Arrays.copyOfRange(bytes, offset, offset + length);
        for (Fault fault : faults) {
            Boolean goesOn = fault.judge(this, packet, copy);
            if (goesOn != null) {
                taker = goesOn ? null : fault.toString();
                return goesOn;
            }
        }
        return true;
    }

    private boolean isDown(Host host) {
        NetworkHost known = hosts.get(host.name());
        return known != null && known.isDown();
    }

    /** Another copy arrives, so much later than it would have. */
    void send(Packet packet, byte[] bytes, long later) {
        arrive(packet.to(), bytes, delays.applyAsLong(packet.from(), packet.to()) + later);
    }

    /** What the box says itself arrives where the packet came from. */
    void sendBack(Packet packet, byte[] bytes) {
        arrive(packet.from(), bytes, delays.applyAsLong(packet.to(), packet.from()));
    }

    private void arrive(String host, byte[] bytes, long after) {
        Function<String, @Nullable NetworkHost> find = hosts::get;
        NetworkHost to = find.apply(host);
        if (to != null) {
            world.after(after, () -> {
                if (!to.isDown()) {
                    world.inject(to.simulated(), bytes);
                }
            });
        }
    }
}
