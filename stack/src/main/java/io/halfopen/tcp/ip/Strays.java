package io.halfopen.tcp.ip;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.tcp.socket.Core;
import io.halfopen.tcp.socket.Flow;
import io.halfopen.wire.IcmpError;
import io.halfopen.wire.Segment;
import org.jspecify.annotations.Nullable;

/**
 * Of several stacks that share an address each has the flows that a hash of addresses and ports has given it. Two kinds of packets have
 * no such hash: an error of ICMP, which a router may send about any flow, and fragments, which have no ports. So they come to any stack.
 */
public final class Strays {
    /** Whoever hands them to the others. */
    public interface Others {
        void take(byte[] whole, int length);
    }

    private final Core core;
    private final Segment segment = new Segment();
    private final IcmpError error = new IcmpError();
    private @Nullable Others others;

    Strays(Core core) {
        this.core = core;
    }

    /** Who hands to the others what was put together here and is theirs. */
    public void giveTo(Others whom) {
        others = whom;
    }

    /** Whether a packet is about a flow that is not here. A SYN is about none: it is for whoever has it. */
    public boolean isStray(byte[] packet, int offset, int length) {
        return switch (segment.parse(packet, offset, length)) {
            case NONE -> (segment.flags() & (SYN | ACK)) != SYN && core.flows.find(segment) == null;
            case ICMP -> error.parse(segment) == IcmpError.Outcome.ERROR && quoted() == null;
            default -> false;
        };
    }

    private @Nullable Flow quoted() {
        int ports = error.remotePort() << 16 | error.localPort();
        return core.flows.find(error.localHigh(), error.localLow(), error.remoteHigh(), error.remoteLow(), ports);
    }

    /** Gives away what fragments have become, if it is a stray and there are others; true if it did. */
    boolean giveAway(byte[] whole, int length) {
        Others whom = others;
        if (whom == null || !isStray(whole, 0, length)) {
            return false;
        }
        whom.take(whole, length);
        return true;
    }
}
