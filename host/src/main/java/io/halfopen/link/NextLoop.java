package io.halfopen.link;

import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Of several loops, each with a queue of one interface and a stack of its own, the one after this: a packet about a flow that is not
 * here is passed on until it comes to who has it; the last one takes it whatever it is.
 */
final class NextLoop {
    /** Packets on their way to the next at a time. What comes beyond is lost: such packets are rare, unless somebody makes them up. */
    private static final int MOST = 256;

    private final EventLoop loop;
    private final int others;
    private final AtomicInteger underWay = new AtomicInteger();

    /**
     * @param others how many loops there are beside this one
     */
    NextLoop(EventLoop loop, int others) {
        this.loop = loop;
        this.others = others;
    }

    /** Passes a packet on that has come from the interface. */
    void pass(byte[] packet, int offset, int length) {
        pass(Arrays.copyOfRange(packet, offset, offset + length), others);
    }

    /**
     * @param left how many loops have not been asked
     */
    void pass(byte[] packet, int left) {
        if (underWay.incrementAndGet() > MOST) {
            underWay.decrementAndGet();
            return;
        }
        try {
            loop.execute(() -> {
                underWay.decrementAndGet();
                loop.takeStray(packet, left);
            });
        } catch (RejectedExecutionException ending) {
            underWay.decrementAndGet();
        }
    }

    /** They end together: what comes for one that has ended would wait for ever. */
    void end() {
        loop.end();
    }
}
