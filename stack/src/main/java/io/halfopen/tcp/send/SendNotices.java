package io.halfopen.tcp.send;

import io.halfopen.wire.SeqNumber;

/**
 * What a program is told of octets that it has sent, by the error queue of its socket: that MSG_ZEROCOPY does not need its
 * memory any more, and with SO_TIMESTAMPING when the last octet of a write() left and was acknowledged. Most connections
 * never have one of these.
 */
public final class SendNotices {
    /** Values of SCM_TSTAMP_: handed to the interface, sent by it, acknowledged. */
    public static final int SENT = 0;

    public static final int SCHEDULED = 1;
    public static final int ACKNOWLEDGED = 2;

    /** Instead of one of them: MSG_ZEROCOPY's. */
    public static final int ZERO_COPY = 3;

    /** With one of them: the packet itself is there, too. */
    public static final int PACKET = 4;

    /** Bits of SO_TIMESTAMPING that ask for stamps of what is sent. */
    public static final int STAMP_SENT = 1 << 1;

    public static final int STAMP_SCHEDULED = 1 << 8;
    public static final int STAMP_ACKNOWLEDGED = 1 << 9;
    public static final int STAMPS = STAMP_SENT | STAMP_SCHEDULED | STAMP_ACKNOWLEDGED;

    /** What a stamp costs, octets: struct sk_buff and the least memory for a header; its packet costs as much more as it has data. */
    private static final int COST = 256 + 576;

    /** One notice is for calls of half a megabyte at most (msg_zerocopy_realloc). */
    private static final int MOST_OCTETS = 1 << 19;

    public static final int PAGE = 4096;

    /** MAX_SKB_FRAGS: a buffer without copies points to so many pages at most. */
    public static final int MOST_FRAGMENTS = 17;

    /** Calls that memory was lent with: the first one's number and how many; their octets; unused octets, and where the last ends. */
    private final NoticeRows lent = new NoticeRows();

    /** Octets that are stamped: their numbers and what is wanted. */
    private final NoticeRows marks = new NoticeRows();

    /** What nobody has read yet: cost and kind, info and data, time. */
    private final NoticeRows unread = new NoticeRows();

    private int nextCall;

    /** What the stamps' numbers count from (SOF_TIMESTAMPING_OPT_ID). */
    private int origin;

    /** Pages that the last buffer points to. */
    public int fragments;

    /** What all lent pages take beyond their octets. */
    private long unused;

    /** SOF_TIMESTAMPING_OPT_TSONLY: stamps come without their packets. */
    public boolean stampsOnly;

    /** What the stamps cost that nobody has read yet, octets. */
    private int charged;

    /** What the receive buffer has left for them, octets: they are charged to it. */
    private int room;

    public void countFrom(int seq) {
        origin = seq;
    }

    // ---- MSG_ZEROCOPY

    /**
     * A call begins to write; the last buffer has so many octets. False if that belongs to another notice, so that this
     * one needs a buffer of its own.
     */
    public boolean lend(int dataEnd, int tail, int octets) {
        int last = lent.count() - 1;
        boolean attached = last >= 0 && tail > 0 && SeqNumber.after((int) lent.third(last), dataEnd - tail);
        boolean goesOn = attached && lent.second(last) + octets <= MOST_OCTETS;
        if (goesOn) {
            lent.set(last, lent.first(last) + 1, lent.second(last) + octets, lent.third(last));
        } else {
            lent.add((long) nextCall << Integer.SIZE | 1, octets, Integer.toUnsignedLong(dataEnd));
        }
        nextCall++;
        return goesOn || !attached;
    }

    /** What the call has written ends there; if that is nothing, it was none. */
    public void lent(int dataEnd, boolean any) {
        int last = lent.count() - 1;
        if (any) {
            lent.set(
                    last,
                    lent.first(last),
                    lent.second(last),
                    pair((int) (lent.third(last) >>> Integer.SIZE), dataEnd));
            return;
        }
        nextCall--;
        if ((int) lent.first(last) == 1) {
            lent.remove(last);
        } else {
            lent.set(last, lent.first(last) - 1, lent.second(last), lent.third(last));
        }
    }

