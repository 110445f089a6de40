package io.halfopen.drill;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.drill.Story.Offer;
import io.halfopen.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * One of the peers of a story: it keeps count, so that a step can say by how much it is wrong. What it says and hears
 * is put down with numbers that are the same on every machine: those of the machine relative to its SYN-ACK.
 */
final class StoryPeer {
    private static final int FIRST_STAMP = 1_000_000;

    /** Where a connection begins whose predecessor was in TIME_WAIT, had this one sent just a SYN and a FIN. */
    private static final int AFTER_TIME_WAIT = 65_539;

    /** What a machine's number differs from an earlier one by, and still means something. */
    private static final int NEAR = 200_000;

    final IpAddress address;
    final int port;
    private int next;
    private int isn;
    private int expected;
    private boolean answered;
    private boolean stamped;
    private boolean sacks;
    private int theirStamp;

    /** The timestamp heard last, and what this peer has acknowledged of all that it has heard. */
    private int lastStamp;

    private int acked;

    private final Story.Terms terms;

    /** The machine's. */
    int localPort;

    /** What the machine said: where its window ends, and by how much the field of that is shifted. */
    private int edge;

    private int shift;

    StoryPeer(IpAddress address, int port, int localPort, Story.Terms terms) {
        this.address = address;
        this.port = port;
        this.localPort = localPort;
        this.terms = terms;
    }

    /** The segment of a step; what it was meant to be is now what was sent. */
    TcpPacket make(Story.Segment step, long elapsedMillis) {
        boolean syn = (step.flags() & SYN) != 0;
        Story.Oddity oddity = step.oddity();
        int seq = (oddity.atEdge() ? edge : syn ? 0 : Math.max(1, next)) + step.seqOff();
        int ack = (step.flags() & ACK) == 0 ? 0 : (answered ? expected : isn + 1) + step.ackOff();
        if (step.seqOff() == 0 && !oddity.atEdge() && (step.flags() & RST) == 0) {
            int end = (syn ? 1 : seq + step.length()) + ((step.flags() & FIN) != 0 && !syn ? 1 : 0);
            next = Math.max(next, end);
        }
        int stamp = FIRST_STAMP + (int) elapsedMillis + step.stampOff();
        int echo = (step.flags() & ACK) == 0 ? 0 : theirStamp + step.echoOff();
        return new TcpPacket(
                true,
                IpInfo.NONE,
                null,
                step.flags(),
                seq,
                step.length(),
                ack,
                oddity.window() < 0 ? terms.window() : oddity.window(),
                oddity.urgent(),
                options(step.offer(), stamp, echo, oddity.options()));
    }

    /** An ACK with SACK blocks, of nothing that was not heard. */
    TcpPacket answer(Story.Answer step, long elapsedMillis) {
        acked = upTo(acked + step.octets());
        List<Integer> edges = new ArrayList<>();
        for (int i = 0; i < step.blocks().size(); i += 2) {
            int from = upTo(acked + step.blocks().get(i));
            int until = upTo(acked + step.blocks().get(i + 1));
            if (until - from > 0) {
                edges.add(from);
                edges.add(until);
            }
        }
        List<TcpOption> options = new ArrayList<>();
        TcpOption nop = new TcpOption.Nop();
        if (stamped) {
            options.addAll(List.of(nop, nop, new TcpOption.Timestamps(FIRST_STAMP + (int) elapsedMillis, lastStamp)));
        }
        if (sacks && !edges.isEmpty()) {
            options.addAll(List.of(nop, nop, new TcpOption.Sack(edges)));
        }
        return new TcpPacket(
                true, IpInfo.NONE, null, ACK, Math.max(1, next), 0, acked, step.window(), 0, List.copyOf(options));
    }

    private int upTo(int number) {
        return number - expected > 0 ? expected : number;
    }

    private List<TcpOption> options(Offer offer, int stamp, int echo, String more) {
        if (more.isEmpty()) {
            return options(offer, stamp, echo);
        }
        List<TcpOption> options = new ArrayList<>(options(offer, stamp, echo));
        options.add(new TcpOption.Raw(more));
        return List.copyOf(options);
    }

    private List<TcpOption> options(Offer offer, int stamp, int echo) {
        TcpOption nop = new TcpOption.Nop();
        TcpOption mss = new TcpOption.Mss(terms.mss());
        TcpOption sack = new TcpOption.SackPermitted();
        TcpOption scale = new TcpOption.WindowScale(terms.scale());
        TcpOption stamps = new TcpOption.Timestamps(stamp, echo);
        return switch (offer) {
            case NONE -> List.of();
            case MSS -> List.of(mss);
            case ALL -> List.of(mss, sack, stamps, nop, scale);
            case NO_TIMESTAMPS -> List.of(mss, nop, nop, sack, nop, scale);
            case AGREED -> stamped ? List.of(nop, nop, stamps) : List.of();
        };
    }

    /** What the machine sent to it, in numbers that say the same of every machine. */
    String hear(TcpPacket packet) {
        String number = number(packet);
        TcpOption.Timestamps stamps = Subject.timestamps(packet);
        lastStamp = stamps == null ? lastStamp : stamps.value();
        listenForWindow(packet);
        if (packet.has(SYN)) {
            isn = packet.seq();
            expected = isn + 1;
            acked = expected;
            sacks = packet.options() != null && packet.options().contains(new TcpOption.SackPermitted());
            answered = true;
            stamped = stamps != null;
            // Later ones would do as well, but for half-opens, to which only those of SYN-ACKs may be echoed.
            theirStamp = stamps == null ? theirStamp : stamps.value();
        } else if (!packet.has(RST) && answered) {
            int end = packet.seq() + packet.length() + (packet.has(FIN) ? 1 : 0);
            expected = end - expected > 0 && end - expected < NEAR ? end : expected;
        }
        return text(packet, number);
    }

    private void listenForWindow(TcpPacket packet) {
        if (packet.has(RST)) {
            return;
        }
        boolean syn = packet.has(SYN);
        for (TcpOption option : packet.options() == null ? List.<TcpOption>of() : packet.options()) {
            shift = syn && option instanceof TcpOption.WindowScale scale ? scale.shift() : shift;
        }
        edge = packet.ack() + (syn ? packet.window() : packet.window() << shift);
    }

    private String number(TcpPacket packet) {
        int off = packet.seq() - isn;
        if (packet.has(RST) && packet.has(ACK) && packet.seq() == 0) {
            return "0";
        }
        if (packet.has(SYN)) {
            boolean known = off == 0 || off == AFTER_TIME_WAIT;
            return !answered ? "0" : known ? String.valueOf(off) : "new";
        }
        return Math.abs((long) off) < NEAR ? String.valueOf(off) : "far";
    }

    private static String text(TcpPacket packet, String number) {
        StringBuilder text = new StringBuilder(packet.flagLetters());
        text.append(' ').append(number).append('(').append(packet.length()).append(')');
        if (packet.has(ACK)) {
            text.append(" ack ").append(packet.ack());
        }
        text.append(" win ").append(packet.window());
        StringJoiner options = new StringJoiner(",", " <", ">");
        options.setEmptyValue("");
        for (TcpOption option : packet.options() == null ? List.<TcpOption>of() : packet.options()) {
            options.add(option instanceof TcpOption.Timestamps ts ? "TS ecr " + ts.echo() : option.toString());
        }
        return text.append(options).toString();
    }

    boolean is(IpAddress other, int otherPort) {
        return port == otherPort && address.equals(other);
    }

    /** Where the machine's numbers begin: null before its SYN-ACK. */
    @Nullable
    Integer isn() {
        return answered ? isn : null;
    }
}
