package io.halfopen.linux;

/** The states of a connection, with the words that ss and netstat print for them. */
public enum TcpState {
    ESTABLISHED("ESTAB", "ESTABLISHED"),
    SYN_SENT("SYN-SENT", "SYN_SENT"),
    SYN_RECV("SYN-RECV", "SYN_RECV"),
    FIN_WAIT1("FIN-WAIT-1", "FIN_WAIT1"),
    FIN_WAIT2("FIN-WAIT-2", "FIN_WAIT2"),
    TIME_WAIT("TIME-WAIT", "TIME_WAIT"),
    CLOSE("UNCONN", "CLOSE"),
    CLOSE_WAIT("CLOSE-WAIT", "CLOSE_WAIT"),
    LAST_ACK("LAST-ACK", "LAST_ACK"),
    LISTEN("LISTEN", "LISTEN"),
    CLOSING("CLOSING", "CLOSING");

    private final String ss;
    private final String netstat;

    TcpState(String ss, String netstat) {
        this.ss = ss;
        this.netstat = netstat;
    }

    /** Its number in the kernel, which counts from 1 (include/net/tcp_states.h). */
    public int number() {
        return ordinal() + 1;
    }

    public String ss() {
        return ss;
    }

    public String netstat() {
        return netstat;
    }

    /** Data still flows towards us: our FIN may be out, theirs has not come. */
    public boolean canReceive() {
        return this == ESTABLISHED || this == FIN_WAIT1 || this == FIN_WAIT2;
    }

    /** We may still send data: our FIN is not out. */
    public boolean canSend() {
        return this == ESTABLISHED || this == CLOSE_WAIT;
    }
}
