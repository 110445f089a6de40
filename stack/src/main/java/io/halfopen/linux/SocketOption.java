package io.halfopen.linux;

/** The socket options of socket(7) and tcp(7) that act on the stack so far; an option that is not here is refused. */
public enum SocketOption {
    SO_ACCEPTCONN(false, "1 for a listener, 0 for any other socket"),
    SO_ERROR(false, "the pending error as a positive errno; reading it clears it"),
    SO_LINGER(true, "-1: close(2) sends FIN; 0: close(2) sends RST and forgets everything. Other times are refused"),
    SO_REUSEADDR(true, "1: bind(2) may take a port whose connections are in TIME_WAIT or established"),
    SO_RCVBUF(true, "receive buffer; the kernel doubles what is set, bytes"),
    SO_SNDBUF(true, "send buffer; the kernel doubles what is set, bytes"),
    TCP_NODELAY(true, "1: send small segments at once instead of waiting for the last one's ACK (Nagle)"),
    TCP_MAXSEG(true, "largest segment to announce and to send, octets"),
    TCP_SYNCNT(true, "SYN retransmissions before connect(2) fails; on a listener SYN-ACK retransmissions; 1 to 127"),
    TCP_FASTOPEN(true, "on a listener: Fast Open handshakes that may be under way, at most somaxconn; 0: none"),
    TCP_FASTOPEN_NO_COOKIE(true, "1: Fast Open needs no cookie here"),
    TCP_USER_TIMEOUT(
            true,
            "how long SYN, data or a closed window may stay unanswered before ETIMEDOUT, milliseconds; 0: default"),
    TCP_DEFER_ACCEPT(
            true,
            "of a listener: how long a handshake that is done waits for data before accept(2) gets it, seconds; rounded up"
                    + " to 1, 3, 7, 15, 31, 63, 127 and so on; 0: not at all");

    private final boolean settable;
    private final String sentence;

    SocketOption(boolean settable, String sentence) {
        this.settable = settable;
        this.sentence = sentence;
    }

    public boolean settable() {
        return settable;
    }

    public String sentence() {
        return sentence;
    }
}
