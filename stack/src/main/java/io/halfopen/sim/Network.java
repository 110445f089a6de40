package io.halfopen.sim;

import io.halfopen.linux.Rule;
import io.halfopen.wire.AddressIndex;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Carries packets between the hosts of a world, by destination address, over the path that is set for them. */
final class Network {
    private record Packet(Host to, byte[] bytes) {}

    private final World world;
    private final long seed;
    private final AddressIndex addresses = new AddressIndex();
    private final List<Host> owners = new ArrayList<>();

    /** By the numbers of the hosts that send, then those that receive. */
    private @Nullable Link[][] links = {};

    private final ArrayDeque<Packet> immediate = new ArrayDeque<>();
    private final List<Middlebox> middleboxes = new ArrayList<>();
    private final Segment segment = new Segment();
    private @Nullable Host gateway;
    private Outside outside = (bytes, offset, length) -> {};
    private boolean delivering;
    private boolean held;

    Network(World world, long seed) {
        this.world = world;
        this.seed = seed;
    }

    void add(Middlebox box) {
        middleboxes.add(box);
    }

    /** An address of loopback is every host's own. */
    void own(IpAddress address, Host host) {
        if (address.isLoopback()) {
            return;
        }
        int number = addresses.add(address.high(), address.low());
        if (number == owners.size()) {
            owners.add(host);
        } else if (owners.get(number) != host) {
            throw new IllegalArgumentException(
                    address + " belongs to " + owners.get(number).name() + " already");
        }
    }

    private @Nullable Host owner(long high, long low) {
        int number = addresses.find(high, low);
        return number < 0 ? null : owners.get(number);
    }

    void setGateway(Host host, Outside beyond) {
        if (gateway != null) {
            throw new IllegalStateException(gateway.name() + " is the gateway already");
        }
        gateway = host;
        outside = beyond;
    }

    /** What says that it is from here is not let in (RFC 3704), and what is for nobody here does not go out again. */
    void enter(byte[] bytes, int offset, int length) {
        Host from = gateway;
        if (from == null) {
            throw new IllegalStateException("this world has no gateway");
        }
        @Nullable
        Host to = switch (segment.parse(bytes, offset, length)) {
            case NOT_IP, IP_BAD_LENGTH, IP_BAD_CHECKSUM -> null;
            default -> isFromHere() ? null : owner(segment.destinationHigh(), segment.destinationLow());
        };
        if (to == null) {
            world.tapLost(from, bytes, offset, length);
        } else {
            carry(from, to, bytes, offset, length);
            deliverImmediate();
        }
    }

    private boolean isFromHere() {
        return IpAddress.isLoopback(segment.sourceHigh(), segment.sourceLow())
                || owner(segment.sourceHigh(), segment.sourceLow()) != null;
    }

    void setPath(Host from, Host to, Path path) {
        link(from, to).change(path, world.now());
    }

    private Link link(Host from, Host to) {
        int most = Math.max(from.index(), to.index());
        if (most >= links.length) {
            growTo(most + 1);
        }
        Link link = links[from.index()][to.index()];
        if (link == null) {
            SplittableRandom random = new SplittableRandom(seed + 1_000_003L * from.index() + to.index());
            link = new Link(to, random, Path.DIRECT, world.now());
            links[from.index()][to.index()] = link;
        }
        return link;
    }

    private void growTo(int hosts) {
        @Nullable Link[][] grown = new Link[hosts][];
        for (int i = 0; i < hosts; i++) {
            grown[i] = i < links.length ? Arrays.copyOf(links[i], hosts) : new Link[hosts];
        }
        links = grown;
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
        Host to = destination(from, bytes, offset);
        if (to == null) {
            world.tapLost(from, bytes, offset, length);
        } else {
            carry(from, to, bytes, offset, length);
        }
    }

    private void carry(Host from, Host to, byte[] bytes, int offset, int length) {
        Link link = passes(from, to, bytes, offset, length) ? link(from, to) : null;
        if (link == null || link.loses(world.now(), length)) {
            world.tapLost(from, bytes, offset, length);
            return;
        }
        byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
        if (link.path().mtu() > 0 && length > link.path().mtu()) {
            forwardTooLong(from, link, copy);
        } else {
            forward(link, copy);
        }
    }

    private boolean passes(Host from, Host to, byte[] bytes, int offset, int length) {
        for (Middlebox box : middleboxes) {
            if (!box.passes(world.now(), from, to, bytes, offset, length)) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Host destination(Host from, byte[] bytes, int offset) {
        long high = IpHeader.destinationHigh(bytes, offset);
        long low = IpHeader.destinationLow(bytes, offset);
        if (IpAddress.isLoopback(high, low)) {
            return from;
        }
        Host owner = owner(high, low);
        return owner == null ? gateway : owner;
    }

    private void forwardTooLong(Host from, Link link, byte[] packet) {
        if (Router.mayFragment(packet)) {
            for (byte[] fragment : Router.fragments(packet, link.path().mtu())) {
                forward(link, fragment);
            }
            return;
        }
        world.tapLost(from, packet, 0, packet.length);
        if (link.path().silent()) {
            return;
        }
        byte[] error = Router.tooBig(packet, link.path().mtu());
        world.scheduleArrival(world.now() + link.path().delay(), () -> arrive(from, error));
    }

    private void forward(Link link, byte[] packet) {
        if (link.marks()) {
            Router.mark(packet);
        }
        byte[] carried = link.corrupts() ? Router.corrupt(packet, link) : packet;
        schedule(link, carried);
        if (link.duplicates()) {
            schedule(link, carried);
        }
    }

    private void schedule(Link link, byte[] packet) {
        long delay = link.delay(world.now(), packet.length);
        if (delay == 0) {
            immediate.add(new Packet(link.to, packet));
        } else {
            world.scheduleArrival(world.now() + delay, () -> arrive(link.to, packet));
        }
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
        if (to == gateway) {
            world.tapLeft(to, packet);
            outside.send(packet, 0, packet.length);
            return;
        }
        if (world.now() < to.pausedUntil()) {
            world.scheduleArrival(to.pausedUntil(), () -> arrive(to, packet));
            return;
        }
        Rule rule = isFrom(to, packet)
                ? to.stack().onLooped(world.now(), packet, 0, packet.length)
                : to.stack().onPacket(world.now(), packet, 0, packet.length);
        world.tapArrived(to, rule, packet);
        collect(to);
    }

    /** Only the host itself sends from its addresses and those of loopback. What has no whole header is no packet anyhow. */
    private boolean isFrom(Host host, byte[] packet) {
        if (packet.length < IpHeader.V4_LENGTH
                || IpHeader.version(packet, 0) != 4 && packet.length < IpHeader.V6_LENGTH) {
            return false;
        }
        long high = IpHeader.sourceHigh(packet, 0);
        long low = IpHeader.sourceLow(packet, 0);
        return IpAddress.isLoopback(high, low) || owner(high, low) == host;
    }
}
