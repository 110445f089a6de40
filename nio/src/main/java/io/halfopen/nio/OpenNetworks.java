package io.halfopen.nio;

import io.halfopen.wire.IpAddress;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which networks are open, and which of them a thread, a name or an address means. Mostly there is one, and it is meant by
 * all. Of several each has a part of the range of its own, so that nearly every address says by itself whose it is.
 */
final class OpenNetworks {
    private static final int RANGE = 198 << 24 | 18 << 16;
    private static final int RANGE_MASK = 0xfffe_0000;
    private static final long V6_RANGE = 0x2001_0db8L;

    /** The parts after the first, which is half of the range: 1024 addresses each. */
    private static final int PART_BITS = 10;

    /** So many may be open at once. */
    static final int MOST = 1 + (1 << 16 - PART_BITS);

    private static final String CACHE = "networkaddress.cache.ttl";

    /**
     * What a thread belongs to, and all that it starts. It is there before the network is: a client that is made in a field
     * of a test has its threads by then.
     */
    private static final InheritableThreadLocal<@Nullable Seat> SEAT = new InheritableThreadLocal<>();

    private static volatile List<Network> open = List.of();

    private OpenNetworks() {}

    /** What is refused says what to do; what is made has a number that no other open one has. */
    static synchronized Network open(boolean parallel, IntFunction<Network> make) {
        if (!open.isEmpty() && !(parallel && open.stream().allMatch(Network::isParallel))) {
            throw new IllegalStateException("a network is open already: close it first (try-with-resources), run tests"
                    + " one at a time, or open each of them with Network.builder().parallel()");
        }
        String seconds = Security.getProperty(CACHE);
        if (!open.isEmpty() && seconds != null && !"0".equals(seconds)) {
            throw new IllegalStateException(
                    "a name has another address in each of several networks, and the JVM is told"
                            + " to remember addresses: set the security property " + CACHE + " to 0");
        }
        Network network = make.apply(freeNumber());
        List<Network> all = new ArrayList<>(open);
        all.add(network);
        open = List.copyOf(all);
        network.take(freeSeat());
        return network;
    }

    /** This thread's next one: a test that is within another shares it with that. */
    static Seat freeSeat() {
        Seat seat = SEAT.get();
        if (seat == null || !seat.isFreeForThisThread()) {
            seat = new Seat();
            SEAT.set(seat);
        }
        return seat;
    }

    /** For one network in its time. */
    static final class Seat {
        private final long thread = Thread.currentThread().threadId();
        private volatile @Nullable Network network;
        private boolean used;

        boolean isFreeForThisThread() {
            return !used && thread == Thread.currentThread().threadId();
        }

        void take(Network its) {
            used = true;
            network = its;
        }

        /** Threads that live on keep no network. */
        void leave() {
            network = null;
        }
    }

    static synchronized void remove(Network network) {
        open = open.stream().filter(other -> other != network).toList();
    }

    /** The least number that no open network has. */
    private static int freeNumber() {
        int number = 0;
        while (isTaken(number)) {
            number++;
        }
        if (number >= MOST) {
            throw new IllegalStateException("there are " + MOST + " networks open: close some (try-with-resources)");
        }
        return number;
    }

    private static boolean isTaken(int number) {
        return open.stream().anyMatch(network -> network.number() == number);
    }

    /** The network of this thread, or the only one; null if there is none, or nobody knows which. */
    static @Nullable Network current() {
        List<Network> all = open;
        if (all.size() <= 1) {
            return all.isEmpty() ? null : all.get(0);
        }
        Seat seat = SEAT.get();
        return seat == null ? null : seat.network;
    }

    /**
     * The network that an address is to be looked up in: the thread's if it has a host of this address, or the one that has.
     *
     * @throws IllegalStateException if several have, and the thread belongs to none of them
     */
    static @Nullable Network of(IpAddress address) {
        List<Network> all = open;
        Network mine = current();
        if (all.size() <= 1 || mine != null && mine.owner(address) != null) {
            return mine;
        }
        List<Network> owners =
                all.stream().filter(network -> network.owner(address) != null).toList();
        if (owners.size() > 1) {
            throw ambiguous(address.toString(), owners.size());
        }
        if (!owners.isEmpty()) {
            return owners.get(0);
        }
        int number = number(address);
        return all.stream()
                .filter(network -> network.number() == number)
                .findFirst()
                .orElse(mine != null ? mine : all.get(0));
    }

    /**
     * The network that a name is to be looked up in.
     *
     * @throws IllegalStateException if several have it, and the thread belongs to none
     */
    static @Nullable Network of(String name) {
        Network mine = current();
        if (mine != null) {
            return mine;
        }
        List<Network> owners =
                open.stream().filter(network -> !network.lookup(name).isEmpty()).toList();
        if (owners.size() > 1) {
            throw ambiguous(name, owners.size());
        }
        return owners.isEmpty() ? null : owners.get(0);
    }

    private static IllegalStateException ambiguous(String what, int networks) {
        return new IllegalStateException("'" + what + "' is in " + networks + " networks that are open at once, and the"
                + " thread '" + Thread.currentThread().getName()
                + "' belongs to none of them: it was started before they"
                + " were, or is shared. Give each test a client of its own, or take parallel = true away");
    }

    static boolean isInRange(IpAddress address) {
        return address.isIpv4() ? ((int) address.low() & RANGE_MASK) == RANGE : address.high() >>> 32 == V6_RANGE;
    }

    /** Of the network that has this part of the range; -1 if it is out of the range. */
    private static int number(IpAddress address) {
        if (!isInRange(address)) {
            return -1;
        }
        int within = (int) address.low() & ~RANGE_MASK;
        return address.isIpv4()
                ? within >> 16 == 0 ? 0 : 1 + ((within & 0xffff) >> PART_BITS)
                : (int) (address.high() >>> 16 & 0xffff);
    }

    /** The address of this network that a count from 0 on stands for. */
    static IpAddress address(int number, int count) {
        int part = number == 0 ? 0 : 1 << 16 | number - 1 << PART_BITS;
        int size = size(number);
        if (count >= size) {
            throw new IllegalStateException("a network has " + size + " addresses at most, if others are open with it");
        }
        return IpAddress.ofIpv4(RANGE | part | count);
    }

    static int size(int number) {
        return number == 0 ? 1 << 16 : 1 << PART_BITS;
    }

    static IpAddress homeV6(int number) {
        return new IpAddress(V6_RANGE << 32 | (long) number << 16, 1);
    }
}
