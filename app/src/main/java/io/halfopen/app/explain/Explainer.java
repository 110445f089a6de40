package io.halfopen.app.explain;

import io.halfopen.app.capture.TcpView;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sorts the packets of a capture into conversations. However many there are, only so many are kept. */
final class Explainer {
    /** So many are kept to be explained one by one; of others only the number. */
    static final int MOST = 50_000;

    private record Key(Endpoint low, Endpoint high) {
        static Key of(TcpView view) {
            Endpoint source = new Endpoint(view.source, view.sourcePort);
            Endpoint destination = new Endpoint(view.destination, view.destinationPort);
            return isBelow(source, destination) ? new Key(source, destination) : new Key(destination, source);
        }

        private static boolean isBelow(Endpoint one, Endpoint other) {
            int high =
                    Long.compareUnsigned(one.address().high(), other.address().high());
            int low = Long.compareUnsigned(one.address().low(), other.address().low());
            return high != 0 ? high < 0 : low != 0 ? low < 0 : one.port() <= other.port();
        }
    }

    private final TcpView view = new TcpView();
    private final Map<Key, Conversation> current = new LinkedHashMap<>();
    private final ArrayDeque<Conversation> past = new ArrayDeque<>();
    private final @Nullable Integer wanted;
    private final Watcher watcher;
    private int count;
    private long forgotten;
    private long packets;
    private long unreadable;
    private long other;
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;

    /** Hears what each packet of a conversation does. */
    interface Watcher {
        void onPacket(long time, Conversation of, TcpView view, String remark);
    }

    Explainer() {
        this(null, (time, of, view, remark) -> {});
    }

    /** {@code wanted}: the only conversation whose packets the watcher hears of; null: all. */
    Explainer(@Nullable Integer wanted, Watcher watcher) {
        this.wanted = wanted;
        this.watcher = watcher;
    }

    void packet(long nanos, byte[] bytes, int offset, int length, int wireLength) {
        // 0 is never, to those who note times
        long time = Math.max(1, nanos);
        packets++;
        // whatever else was captured tells how long the capture went on
        first = Math.min(first, time);
        last = Math.max(last, time);
        TcpView.Kind kind = view.parse(bytes, offset, length, wireLength);
        if (kind == TcpView.Kind.UNREADABLE) {
            unreadable++;
            return;
        }
        if (kind == TcpView.Kind.OTHER) {
            other++;
            return;
        }
        Key key = Key.of(view);
        Conversation conversation = current.get(key);
        if (kind == TcpView.Kind.ICMP) {
            if (conversation != null) {
                conversation.icmp(time, view);
                hear(time, conversation, "ICMP: " + view.reporter + " refuses it");
            }
            return;
        }
        if (conversation == null
                || view.isSyn() && conversation.isOverFor(view)
                || view.isSynAck() && conversation.isOverForAnswer(view)) {
            conversation = begin(time, key, conversation);
        }
        String remark = conversation.take(time, view);
        hear(time, conversation, remark);
    }

    private void hear(long time, Conversation conversation, String remark) {
        if (wanted == null || wanted == conversation.number) {
            watcher.onPacket(time, conversation, view, remark);
        }
    }

    private Conversation begin(long time, Key key, @Nullable Conversation before) {
        if (before != null) {
            current.remove(key);
            past.add(before);
        }
        makeRoom();
        Endpoint source = new Endpoint(view.source, view.sourcePort);
        Endpoint destination = new Endpoint(view.destination, view.destinationPort);
        boolean syn = view.isSyn();
        boolean synAck = view.isSynAck();
        boolean fromServer = synAck || !syn && (isServer(view) || view.sourcePort < view.destinationPort);
        count++;
        boolean firstAnswer = view.has(TcpHeader.RST);
        Conversation made = new Conversation(
                count,
                fromServer ? destination : source,
                fromServer ? source : destination,
                !syn && !synAck && !firstAnswer,
                before,
                time);
        current.put(key, made);
        return made;
    }

    /** An RST with ACK from nowhere answers a SYN that was not captured. */
    private static boolean isServer(TcpView view) {
        return view.has(TcpHeader.RST) && view.has(TcpHeader.ACK) && view.seq == 0;
    }

    private void makeRoom() {
        while (current.size() + past.size() >= MOST) {
            forgotten++;
            if (!past.isEmpty()) {
                past.remove();
            } else {
                Iterator<Conversation> eldest = current.values().iterator();
                eldest.next();
                eldest.remove();
            }
        }
    }

    /** By number. */
    List<Conversation> conversations() {
        List<Conversation> all = new ArrayList<>(past);
        all.addAll(current.values());
        all.sort((one, other) -> Integer.compare(one.number, other.number));
        return all;
    }

    long packets() {
        return packets;
    }

    long unreadable() {
        return unreadable;
    }

    long other() {
        return other;
    }

    /** Conversations that there was no room for. */
    long forgotten() {
        return forgotten;
    }

    long first() {
        return first;
    }

    long last() {
        return last;
    }
}
