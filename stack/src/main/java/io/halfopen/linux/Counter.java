package io.halfopen.linux;

/** What the stack counts, spelled as /proc/net/snmp and /proc/net/netstat print it; all are per {@code Stack}.
 * The order is that of the two files, which is also nstat's. */
public enum Counter {
    InReceives(Group.Ip, "packets that arrived, whatever became of them"),
    InHdrErrors(Group.Ip, "packets with a damaged or senseless IP header"),
    InAddrErrors(Group.Ip, "packets for an address that is not ours"),
    InUnknownProtos(Group.Ip, "packets of a protocol other than TCP"),
    InDelivers(Group.Ip, "packets handed to TCP"),
    OutRequests(Group.Ip, "packets sent"),
    ReasmTimeout(Group.Ip, "packets of which not all fragments came in time"),
    ReasmReqds(Group.Ip, "fragments that arrived"),
    ReasmOKs(Group.Ip, "packets put together again"),
    ReasmFails(Group.Ip, "packets that could not be put together, and fragments there was no room for"),

    InMsgs(Group.Icmp, "ICMP messages that arrived, of both versions"),
    InErrors(Group.Icmp, "ICMP messages that were damaged, or about no connection of ours"),
    IcmpInCsumErrors(Group.Icmp, "those of them with a wrong checksum"),
    InDestUnreachs(Group.Icmp, "ICMP messages: destination unreachable"),
    InTimeExcds(Group.Icmp, "ICMP messages: time exceeded"),
    InParmProbs(Group.Icmp, "ICMP messages: parameter problem"),
    InEchos(Group.Icmp, "pings"),
    InEchoReps(Group.Icmp, "answers to pings, of which this host sends none"),
    OutMsgs(Group.Icmp, "ICMP messages sent, of both versions"),
    OutRateLimitGlobal(Group.Icmp, "ICMP errors not sent, icmp_msgs_per_sec"),
    OutRateLimitHost(Group.Icmp, "ICMP errors not sent, icmp_ratelimit"),
    OutDestUnreachs(Group.Icmp, "ICMP messages sent: destination unreachable"),
    OutTimeExcds(Group.Icmp, "ICMP messages sent: time exceeded"),
    OutParmProbs(Group.Icmp, "ICMP messages sent: parameter problem"),
    OutEchoReps(Group.Icmp, "pings answered"),

    ActiveOpens(Group.Tcp, "connect() calls that sent a SYN"),
    PassiveOpens(Group.Tcp, "handshakes that a listener finished"),
    AttemptFails(Group.Tcp, "handshakes that were reset or given up: connect() failed, or a half-open was reset"),
    EstabResets(Group.Tcp, "connections reset while ESTABLISHED or CLOSE_WAIT, by either side"),
    CurrEstab(Group.Tcp, "connections now in ESTABLISHED or CLOSE_WAIT; the only number here that falls"),
    InSegs(Group.Tcp, "segments that arrived, damaged ones included"),
    OutSegs(Group.Tcp, "segments sent, those that only retransmit data not included"),
    RetransSegs(Group.Tcp, "segments retransmitted, SYN and SYN-ACK included"),
    InErrs(Group.Tcp, "segments that were damaged or made no sense"),
    OutRsts(Group.Tcp, "resets sent"),
    InCsumErrors(Group.Tcp, "segments with a wrong TCP checksum"),

    NoPorts(Group.Udp, "UDP datagrams, for which there is no socket"),

