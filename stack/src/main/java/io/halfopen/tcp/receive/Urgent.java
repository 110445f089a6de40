package io.halfopen.tcp.receive;

import io.halfopen.wire.Segment;
import io.halfopen.wire.SeqNumber;

/**
 * The one urgent octet that Linux knows of in each direction (RFC 6093): while it comes in, where the urgent pointer of
 * the peer points to; going out, where ours does. It is kept out of the stream, unless SO_OOBINLINE says otherwise, and
 * a later one takes its place. Most connections never have one of these.
 */
public final class Urgent {
    private enum State {
        NONE,
        /** The pointer is known, the octet has not come yet (TCP_URG_NOTYET). */
        AWAITED,
        /** recv(MSG_OOB) may have it (TCP_URG_VALID). */
        THERE,
        /** recv(MSG_OOB) has had it (TCP_URG_READ). */
        TAKEN
    }

    private State state = State.NONE;
    private int seq;
    private byte octet;

    /** The number after the last that was sent with MSG_OOB, until it is acknowledged (snd_up). */
    private int sendEnd;

    private boolean sending;

    public void reset() {
        state = State.NONE;
        sending = false;
    }

    // ---- coming in

    /**
     * A segment has the flag URG: its pointer counts if it tells of something new (tcp_check_urg). With
     * {@code standard}, tcp_stdurg, it points to the octet as RFC 1122 has it, else to the one after, as everybody does.
     */
    public void point(Receiver receiver, Segment segment, boolean standard, boolean inline) {
        int pointer = segment.urgentPointer();
        int at = segment.seq() + (pointer != 0 && !standard ? pointer - 1 : pointer);
        int copied = receiver.copied();
        boolean seen = SeqNumber.after(copied, at) || SeqNumber.before(at, receiver.nxt());
        if (seen || state != State.NONE && !SeqNumber.after(at, seq)) {
            return;
        }
        if (state != State.NONE && seq == copied && !inline && receiver.readable() > 0) {
            receiver.discard(1); // the one before is skipped now, since nobody would know of it any more
        }
        state = State.AWAITED;
        seq = at;
    }

    /** Whether the octet that is waited for is in this segment; then it is there. */
    public boolean take(Segment segment) {
        int position = seq - segment.seq();
        if (state != State.AWAITED || position < 0 || position >= segment.payloadLength()) {
            return false;
        }
        octet = segment.bytes()[segment.payloadOffset() + position];
        state = State.THERE;
        return true;
    }

    /** How far the urgent octet is from this number; greatest if there is none, or it was passed. */
    public int distance(int from) {
        return state == State.NONE || SeqNumber.before(seq, from) ? Integer.MAX_VALUE : seq - from;
    }

    /** POLLPRI. */
    public boolean isThere() {
        return state == State.THERE;
    }

    public boolean isAwaited() {
        return state == State.AWAITED;
    }

    /** recv(MSG_OOB) has something to look for. */
    public boolean isUnread() {
        return state == State.AWAITED || state == State.THERE;
    }

    public byte octet() {
        return octet;
    }

    public void taken() {
        state = State.TAKEN;
    }

    /** read() has come so far. */
    public void passed(int copied) {
        if (SeqNumber.after(copied, seq)) {
            state = State.NONE;
        }
    }

    // ---- going out

    /** What was sent with MSG_OOB ends here. */
    public void send(int end) {
        sendEnd = end;
        sending = true;
    }

    /** The peer has all before this number; once that is the urgent octet, there is none to tell of. */
    public void acknowledged(int una) {
        sending &= SeqNumber.after(sendEnd, una);
    }

    /** Whether the peer must still be told (tcp_urg_mode). */
    public boolean isSending(int una) {
        return sending && SeqNumber.after(sendEnd, una);
    }

    /** Whether a probe of the window can tell of it (tcp_write_wakeup). */
    public boolean isNear(int una) {
        return isSending(una) && sendEnd - una <= 0xffff;
    }

    /** The urgent pointer of a segment that begins here; 0 for none. One that is too far away is far away. */
    public int pointer(int una, int from, int nxt) {
        if (!isSending(una) || !SeqNumber.before(from, sendEnd)) {
            return 0;
        }
        int distance = sendEnd - from;
        return distance < 0x10000 ? distance : SeqNumber.after(from + 0xffff, nxt) ? 0xffff : 0;
    }
}
