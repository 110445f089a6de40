package io.halfopen.app.live;

import io.halfopen.link.PacketTap;
import io.halfopen.linux.Counter;
import io.halfopen.linux.Errno;
import io.halfopen.linux.Rule;
import io.halfopen.tcp.ListenQueues;
import io.halfopen.tcp.SocketRow;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that happens at a listener, to be looked at afterwards: who came, each packet with its rule, both queues and
 * the counters after it. Of a long run it is the beginning, as much as a page can show.
 */
final class GuestBook implements PacketTap {
    static final int MOST_GUESTS = 2_000;
    private static final int MOST_PACKETS = 100_000;
    private static final int MOST_LEVELS = 100_000;
    private static final String FLAGS = "FSRP.";

    private final int port;
    private final Segment segment = new Segment();
    private final List<Guest> guests = new ArrayList<>();
    private final Map<Endpoint, Guest> present = new HashMap<>();
    private final List<List<Long>> levels = new ArrayList<>();
    private final List<List<@Nullable Object>> moments = new ArrayList<>();
    private final Map<Counter, List<List<Long>>> counts = new EnumMap<>(Counter.class);
    private @Nullable Stack stack;
    private int listener;
    private ListenQueues queues = new ListenQueues(0, 0, 0, 0, 0, 0, 0);
    private int packets;
    private boolean complete = true;

    private record Endpoint(IpAddress address, int port) {}

    GuestBook(int port) {
        this.port = port;
    }

    /** Before the first packet. */
    void open(Stack of, int fd) {
        stack = of;
        listener = fd;
        look(0);
        long holds = of.kernel().acceptQueueHolds(queues.effectiveBacklog());
        tell(0, 0, "listen(" + queues.backlog() + "): the accept queue holds " + holds, null);
    }

    @Override
    public boolean looksInside() {
        return true;
    }

    @Override
    public void onArrived(long now, Rule rule, byte[] bytes, int offset, int length) {
        boolean ours = segment.parse(bytes, offset, length) == Segment.Defect.NONE && segment.destinationPort() == port;
        if (!ours) {
            return;
        }
        look(now);
        Endpoint from = new Endpoint(new IpAddress(segment.sourceHigh(), segment.sourceLow()), segment.sourcePort());
        boolean first = segment.has(TcpHeader.SYN) && !segment.has(TcpHeader.ACK);
        Guest guest = first ? asks(from, now) : present.get(from);
        if (guest == null) {
            return;
        }
        keep(guest, now, true, rule);
        String what = first ? guest.askedAgain() > 1 ? "SYN again" : "SYN" : "ACK";
        if (segment.has(TcpHeader.RST)) {
            guest.ended(now, "RST");
        } else if (!first) {
            guest.connected(now);
        }
        if (rule.verdict() == Rule.Verdict.DROP && !segment.has(TcpHeader.RST)) {
            tell(now, guest.id, what, rule);
        }
    }

    /** A new one, or one that asks again. */
    private @Nullable Guest asks(Endpoint from, long now) {
        Guest known = present.get(from);
        if (known != null && known.isn == segment.seq()) {
            return known;
        }
        if (guests.size() == MOST_GUESTS) {
            complete = false;
            present.remove(from);
            return null;
        }
        Guest guest = new Guest(guests.size() + 1, segment.seq(), now);
        guests.add(guest);
        present.put(from, guest);
        return guest;
    }

    @Override
    public void onSent(long now, Rule why, byte[] bytes, int offset, int length) {
        boolean ours = segment.parse(bytes, offset, length) == Segment.Defect.NONE && segment.sourcePort() == port;
        Guest guest = ours
                ? present.get(new Endpoint(
                        new IpAddress(segment.destinationHigh(), segment.destinationLow()), segment.destinationPort()))
                : null;
        if (guest == null) {
            return;
        }
        look(now);
        if (segment.has(TcpHeader.SYN)) {
            guest.serverIsn = segment.seq();
        }
        keep(guest, now, false, why);
        if (segment.has(TcpHeader.RST)) {
            guest.ended(now, Errno.name(guest.isWaiting() ? -Errno.ECONNREFUSED : -Errno.ECONNRESET));
        }
        if (why == Rule.SYN_ACK_RETRANSMITTED) {
            tell(now, guest.id, "SYN-ACK again", why);
        }
    }

    void accepted(long now, SocketRow connection) {
        Guest guest = present.get(new Endpoint(connection.remoteAddress(), connection.remotePort()));
        look(now);
        if (guest != null) {
            guest.accepted(now);
            tell(now, guest.id, "accept()ed by the server", null);
        }
    }

    void closed(long now, SocketRow connection, int result) {
        Guest guest = present.get(new Endpoint(connection.remoteAddress(), connection.remotePort()));
        look(now);
        if (guest != null) {
            guest.ended(now, result == 0 ? Guest.OK : Errno.name(result));
        }
    }

    private void keep(Guest guest, long now, boolean fromClient, Rule rule) {
        if (packets++ >= MOST_PACKETS) {
            complete = false;
            return;
        }
        int seq = segment.seq() - (fromClient ? guest.isn : guest.serverIsn);
        Integer ack = segment.has(TcpHeader.ACK) ? segment.ack() - (fromClient ? guest.serverIsn : guest.isn) : null;
        guest.add(Arrays.asList(
                now, fromClient ? 1 : 0, flags(segment.flags()), seq, ack, segment.payloadLength(), rule.name()));
    }

    private static String flags(int flags) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < FLAGS.length(); i++) {
            if ((flags >>> i & 1) != 0) {
                text.append(FLAGS.charAt(i));
            }
        }
        return text.toString();
    }

    private void tell(long now, int guest, String what, @Nullable Rule rule) {
        if (moments.size() < MOST_LEVELS) {
            String name = rule == null ? null : rule.name();
            moments.add(Arrays.asList(now, guest, what, name, queues.acceptQueue(), queues.synQueue()));
        }
    }

    /** The queues, and what the listen path counts. */
    private void look(long now) {
        if (stack == null) {
            return;
        }
        ListenQueues before = queues;
        queues = stack.queues(listener);
        boolean changed = levels.isEmpty()
                || before.acceptQueue() != queues.acceptQueue()
                || before.synQueue() != queues.synQueue();
        if (changed && levels.size() < MOST_LEVELS) {
            levels.add(List.of(now, (long) queues.acceptQueue(), (long) queues.synQueue()));
        }
        for (Counter counter : List.of(Counter.ListenOverflows, Counter.ListenDrops, Counter.PassiveOpens)) {
            List<List<Long>> all = counts.computeIfAbsent(counter, unseen -> new ArrayList<>());
            long value = stack.counter(counter);
            if (value != (all.isEmpty() ? 0 : all.getLast().get(1)) && all.size() < MOST_LEVELS) {
                all.add(List.of(now, value));
            }
        }
    }

    List<Guest> guests() {
        return guests;
    }

    List<List<Long>> levels() {
        return levels;
    }

    List<List<@Nullable Object>> moments() {
        return moments;
    }

    Map<Counter, List<List<Long>>> counts() {
        return counts;
    }

    /** Whether nothing was left out. */
    boolean isComplete() {
        return complete;
    }
}