    SyncookiesSent(Group.TcpExt, "SYNs answered with a cookie"),
    SyncookiesRecv(Group.TcpExt, "final ACKs that brought a good cookie"),
    SyncookiesFailed(Group.TcpExt, "ACKs that might have brought a cookie, and did not"),
    EmbryonicRsts(Group.TcpExt, "half-open connections reset by the peer, or by us"),
    PruneCalled(Group.TcpExt, "segments that came when the receive buffer, or all memory, was full"),
    RcvPruned(Group.TcpExt, "those of them for which no room could be made"),
    OfoPruned(Group.TcpExt, "times that data after a gap was given up for room"),
    OutOfWindowIcmps(Group.TcpExt, "ICMP errors about octets that are not in flight"),
    TW(Group.TcpExt, "connections that went into TIME_WAIT, or into FIN_WAIT2 with nobody to wait for"),
    TWRecycled(Group.TcpExt, "TIME_WAITs that connect() ended"),
    TWKilled(Group.TcpExt, "connections that went into such a FIN_WAIT2 for four seconds at most"),
    PAWSActive(Group.TcpExt, "SYN-ACKs that echo a timestamp never sent"),
    PAWSEstab(Group.TcpExt, "segments dropped for an old timestamp"),
    BeyondWindow(Group.TcpExt, "segments that began, or while data was unread ended, beyond our window"),
    TSEcrRejected(Group.TcpExt, "handshake segments that echo a timestamp never sent"),
    PAWSOldAck(Group.TcpExt, "old ACKs dropped for an old timestamp"),
    PAWSTimewait(Group.TcpExt, "segments to TIME_WAIT dropped for an old timestamp"),
    DelayedACKs(Group.TcpExt, "delayed ACKs sent by their timer"),
    DelayedACKLost(Group.TcpExt, "ACKs that may have been lost, since the peer repeated what they acknowledged"),
    ListenOverflows(Group.TcpExt, "SYNs dropped or final ACKs refused since the accept queue was full"),
    ListenDrops(Group.TcpExt, "the same, and SYNs dropped for any other reason"),
    TCPRenoRecovery(Group.TcpExt, "episodes of fast retransmission with peers that have no SACK"),
    TCPSackRecovery(Group.TcpExt, "the same with peers that have it"),
    TCPSACKReneging(Group.TcpExt, "timeouts of data that SACK had said had arrived"),
    TCPSACKReorder(Group.TcpExt, "packets that SACK showed to have been overtaken, not lost"),
    TCPRenoReorder(Group.TcpExt, "the same, concluded from too many duplicate ACKs"),
    TCPTSReorder(Group.TcpExt, "the same, concluded from a timestamp"),
    TCPFullUndo(Group.TcpExt, "episodes that were none, by a timestamp or D-SACKs: found at their end"),
    TCPPartialUndo(Group.TcpExt, "the same, found by a timestamp while they lasted"),
    TCPDSACKUndo(Group.TcpExt, "the same, found by D-SACKs"),
    TCPLossUndo(Group.TcpExt, "the same of timeouts"),
    TCPLostRetransmit(Group.TcpExt, "retransmissions that were lost, too"),
    TCPRenoFailures(Group.TcpExt, "timeouts after duplicate ACKs, too few to retransmit at once"),
    TCPSackFailures(Group.TcpExt, "the same with SACK"),
    TCPLossFailures(Group.TcpExt, "timeouts while recovering from a timeout, after an ACK"),
    TCPFastRetrans(Group.TcpExt, "segments retransmitted without waiting for a timeout"),
    TCPSlowStartRetrans(Group.TcpExt, "segments retransmitted after that of a timeout, as the window grew again"),
    TCPTimeouts(Group.TcpExt, "retransmission timers that fired, for SYN, SYN-ACK or data"),
    TCPLossProbes(Group.TcpExt, "tail loss probes sent"),
    TCPLossProbeRecovery(Group.TcpExt, "those of them that repaired a loss"),
    TCPRenoRecoveryFail(Group.TcpExt, "timeouts during fast retransmission, without SACK"),
    TCPSackRecoveryFail(Group.TcpExt, "the same with SACK"),
    TCPDSACKOldSent(Group.TcpExt, "duplicate SACKs sent: what came was here before (RFC 2883)"),
    TCPDSACKOfoSent(Group.TcpExt, "the same of what lies beyond a gap"),
    TCPDSACKRecv(Group.TcpExt, "duplicate SACKs received (RFC 2883)"),
    TCPDSACKOfoRecv(Group.TcpExt, "the same of what lies beyond a gap"),
    TCPAbortOnData(Group.TcpExt, "connections reset since data came after close()"),
    TCPAbortOnClose(Group.TcpExt, "connections reset since close() left data unread"),
    TCPAbortOnMemory(Group.TcpExt, "connections reset by close() since there were too many without a process"),
    TCPAbortOnTimeout(Group.TcpExt, "connections given up after too many retransmissions"),
    TCPAbortOnLinger(Group.TcpExt, "connections reset by close() in FIN_WAIT2 with a negative TCP_LINGER2"),
    TCPMemoryPressures(Group.TcpExt, "times that the memory of all buffers exceeded tcp_mem's second number"),
    TCPSACKDiscard(Group.TcpExt, "SACK blocks ignored, of what cannot have arrived"),
    TCPDSACKIgnoredOld(Group.TcpExt, "duplicate SACKs ignored, of before the present episode"),
    TCPDSACKIgnoredNoUndo(Group.TcpExt, "duplicate SACKs ignored: there is no episode to take back"),
    TCPMD5Unexpected(Group.TcpExt, "segments dropped for a TCP-MD5 signature, which no socket has a key for"),
    TCPSpuriousRTOs(Group.TcpExt, "timeouts that F-RTO found to have been too early"),
    TCPDeferAcceptDrop(Group.TcpExt, "final ACKs without data that TCP_DEFER_ACCEPT kept from the accept queue"),
    TCPTimeWaitOverflow(Group.TcpExt, "TIME_WAIT skipped since tcp_max_tw_buckets was reached"),
    TCPReqQFullDoCookies(Group.TcpExt, "SYNs for which a cookie was decided on, since the SYN queue was full"),
    TCPReqQFullDrop(Group.TcpExt, "SYNs dropped since the SYN queue was full"),
    TCPOFOQueue(Group.TcpExt, "segments kept out of order"),
    TCPOFODrop(Group.TcpExt, "segments out of order dropped since there were too many gaps"),
    TCPChallengeACK(Group.TcpExt, "challenge ACKs sent (RFC 5961)"),
    TCPSYNChallenge(Group.TcpExt, "those of them that answer a SYN"),
    TCPFastOpenActive(Group.TcpExt, "connections whose SYN's data was acknowledged with it"),
    TCPFastOpenActiveFail(Group.TcpExt, "SYNs with data or a Fast Open option that did not get that far"),
    TCPFastOpenPassive(Group.TcpExt, "connections that a SYN with a good Fast Open cookie made"),
    TCPFastOpenPassiveFail(Group.TcpExt, "SYNs with a Fast Open cookie that is not ours"),
    TCPFastOpenListenOverflow(Group.TcpExt, "SYNs that found too many Fast Open handshakes under way"),
    TCPFastOpenCookieReqd(Group.TcpExt, "SYNs that asked for a Fast Open cookie"),
    TCPFromZeroWindowAdv(Group.TcpExt, "windows announced as open that were closed before"),
    TCPToZeroWindowAdv(Group.TcpExt, "windows announced as closed that were open before"),
    TCPWantZeroWindowAdv(Group.TcpExt, "windows that would have been closed, had more not been promised"),
    TCPSynRetrans(Group.TcpExt, "SYNs and SYN-ACKs retransmitted"),
    TCPOrigDataSent(Group.TcpExt, "segments with new data, or a FIN, sent"),
    TCPMTUPSuccess(Group.TcpExt, "probes of tcp_mtu_probing that arrived, so that segments became larger"),
    TCPMTUPFail(Group.TcpExt, "probes of tcp_mtu_probing that alone were lost"),
    TCPHystartTrainDetect(
            Group.TcpExt, "slow starts that ended before a loss, since ACKs came close together for long"),
    TCPHystartTrainCwnd(Group.TcpExt, "the sum of their windows, segments"),
    TCPHystartDelayDetect(Group.TcpExt, "slow starts that ended before a loss, since round trips took longer"),
    TCPHystartDelayCwnd(Group.TcpExt, "the sum of their windows, segments"),
    TCPACKSkippedSynRecv(Group.TcpExt, "answers not sent, tcp_invalid_ratelimit: to a half-open"),
    TCPACKSkippedPAWS(Group.TcpExt, "ACKs not sent, tcp_invalid_ratelimit: to old timestamps"),
    TCPACKSkippedSeq(Group.TcpExt, "ACKs not sent, tcp_invalid_ratelimit: to segments outside the window"),
    TCPACKSkippedFinWait2(Group.TcpExt, "ACKs not sent, tcp_invalid_ratelimit: in FIN_WAIT2 with nobody to wait for"),
    TCPACKSkippedTimeWait(Group.TcpExt, "ACKs not sent, tcp_invalid_ratelimit: in TIME_WAIT"),
    TCPACKSkippedChallenge(Group.TcpExt, "challenge ACKs not sent, tcp_invalid_ratelimit"),
    TCPWinProbe(Group.TcpExt, "probes of a closed window sent"),
    TCPKeepAlive(Group.TcpExt, "keepalive probes sent"),
    TCPDelivered(Group.TcpExt, "segments that ACKs said were delivered, a SYN included"),
    TCPDeliveredCE(Group.TcpExt, "segments delivered that ACKs with ECE were about"),
    TCPAckCompressed(Group.TcpExt, "ACKs of gaps that were not sent, since a later one tells the same"),
    TCPZeroWindowDrop(Group.TcpExt, "segments that arrived when we had announced no window"),
    TCPRcvQDrop(Group.TcpExt, "segments in order dropped since there was no memory"),
    TCPFastOpenPassiveAltKey(Group.TcpExt, "connections made by a Fast Open cookie of the key before"),
    TcpTimeoutRehash(Group.TcpExt, "timeouts, after each of which another path is tried"),
    TCPDSACKRecvSegs(Group.TcpExt, "packets that duplicate SACKs were about"),
    TCPDSACKIgnoredDubious(Group.TcpExt, "duplicate SACKs of more than was retransmitted"),
    TCPMigrateReqSuccess(Group.TcpExt, "queued and half-open connections that another listener of the group took over"),
    TCPMigrateReqFailure(Group.TcpExt, "those that none could take: there was no other, or its accept queue was full"),
    TCPAOBad(Group.TcpExt, "final ACKs dropped for a TCP-AO signature, which the handshake had not agreed on"),

    ReasmOverlaps(Group.IpExt, "IPv4 packets given up since fragments of them overlapped"),

    InPktTooBigs(Group.Icmp6, "ICMPv6 messages: packet too big");

    /** The line of /proc it stands in; nstat prints it as a prefix. */
    public enum Group {
        Ip,
        Icmp,
        Tcp,
        Udp,
        TcpExt,
        IpExt,
        Icmp6
    }

    private final Group group;
    private final String sentence;

    Counter(Group group, String sentence) {
        this.group = group;
        this.sentence = sentence;
    }

    /** As nstat names it: {@code TcpExtListenDrops}. */
    public String fullName() {
        return name().startsWith(group.name()) ? name() : group.name() + name();
    }

    public Group group() {
        return group;
    }

    public String sentence() {
        return sentence;
    }
}
