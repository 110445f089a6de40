package io.halfopen.nio;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Something that goes wrong on the way, said as a sentence that ends with what happens:
 * {@code net.on(SYN).to("payments").first(2).drop()}. From then on it acts, until {@link #end}; {@link #hits} says how
 * often it did.
 */
public final class Fault {
    /** Does it to the packet that was read last; false if that goes no further. */
    interface Action {
        boolean apply(FaultBox box, Packet packet, byte[] bytes);
    }

    private final PacketKind kind;
    private String sentence;
    private Predicate<Packet> which = packet -> true;
    private long skipped;
    private long most = Long.MAX_VALUE;
    private double probability = 1;
    private final SplittableRandom random;
    private final Action action;
    private long matched;
    private final AtomicLong hits = new AtomicLong();
    private volatile boolean ended;

    private Fault(Builder builder, String action, Action what) {
        kind = builder.kind;
        which = builder.which;
        skipped = builder.skipped;
        most = builder.most;
        probability = builder.probability;
        random = builder.box.random();
        this.action = what;
        sentence = builder.sentence + ": " + action;
    }

    /** What a fault is about, and then what it does. */
    public static final class Builder {
        private final FaultBox box;
        private final PacketKind kind;
        private String sentence;
        private Predicate<Packet> which = packet -> true;
        private long skipped;
        private long most = Long.MAX_VALUE;
        private double probability = 1;

        Builder(FaultBox box, PacketKind kind) {
            this.box = box;
            this.kind = kind;
            sentence = kind == PacketKind.ANY ? "any packet" : kind.toString();
        }

        private Builder and(String words, Predicate<Packet> more) {
            sentence += words;
            which = which.and(more);
            return this;
        }

        /** Only what this host sends. */
        public Builder from(String host) {
            box.requireHost(host);
            return and(" from " + host, packet -> packet.from().equals(host));
        }

        /** Only what is for this host. */
        public Builder to(String host) {
            box.requireHost(host);
            return and(" to " + host, packet -> packet.to().equals(host));
        }

        /** Only what goes from one of the two to the other. */
        public Builder between(String a, String b) {
            box.requireHost(a);
            box.requireHost(b);
            return and(
                    " between " + a + " and " + b,
                    packet -> packet.from().equals(a) && packet.to().equals(b)
                            || packet.from().equals(b) && packet.to().equals(a));
        }

        /** Only what comes from this port, or goes to it. */
        public Builder port(int port) {
            return and(" port " + port, packet -> packet.sourcePort() == port || packet.destinationPort() == port);
        }

        /** Only what passes this. */
        public Builder when(Predicate<Packet> predicate) {
            return and(" if so", predicate);
        }

        /** Not the first ones, so many of those that all else is true of. */
        public Builder after(long count) {
            sentence += " after " + count;
            skipped = count;
            return this;
        }

        /** So many of them, then no more. */
        public Builder first(long count) {
            sentence += " first " + count;
            most = count;
            return this;
        }

        /** Each with this probability, 0 to 1; the network's seed throws the dice. */
        public Builder probability(double chance) {
            if (!(chance >= 0 && chance <= 1)) {
                throw new IllegalArgumentException("a probability is 0 to 1, not " + chance);
            }
            sentence += " with probability " + chance;
            probability = chance;
            return this;
        }

        /** It disappears. */
        public Fault drop() {
            return add("dropped", (box, packet, bytes) -> false);
        }

        /** It is held back for so long, and others may overtake it. */
        public Fault delay(java.time.Duration by) {
            long nanos = NetworkTime.nanos(by);
            return add("held back for " + by, (box, packet, bytes) -> {
                box.send(packet, bytes, nanos);
                return false;
            });
        }

        /** It arrives once more. */
        public Fault duplicate() {
            return add("duplicated", (box, packet, bytes) -> {
                box.send(packet, bytes, 0);
                return true;
            });
        }

        /** It disappears, and its sender gets an RST, as from a middlebox in the name of the receiver. */
        public Fault reset() {
            return add("reset by a middlebox", (box, packet, bytes) -> {
                box.sendBack(packet, Answers.reset(box.segment()));
                return false;
            });
        }

        /** It disappears, and both ends get an RST, each in the name of the other: a box forgot the connection. */
        public Fault resetBoth() {
            return add("reset by a middlebox at both ends", (box, packet, bytes) -> {
                box.sendBack(packet, Answers.reset(box.segment()));
                box.send(packet, Answers.resetOnward(box.segment()), 0);
                return false;
            });
        }

        /** It disappears, and its sender is told by ICMP. */
        public Fault reject(Unreachable why) {
            return add(
                    "rejected, " + why.name().toLowerCase(java.util.Locale.ROOT) + " unreachable",
                    (box, packet, bytes) -> {
                        box.sendBack(packet, Answers.unreachable(box.segment(), why));
                        return false;
                    });
        }

        private Fault add(String what, Action action) {
            return box.add(new Fault(this, what, action));
        }
    }

    /** Null where it has nothing to do with the packet, else whether that goes on. */
    @Nullable
    Boolean judge(FaultBox box, Packet packet, byte[] bytes) {
        if (ended || kind != PacketKind.ANY && kind != packet.kind() || !which.test(packet)) {
            return null;
        }
        matched++;
        if (matched <= skipped || hits.get() >= most || probability < 1 && random.nextDouble() >= probability) {
            return null;
        }
        hits.incrementAndGet();
        return action.apply(box, packet, bytes);
    }

    /** How many packets it was done to so far. */
    public long hits() {
        return hits.get();
    }

    /** From now on it does nothing: the way is as it was. */
    public void end() {
        ended = true;
    }

    /** What it did so far, as a sentence. */
    public String report() {
        long count = hits();
        return sentence + (count == 0 ? ", and never hit anything" : count == 1 ? ", once" : ", " + count + " times");
    }

    /** What it is, as a sentence. */
    @Override
    public String toString() {
        return sentence;
    }
}
