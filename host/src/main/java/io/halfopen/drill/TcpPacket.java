package io.halfopen.drill;

import io.halfopen.wire.TcpHeader;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A TCP segment as a script writes it, with the script's sequence numbers. What a machine sent is turned into the same
 * form, so that both can be compared and printed.
 *
 * @param flags the bits of the header; {@link #AE} is the ninth
 * @param window -1 where the script does not say
 * @param options null for {@code <...>}: any
 */
record TcpPacket(
        boolean inbound,
        IpInfo ip,
        @Nullable Endpoints endpoints,
        int flags,
        int seq,
        int length,
        int ack,
        int window,
        int urgent,
        @Nullable List<TcpOption> options)
        implements Action.Packet {

    /** Accurate ECN's flag, beside CWR. */
    static final int AE = 0x100;

    /** The letters of the flags, lowest bit first. */
    static final String LETTERS = "FSRP.UEWA";

    private static final String PRINTED = "SFRPUEWA.";

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    boolean isSynAck() {
        return has(TcpHeader.SYN) && has(TcpHeader.ACK);
    }

    /** Without what its IP header says. */
    TcpPacket withoutIp() {
        return new TcpPacket(inbound, IpInfo.NONE, endpoints, flags, seq, length, ack, window, urgent, options);
    }

    TcpPacket withLength(int other) {
        return new TcpPacket(inbound, ip, endpoints, flags, seq, other, ack, window, urgent, options);
    }

    TcpPacket withSeq(int other) {
        return new TcpPacket(inbound, ip, endpoints, flags, other, length, ack, window, urgent, options);
    }

    /** In the notation of scripts, without direction and time. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(ip.toString());
        if (endpoints != null) {
            int from = inbound ? endpoints.remotePort() : endpoints.localPort();
            int to = inbound ? endpoints.localPort() : endpoints.remotePort();
            text.append(from).append('>').append(to).append(' ');
        }
        text.append(flagLetters()).append(' ').append(Integer.toUnsignedString(seq));
        text.append(':').append(Integer.toUnsignedString(seq + length)).append('(');
        text.append(length).append(')');
        if (has(TcpHeader.ACK)) {
            text.append(" ack ").append(Integer.toUnsignedString(ack));
        }
        if (window >= 0) {
            text.append(" win ").append(window);
        }
        if (urgent != 0) {
            text.append(" urg ").append(urgent);
        }
        if (options == null) {
            text.append(" <...>");
        } else if (!options.isEmpty()) {
            text.append(options.stream().map(TcpOption::toString).collect(Collectors.joining(",", " <", ">")));
        }
        return text.toString();
    }

    String flagLetters() {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < PRINTED.length(); i++) {
            char letter = PRINTED.charAt(i);
            if (has(1 << LETTERS.indexOf(letter))) {
                letters.append(letter);
            }
        }
        return letters.isEmpty() ? "-" : letters.toString();
    }
}
