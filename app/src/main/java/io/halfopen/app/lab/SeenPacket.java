package io.halfopen.app.lab;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.linux.Rule;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.Segment;
import org.jspecify.annotations.Nullable;

/** A packet on a real wire: what can be seen of it, and what is found out about it. */
final class SeenPacket {
    /** A client by its address. */
    record Endpoint(IpAddress address, int port) {}

    /** What became of a segment that wants something of the listener, as far as it can be seen. */
    enum Fate {
        /** It was answered or taken, or wants nothing. */
        TAKEN,
        /** A SYN without an answer. */
        SYN_UNANSWERED,
        /** The end of a handshake, after which it is still half-open. */
        FINAL_IGNORED,
        /** The end of a handshake, and an RST. */
        FINAL_RESET,
        /** The end of a handshake whose SYN-ACK was a cookie, after which there is no connection. */
        COOKIE_IGNORED
    }

    final long time;
    final byte[] bytes;
    final Segment segment = new Segment();
    final Endpoint client;
    private final boolean arrives;
    Fate fate = Fate.TAKEN;

    @Nullable
    Rule rule;

    /** {@code port} is the server's. */
    SeenPacket(long time, byte[] bytes, int port) {
        this.time = time;
        this.bytes = bytes;
        segment.parse(bytes, 0, bytes.length);
        arrives = segment.destinationPort() == port;
        client = arrives
                ? new Endpoint(new IpAddress(segment.sourceHigh(), segment.sourceLow()), segment.sourcePort())
                : new Endpoint(
                        new IpAddress(segment.destinationHigh(), segment.destinationLow()), segment.destinationPort());
    }

    boolean isSyn() {
        return arrives && segment.has(SYN) && !segment.has(ACK);
    }

    boolean isSynAck() {
        return !arrives && segment.has(SYN) && segment.has(ACK);
    }

    boolean isReset() {
        return !arrives && segment.has(RST);
    }

    /** Of a client whose handshake is not done, this would end it. */
    boolean isFinal() {
        return arrives && segment.has(ACK) && !segment.has(SYN) && !segment.has(RST);
    }
}