    /** The call writes so many octets out of so many pages, which count whole (skb->truesize). */
    public void lendPages(int pages, int octets) {
        int last = lent.count() - 1;
        int more = pages * PAGE - octets;
        fragments += pages;
        unused += more;
        lent.set(last, lent.first(last), lent.second(last), lent.third(last) + ((long) more << Integer.SIZE));
    }

    /** What lent pages take beyond their octets. */
    public long unused() {
        return unused;
    }

    private void giveBack(long now) {
        unused -= lent.third(0) >>> Integer.SIZE;
        int first = (int) (lent.first(0) >>> Integer.SIZE);
        int calls = (int) lent.first(0);
        lent.remove(0);
        int last = unread.count() - 1;
        boolean follows = last >= 0 && unread.first(last) == ZERO_COPY && (int) unread.second(last) + 1 == first;
        if (follows) { // skb_zerocopy_notify_extend
            unread.set(last, ZERO_COPY, pair(info(last), first + calls - 1), now);
        } else {
            unread.add(ZERO_COPY, pair(first, first + calls - 1), now);
        }
    }

    // ---- SO_TIMESTAMPING

    /** The last octet of a write() is to be stamped; a mark of the same buffer, which begins there, gives way. */
    public void mark(int seq, int bufferStart, int stamps) {
        int last = marks.count() - 1;
        if (last >= 0 && !SeqNumber.before((int) marks.first(last), bufferStart)) {
            marks.remove(last);
        }
        marks.add(seq, stamps, 0);
    }

    /** The receive buffer has so much room, octets, whatever of these waits included. */
    public void hasRoom(int octets) {
        room = octets;
    }

    /** What waits to be read costs so much, octets. */
    public int charged() {
        return charged;
    }

    /** These octets leave, for the first time or again; true if there is something to tell. */
    public boolean sent(int seq, int length, long now) {
        boolean told = false;
        for (int i = 0; i < marks.count(); i++) {
            int mark = (int) marks.first(i);
            if (!SeqNumber.before(mark, seq) && SeqNumber.before(mark, seq + length)) {
                marks.set(i, marks.first(i), marks.second(i), length);
                told |= stamp(i, STAMP_SCHEDULED, SCHEDULED, now);
                told |= stamp(i, STAMP_SENT, SENT, now);
            }
        }
        return told;
    }

    /** Nothing is told that there is no room for, so that a program that never reads costs no more (sock_queue_err_skb). */
    private boolean stamp(int row, int wanted, int kind, long now) {
        int cost = COST + (stampsOnly ? 0 : (int) marks.third(row));
        if ((marks.second(row) & wanted) == 0 || cost >= room) {
            return false;
        }
        room -= cost;
        charged += cost;
        int packet = stampsOnly ? 0 : PACKET;
        unread.add(pair(cost, kind | packet), pair(kind, (int) marks.first(row) - origin), now);
        return true;
    }

    // ---- acknowledged

    /** Everything before this number is; true if there is something to tell. */
    public boolean acknowledged(int una, long now) {
        int before = unread.count();
        boolean more = false;
        while (marks.count() > 0 && SeqNumber.before((int) marks.first(0), una)) {
            stamp(0, STAMP_ACKNOWLEDGED, ACKNOWLEDGED, now);
            marks.remove(0);
        }
        while (lent.count() > 0 && SeqNumber.upTo((int) lent.third(0), una)) {
            giveBack(now);
            more = true;
        }
        return more || unread.count() > before;
    }

    /** The connection is over, and with it what was lent. */
    public void ended(long now) {
        while (lent.count() > 0) {
            giveBack(now);
        }
    }

    // ---- read

    public boolean hasUnread() {
        return unread.count() > 0;
    }

    /** One of the constants above, of the oldest notice, perhaps with {@link #PACKET}. */
    public int kind() {
        return (int) unread.first(0);
    }

    /** The number of the first call, or the kind of stamp. */
    public int info() {
        return info(0);
    }

    /** The number of the last call, or of the octet. */
    public int data() {
        return (int) unread.second(0);
    }

    public long time() {
        return unread.third(0);
    }

    public void read() {
        charged -= (int) (unread.first(0) >>> Integer.SIZE);
        unread.remove(0);
    }

    private int info(int row) {
        return (int) (unread.second(row) >>> Integer.SIZE);
    }

    private static long pair(int high, int low) {
        return (long) high << Integer.SIZE | Integer.toUnsignedLong(low);
    }
}
