package io.halfopen.drill;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.PSH;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.drill.Story.Call;
import io.halfopen.drill.Story.Offer;
import io.halfopen.drill.Story.Segment;
import io.halfopen.drill.Story.Step;
import io.halfopen.drill.Story.Verb;
import java.util.ArrayList;
import java.util.List;

/** A state in which a segment may come, and what leads there. */
public enum SegmentState {
    LISTEN(""),
    SYN_RECV("S"),
    /** Established, not yet accepted. */
    QUEUED("S A"),
    ESTABLISHED("S A accept"),
    /** Data of ours is on its way. */
    SENT("S A accept write:3000"),
    /** More than the peer's window takes. */
    SENT_MUCH("S A accept write:30000"),
    /** Data was received and not read. */
    UNREAD("S A accept D"),
    READ("S A accept D read"),
    /** Something came that does not follow what was there. */
    GAP("S A accept G"),
    UNREAD_GAP("S A accept D G"),
    FIN_WAIT1("S A accept shutdown"),
    /** The FIN stands behind data. */
    FIN_WAIT1_SENT("S A accept write:3000 shutdown"),
    FIN_WAIT2("S A accept shutdown A"),
    CLOSING("S A accept shutdown f"),
    TIME_WAIT("S A accept shutdown A F"),
    CLOSE_WAIT("S A accept F"),
    CLOSE_WAIT_UNREAD("S A accept D F"),
    CLOSE_WAIT_SENT("S A accept F write:3000"),
    LAST_ACK("S A accept F close"),
    /** Nobody has the socket any more. */
    ORPHAN_FIN_WAIT1("S A accept close"),
    ORPHAN_FIN_WAIT2("S A accept close A"),
    ORPHAN_TIME_WAIT("S A accept close A F"),
    RESET("S A accept R"),
    SHUT_FOR_READING("S A accept shutdown:0"),
    SYN_SENT("connect"),
    /** Two SYNs have crossed. */
    SYN_RECV_CROSSED("connect S"),
    CONNECTED("connect Y"),
    CONNECTED_SENT("connect Y write:3000");

    private final String words;

    SegmentState(String words) {
        this.words = words;
    }

    boolean isListening() {
        return this == LISTEN || this == SYN_RECV || this == QUEUED;
    }

    List<Step> steps(Offer offer) {
        List<Step> steps = new ArrayList<>();
        for (String word : words.isEmpty() ? new String[0] : words.split(" ", -1)) {
            steps.add(step(word, offer));
        }
        return steps;
    }

    private static Step step(String word, Offer offer) {
        int colon = word.indexOf(':');
        int argument = colon < 0 ? 1 : Integer.parseInt(word.substring(colon + 1));
        return switch (colon < 0 ? word : word.substring(0, colon)) {
            case "S" -> new Segment(0, SYN, 0, 0, 0, offer, 0, 0);
            case "Y" -> new Segment(0, SYN | ACK, 0, 0, 0, offer, 0, 0);
            case "A" -> segment(ACK, 0, 0, 0);
            case "D" -> segment(ACK | PSH, 0, 0, 1000);
            case "G" -> segment(ACK | PSH, 1000, 0, 500);
            case "F" -> segment(ACK | FIN, 0, 0, 0);
            case "f" -> segment(ACK | FIN, 0, -1, 0);
            case "R" -> segment(RST, 0, 0, 0);
            case "accept" -> new Call(Verb.ACCEPT, 0, 0);
            case "connect" -> new Call(Verb.CONNECT, 0, 0);
            case "write" -> new Call(Verb.WRITE, 0, argument);
            case "read" -> new Call(Verb.READ, 0, 10_000);
            case "shutdown" -> new Call(Verb.SHUTDOWN, 0, argument);
            case "close" -> new Call(Verb.CLOSE, 0, 0);
            default -> throw new IllegalArgumentException(word);
        };
    }

    private static Segment segment(int flags, int seqOff, int ackOff, int length) {
        return new Segment(0, flags, seqOff, ackOff, length, Offer.AGREED, 0, 0);
    }
}
