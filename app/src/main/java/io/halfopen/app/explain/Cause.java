package io.halfopen.app.explain;

/** What can be the matter with a connection or a listener. */
enum Cause {
    CONNECTED("connected"),
    SYN_UNANSWERED("SYNs without an answer"),
    ACCEPT_QUEUE_FULL("accept queue full: SYNs dropped"),
    FINAL_ACK_IGNORED("accept queue full: the final ACK was ignored"),
    ABORT_ON_OVERFLOW("accept queue full: reset, tcp_abort_on_overflow"),
    SYN_QUEUE_FULL("SYN queue full, no cookies: SYNs dropped"),
    SYN_COOKIE("answered with a SYN cookie"),
    COOKIE_IGNORED("accept queue full: the ACK of a SYN cookie was ignored"),
    FLOOD("a SYN flood"),
    DEFER_ACCEPT("TCP_DEFER_ACCEPT: the bare ACK did not count"),
    HALF_OPEN("SYN-ACKs that nobody finished"),
    SYN_LOST("a SYN, a SYN-ACK or its ACK was lost"),
    CONNECT_GAVE_UP("connect() gave up"),
    PORT_CLOSED("nobody listens"),
    FIREWALL_RESET("reset by a firewall on the way"),
    ICMP_REFUSED("refused by ICMP"),
    FAST_OPEN("Fast Open"),
    FAST_OPEN_REQUEST("asked for a Fast Open cookie"),
    FAST_OPEN_FALLBACK("Fast Open fell back"),
    TIME_WAIT_REFUSED("the port is in TIME_WAIT at the server"),
    TIME_WAIT_REUSED("TIME_WAIT was taken over"),
    OLD_CONNECTION("the server still has an old connection of this port"),
    WRONG_SYN_ACK("a SYN-ACK with a wrong number"),
    IGNORED_RESET("an RST that does not count"),
    PAWS("dropped for an old timestamp"),
    RESET_UNREAD_DATA("closed with data unread: reset"),
    RESET_AFTER_CLOSE("data for a socket that is closed: reset"),
    RESET_BY_CLIENT("reset by the client"),
    RESET_BY_SERVER("reset by the server"),
    RESET_UNKNOWN_CONNECTION("the server does not know this connection"),
    ECN_FALLBACK("connected without ECN after a SYN with it went unanswered"),
    OPTIONS_STRIPPED("options were lost on the way"),
    HALF_CLOSED("half-closed, and left so"),
    ZERO_WINDOW("the receiver does not read: window 0"),
    NOT_ACCEPTED("data that nobody answers"),
    NOT_ACKNOWLEDGED("data that is repeated, and not acknowledged"),
    ASYMMETRIC("only one direction was captured"),
    MID_LIFE("it began before the capture");

    private final String title;

    Cause(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
