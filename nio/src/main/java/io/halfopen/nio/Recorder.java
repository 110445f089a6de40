package io.halfopen.nio;

import io.halfopen.linux.Rule;
import io.halfopen.sim.Host;
import io.halfopen.sim.Tap;
import io.halfopen.trace.Pcapng;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Remembers what became of every packet, the last ones up to a number of octets; to be used with the engine's lock. */
final class Recorder implements Tap {
    /** Octets of packets that are kept. */
    private static final long MOST = 32L << 20;

    private static final String LEFT = "SENT  left this network";

    private static final int MOST_DROPS = 100_000;

    /** A packet at its end: the rule that judged it, or why it was lost. */
    private record Entry(long time, @Nullable Rule rule, String lost, byte[] bytes) {}

    private final Map<IpAddress, NetworkHost> owners;
    private final Supplier<@Nullable String> taken;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private final List<Rule> drops = new ArrayList<>();
    private long octets;
    private long forgotten;

    Recorder(Map<IpAddress, NetworkHost> owners, Supplier<@Nullable String> taken) {
        this.owners = owners;
        this.taken = taken;
    }

    @Override
    public void onArrived(long now, Host to, Rule rule, byte[] bytes, int offset, int length) {
        if (rule.verdict() == Rule.Verdict.DROP && drops.size() < MOST_DROPS) {
            drops.add(rule);
        }
        add(new Entry(now, rule, "", java.util.Arrays.copyOfRange(bytes, offset, offset + length)));
    }

    @Override
    public void onLeft(long now, Host gateway, byte[] bytes, int offset, int length) {
        add(new Entry(now, null, LEFT, java.util.Arrays.copyOfRange(bytes, offset, offset + length)));
    }

    @Override
    public void onLost(long now, Host from, byte[] bytes, int offset, int length) {
        String fault = taken.get();
        String why = fault == null ? "lost on its way" : fault;
        add(new Entry(now, null, why, java.util.Arrays.copyOfRange(bytes, offset, offset + length)));
    }

    private void add(Entry entry) {
        entries.add(entry);
        octets += entry.bytes().length;
        while (octets > MOST) {
            octets -= entries.remove().bytes().length;
            forgotten++;
        }
    }

    /** The rules that dropped packets, in order. */
    List<Rule> drops() {
        return List.copyOf(drops);
    }

    /** A line for each packet: when, who, what, and the rule that decided. */
    String story() {
        StringBuilder story = new StringBuilder();
        if (forgotten > 0) {
            story.append("(").append(forgotten).append(" packets before these are forgotten)\n");
        }
        PacketReader reader = new PacketReader();
        for (Entry entry : entries) {
            PacketKind kind = reader.read(entry.bytes(), 0, entry.bytes().length);
            story.append(String.format(
                    Locale.ROOT,
                    "%11.6f s  %-45s %-9s %s%n",
                    entry.time() / 1e9,
                    ends(kind, reader.segment()),
                    name(kind, reader.segment()),
                    fate(entry)));
        }
        return story.toString();
    }

    private String ends(PacketKind kind, Segment segment) {
        if (kind == PacketKind.OTHER) {
            return "(no TCP segment)";
        }
        return name(segment.sourceHigh(), segment.sourceLow()) + ":" + segment.sourcePort() + " > "
                + name(segment.destinationHigh(), segment.destinationLow()) + ":" + segment.destinationPort();
    }

    private String name(long high, long low) {
        IpAddress address = new IpAddress(high, low);
        NetworkHost host = owners.get(address);
        return host == null ? address.toHostString() : host.name();
    }

    private static String name(PacketKind kind, Segment segment) {
        return switch (kind) {
            case SYN_ACK -> "SYN-ACK";
            case FINAL_ACK -> "ACK";
            case DATA -> "data " + segment.payloadLength();
            default -> kind.name();
        };
    }

    private static String fate(Entry entry) {
        Rule rule = entry.rule();
        if (LEFT.equals(entry.lost())) {
            return LEFT;
        }
        return rule == null ? "LOST  " + entry.lost() : rule.name() + "  " + rule.sentence();
    }

    /** The packets for Wireshark, each with the rule that decided, or why it was lost, as its comment. */
    void write(OutputStream out) throws IOException {
        Pcapng file = new Pcapng(out);
        for (Entry entry : entries) {
            Rule rule = entry.rule();
            String comment =
                    rule != null ? Pcapng.comment(rule) : LEFT.equals(entry.lost()) ? LEFT : "LOST: " + entry.lost();
            file.packet(entry.time(), entry.bytes(), 0, entry.bytes().length, comment);
        }
        file.flush();
    }
}
