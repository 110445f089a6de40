package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Rule;
import io.halfopen.wire.Segment;
import io.halfopen.wire.Segment.Defect;

/** Takes what a stack sends: how many packets, and the header of the last one. Allocates nothing. */
final class Answers implements Stack.PacketHandler {
    private final Stack stack;
    private final Segment last = new Segment();
    private Rule why = Rule.NOT_IP;

    Answers(Stack stack) {
        this.stack = stack;
    }

    /** Drains the stack; returns how many packets there were. */
    int take() {
        return stack.drainPackets(this);
    }

    /** Drains the stack of the one packet that it must have. */
    Segment one() {
        int count = take();
        if (count != 1) {
            assertThat(count).as("packets sent").isEqualTo(1);
        }
        return last;
    }

    /** The rule that sent the last packet. */
    Rule why() {
        return why;
    }

    @Override
    public void onPacket(Rule rule, byte[] bytes, int offset, int length) {
        Defect defect = last.parse(bytes, offset, length);
        if (defect != Defect.NONE) {
            throw new AssertionError("the stack sent a packet that is none: " + defect);
        }
        why = rule;
    }
}
