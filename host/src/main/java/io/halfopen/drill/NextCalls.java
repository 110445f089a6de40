package io.halfopen.drill;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.PSH;
import static io.halfopen.wire.TcpHeader.RST;

import io.halfopen.drill.Story.Call;
import io.halfopen.drill.Story.Offer;
import io.halfopen.drill.Story.Segment;
import io.halfopen.drill.Story.Step;
import io.halfopen.drill.Story.Verb;
import java.util.ArrayList;
import java.util.List;

/** What the program, or the peer, does after the segment. */
enum NextCalls {
    NOTHING,
    READ,
    WRITE,
    WRITE_MUCH,
    READ_AND_WRITE,
    SHUTDOWN,
    CLOSE,
    /** getsockopt(SO_ERROR) and then a read. */
    ERROR,
    /** The peer sends the same again. */
    AGAIN,
    /** The peer acknowledges what it has got, and the program writes. */
    ACKNOWLEDGED,
    /** The peer sends data, and the program reads. */
    DATA,
    /** The peer closes, and the program reads and closes. */
    CLOSED,
    /** The peer resets, and the program reads. */
    RESET;

    List<Step> steps(SegmentState state, Segment segment) {
        List<Step> steps = new ArrayList<>();
        if (state.isListening()) {
            steps.add(call(Verb.ACCEPT, 0));
        }
        Step read = call(Verb.READ, 100_000);
        Step write = call(Verb.WRITE, 100);
        steps.addAll(
                switch (this) {
                    case NOTHING -> List.of();
                    case READ -> List.of(read);
                    case WRITE -> List.of(write);
                    case WRITE_MUCH -> List.of(call(Verb.WRITE, 20_000));
                    case READ_AND_WRITE -> List.of(read, write, read);
                    case SHUTDOWN -> List.of(call(Verb.SHUTDOWN, 1), read);
                    case CLOSE -> List.of(call(Verb.CLOSE, 0));
                    case ERROR -> List.of(call(Verb.ERROR, 0), read);
                    case AGAIN -> List.of(segment);
                    case ACKNOWLEDGED -> List.of(said(ACK, 0), write);
                    case DATA -> List.of(said(ACK | PSH, 200), read);
                    case CLOSED -> List.of(said(ACK | FIN, 0), read, call(Verb.CLOSE, 0));
                    case RESET -> List.of(said(RST, 0), read);
                });
        return steps;
    }

    private static Step call(Verb verb, int argument) {
        return new Call(verb, 0, argument);
    }

    private static Step said(int flags, int length) {
        return new Segment(0, flags, 0, 0, length, Offer.AGREED, 0, 0);
    }
}
