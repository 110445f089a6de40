package io.halfopen.linux;

import static io.halfopen.linux.Counter.*;
import static io.halfopen.linux.Rule.Verdict.*;

/**
 * Every decision the stack takes, by name: about a segment that arrived, at a timer, in a call. A rule says what becomes
 * of the segment, what is counted and where Linux decides it; nothing is dropped, answered or sent without one, and one
 * place counts. The order here is the order in which a segment meets them.
 */
public enum Rule {
    // ---- packets that are not segments for us
    NOT_IP(DROP, "neither IPv4 nor IPv6", "ip_rcv_core", InHdrErrors),
    IP_BAD_LENGTH(DROP, "a length in the IP header is wrong", "ip_rcv_core", InHdrErrors),
    IP_BAD_CHECKSUM(DROP, "the IP header checksum is wrong", "ip_rcv_core", InHdrErrors),
    IP_PROBLEM(
            REPLY,
            "an IP option that is malformed, or must not be ignored: parameter problem",
            "ip_options_rcv",
            InHdrErrors),
    IP_BAD_OPTION(DROP, "an IPv6 header that is malformed, or that asks for silence", "ip6_parse_tlv", InHdrErrors),
    IP_SOURCE_ROUTE(DROP, "source-routed", "ip_rcv_options"),
    IP_MARTIAN(DROP, "an address that no packet from a wire can have", "ip_route_input_slow"),
    IP_OWN_SOURCE(DROP, "an IPv4 address of this host as source, from the wire (LAND)", "fib_validate_source"),
    IP_NOT_FOR_US(DROP, "the destination is not an address of this host", "ip_route_input_slow", InAddrErrors),
    FRAGMENT_KEPT(ACCEPT, "a fragment: kept until the others are here", "ip_frag_queue", ReasmReqds),
    FRAGMENT_DUPLICATE(DROP, "a fragment that is here", "ip_frag_queue", ReasmReqds),
    FRAGMENT_OVERLAPS(DROP, "a fragment that overlaps another: none is kept", "ip_frag_queue", ReasmReqds, ReasmFails),
    FRAGMENT_CONTRADICTS(
            DROP,
            "a fragment that cannot be of one packet with the others: none is kept",
            "ip_frag_queue",
            ReasmReqds,
            ReasmFails),
    FRAGMENT_NO_ROOM(DROP, "a fragment, and no room for more", "inet_frag_find", ReasmReqds, ReasmFails),
    FRAGMENT_BAD(REPLY, "an impossible fragment of IPv6: parameter problem", "ip6_frag_queue", ReasmReqds, InHdrErrors),
    FRAGMENT_WITHOUT_HEADER(
            REPLY,
            "a first fragment of IPv6 without all headers: parameter problem",
            "ipv6frag_thdr_truncated",
            ReasmReqds,
            InHdrErrors),
    REASSEMBLED(
            ACCEPT,
            "the last fragment: the packet goes on as if it had come whole",
            "ip_frag_reasm",
            ReasmReqds,
            ReasmOKs),
    FRAGMENT_NESTED(DROP, "fragments of a packet that is a fragment", "ipv6_frag_rcv", InHdrErrors),
    NO_NEXT_HEADER(DROP, "IPv6 without anything in it", "ip6_protocol_deliver_rcu", InDelivers),
    NOT_TCP(REPLY, "a protocol that is not here: unreachable", "ip_protocol_deliver_rcu", InUnknownProtos),
    UDP_NO_PORT(REPLY, "UDP, which nobody has a socket for: port unreachable", "__udp4_lib_rcv", InDelivers, NoPorts),
    UDP_BAD(DROP, "UDP with a wrong length or checksum", "__udp4_lib_rcv", InDelivers),
    TCP_TRUNCATED(DROP, "the packet ends within the TCP header", "tcp_v4_rcv", InDelivers, InSegs),
    TCP_BAD_LENGTH(DROP, "the TCP header says that it is shorter than one", "tcp_v4_rcv", InDelivers, InSegs, InErrs),
    TCP_BAD_CHECKSUM(DROP, "the TCP checksum is wrong", "tcp_v4_rcv", InDelivers, InSegs, InErrs, InCsumErrors),

    // ---- ICMP
    ICMP_BAD_LENGTH(DROP, "an ICMP message shorter than what it should hold", "icmp_rcv", InDelivers, InMsgs, InErrors),
    ICMP_BAD_CHECKSUM(DROP, "the ICMP checksum is wrong", "icmp_rcv", InDelivers, InMsgs, InErrors, IcmpInCsumErrors),
    ICMP_ECHOED(REPLY, "a ping: answered", "icmp_echo", InDelivers, InMsgs, OutEchoReps),
    ICMP_ECHO_IGNORED(DROP, "a ping, and icmp_echo_ignore_all", "icmp_echo", InDelivers, InMsgs),
    ICMP_UNKNOWN(DROP, "an ICMP message of no known type", "icmp_rcv", InDelivers, InMsgs, InErrors),
    ICMP_IGNORED(DROP, "an ICMP message without effect on TCP", "icmp_rcv", InDelivers, InMsgs),
    ICMP_NO_SOCKET(DROP, "an ICMP error about no connection of ours", "tcp_v4_err", InDelivers, InMsgs, InErrors),
    ICMP_OUT_OF_WINDOW(
            DROP, "an ICMP error about octets not in flight", "tcp_v4_err", InDelivers, InMsgs, OutOfWindowIcmps),
    ICMP_HALF_OPEN_ENDED(
            ACCEPT,
            "an ICMP error about a SYN-ACK: the half-open ends",
            "tcp_req_err",
            InDelivers,
            InMsgs,
            ListenDrops),
    ICMP_CONNECT_FAILED(
            ACCEPT, "an ICMP error about a SYN: the handshake fails", "tcp_v4_err", InDelivers, InMsgs, AttemptFails),
    ICMP_REMEMBERED(
            ACCEPT,
            "an ICMP error: only if nothing gets through is it what read() says",
            "tcp_v4_err",
            InDelivers,
            InMsgs),
    ICMP_MTU_REDUCED(
            ACCEPT,
            "packet too big: what was lost goes again in smaller pieces",
            "tcp_v4_mtu_reduced",
            InDelivers,
            InMsgs),
    ICMP_MTU_NOTED(
            ACCEPT,
            "packet too big: the path is remembered, the connection goes on as before",
            "ip_rt_update_pmtu",
            InDelivers,
            InMsgs),
    ICMP_MTU_IGNORED(
            DROP, "packet too big, for an MTU that is no news or cannot be", "tcp_v4_mtu_reduced", InDelivers, InMsgs),
    ICMP_BACKOFF_REVERTED(
            ACCEPT, "unreachable, so not congested: the timeout is halved", "tcp_ld_RTO_revert", InDelivers, InMsgs),

    // ---- signatures
    MD5_UNEXPECTED(DROP, "a TCP-MD5 signature, and no key", "tcp_inbound_md5_hash", TCPMD5Unexpected),
    AO_UNEXPECTED(DROP, "a TCP-AO signature for a half-open without", "tcp_inbound_hash", TCPAOBad),
    SIGNATURE_UNREADABLE(DROP, "options that make no sense, or two signatures", "tcp_inbound_hash"),

    // ---- no socket
    NO_SOCKET_SIGNED(DROP, "nobody listens there, but no RST answers a signature", "tcp_v4_send_reset"),
    NO_SOCKET_RESET(REPLY, "nobody listens there: RST", "tcp_v4_send_reset"),
    NO_SOCKET_IGNORED(DROP, "an RST for no connection of ours", "tcp_v4_send_reset"),

    BROADCAST_IGNORED(DROP, "sent to all hosts, and nobody listens there", "tcp_v4_send_reset"),

    // ---- LISTEN
    SYN_BROADCAST(DROP, "a SYN that was sent to all hosts", "tcp_v4_conn_request", ListenDrops),
    SYN_ANSWERED(REPLY, "SYN-ACK sent, the handshake is half-open", "tcp_conn_request"),
    SYN_FAST_OPENED(
            ACCEPT, "Fast Open: connected and queued by the SYN", "tcp_try_fastopen", PassiveOpens, TCPFastOpenPassive),
    SYN_FAST_OPENED_BY_OLD_KEY(
            ACCEPT,
            "Fast Open with a cookie of the key before: a new one",
            "tcp_try_fastopen",
            PassiveOpens,
            TCPFastOpenPassive,
            TCPFastOpenPassiveAltKey),
    FAST_OPEN_COOKIE_SENT(REPLY, "SYN-ACK with the Fast Open cookie that was asked for", "tcp_try_fastopen"),
    FAST_OPEN_BAD_COOKIE(
            REPLY, "not our Fast Open cookie: SYN-ACK with ours", "tcp_try_fastopen", TCPFastOpenPassiveFail),
    FAST_OPEN_QUEUE_FULL(
            REPLY,
            "too many Fast Open handshakes: SYN-ACK as without",
            "tcp_fastopen_queue_check",
            TCPFastOpenListenOverflow),
    BERKELEY_QUEUES_FULL(DROP, "both queues together are at 3/2 backlog + 1", "UNP 4.5", ListenDrops),
    SYN_QUEUE_FULL(DROP, "SYN queue full: the SYN is dropped", "tcp_conn_request", TCPReqQFullDrop, ListenDrops),
    SYN_COOKIE_SENT(
            REPLY,
            "SYN queue full: SYN-ACK with a cookie, nothing is kept",
            "tcp_conn_request",
            TCPReqQFullDoCookies,
            SyncookiesSent),
    COOKIE_ACCEPT_QUEUE_FULL(
            DROP,
            "both queues full: the SYN is dropped",
            "tcp_conn_request",
            TCPReqQFullDoCookies,
            ListenOverflows,
            ListenDrops),
    ACCEPT_QUEUE_FULL(DROP, "accept queue full: the SYN is dropped", "tcp_conn_request", ListenOverflows, ListenDrops),
    SYN_BACKLOG_RESERVED(
            DROP, "the last quarter of tcp_max_syn_backlog is for proven peers", "tcp_conn_request", ListenDrops),
    COOKIE_ACCEPTED(ACCEPT, "a good cookie: queued for accept()", "cookie_v4_check", SyncookiesRecv, PassiveOpens),
    COOKIE_ACK_IGNORED(
            DROP,
            "accept queue full: the cookie is ignored",
            "tcp_get_cookie_sock",
            SyncookiesRecv,
            ListenOverflows,
            ListenDrops),
    COOKIE_DUPLICATE(
            DROP,
            "a good cookie, but the handshake has begun anew",
            "inet_ehash_nolisten",
            SyncookiesRecv,
            PassiveOpens),
    COOKIE_OPTIONS_REFUSED(REPLY, "a cookie with options that are off now: RST", "cookie_tcp_check", SyncookiesRecv),
    COOKIE_FAILED(REPLY, "no cookie of ours, or too old: RST", "cookie_v4_check", SyncookiesFailed),
    LISTENER_ACK_RESET(REPLY, "an ACK for no handshake of this listener: RST", "tcp_rcv_state_process"),
    LISTENER_RST_IGNORED(DROP, "an RST to a listener", "tcp_rcv_state_process"),
    LISTENER_SYN_RST_FIN_IGNORED(DROP, "a SYN that is also FIN or RST", "tcp_rcv_state_process"),
    LISTENER_NOTHING_IGNORED(DROP, "neither SYN nor ACK, to a listener", "tcp_rcv_state_process"),

    // ---- SYN_RECV: half-open
    SYN_DUPLICATE(REPLY, "the SYN again: SYN-ACK again", "tcp_check_req", TCPSynRetrans, RetransSegs),
    SYN_DUPLICATE_SKIPPED(DROP, "the SYN again, too soon to answer", "tcp_oow_rate_limited", TCPACKSkippedSynRecv),
    HALF_OPEN_PAWS(REPLY, "the timestamp is older than the SYN's: ACK", "tcp_check_req", PAWSEstab),
    HALF_OPEN_BAD_ECHO(REPLY, "echoes a timestamp never sent: ACK", "tcp_check_req", TSEcrRejected),
    HALF_OPEN_OUT_OF_WINDOW(REPLY, "outside the window of a half-open: ACK", "tcp_check_req"),
    HALF_OPEN_PAWS_SKIPPED(
            DROP,
            "an old timestamp for a half-open, too soon to answer",
            "tcp_oow_rate_limited",
            PAWSEstab,
            TCPACKSkippedSynRecv),
    HALF_OPEN_BAD_ECHO_SKIPPED(
            DROP,
            "echoes a timestamp never sent, too soon to answer",
            "tcp_oow_rate_limited",
            TSEcrRejected,
            TCPACKSkippedSynRecv),
    HALF_OPEN_OUT_OF_WINDOW_SKIPPED(
            DROP,
            "outside the window of a half-open, too soon to answer",
            "tcp_oow_rate_limited",
            TCPACKSkippedSynRecv),
    HALF_OPEN_RST_PAWS(DROP, "an RST with a timestamp older than the SYN's", "tcp_check_req", PAWSEstab),
    HALF_OPEN_RST_BAD_ECHO(DROP, "an RST that echoes a timestamp never sent", "tcp_check_req", TSEcrRejected),
    HALF_OPEN_RST_OUT_OF_WINDOW(DROP, "an RST outside the window of a half-open", "tcp_check_req"),
    HALF_OPEN_RST_CHALLENGED(REPLY, "an RST not exactly at the edge: ACK", "tcp_check_req", TCPChallengeACK),
    HALF_OPEN_CHALLENGE_SKIPPED(
            DROP,
            "an RST to a half-open, too soon for a challenge ACK",
            "tcp_send_challenge_ack",
            TCPACKSkippedChallenge),
    HALF_OPEN_RESET(ACCEPT, "the peer reset the handshake", "tcp_check_req", EmbryonicRsts, AttemptFails),
    HALF_OPEN_SYN_RESET(REPLY, "another SYN inside the window: RST", "tcp_check_req", EmbryonicRsts, AttemptFails),
    HALF_OPEN_NO_ACK(DROP, "no ACK flag, for a half-open", "tcp_check_req"),
    HALF_OPEN_BAD_ACK(REPLY, "acknowledges something else than our SYN: RST", "tcp_check_req"),
    FINAL_ACK_DEFERRED(
            DROP, "TCP_DEFER_ACCEPT: an ACK without data is not enough", "tcp_check_req", TCPDeferAcceptDrop),
    FINAL_ACK_IGNORED(
            DROP, "accept queue full: the final ACK is ignored", "tcp_v4_syn_recv_sock", ListenOverflows, ListenDrops),
    FINAL_ACK_RESET(
            REPLY,
            "accept queue full and tcp_abort_on_overflow: RST",
            "tcp_check_req",
            ListenOverflows,
            ListenDrops,
            EmbryonicRsts),
    FINAL_ACK_ACCEPTED(ACCEPT, "handshake complete, queued for accept()", "tcp_v4_syn_recv_sock", PassiveOpens),

    // ---- SYN_RECV: Fast Open
    FAST_OPEN_RESET(ACCEPT, "the peer reset a Fast Open handshake", "tcp_check_req", AttemptFails, AttemptFails),
    FAST_OPEN_SYN_RESET(REPLY, "another SYN inside a Fast Open's window: RST", "tcp_check_req", AttemptFails),
    FAST_OPEN_ESTABLISHED(ACCEPT, "the final ACK of a Fast Open", "tcp_rcv_synrecv_state_fastopen"),

    // ---- SYN_SENT
    SYN_SENT_BAD_ACK(REPLY, "acknowledges something else than our SYN: RST", "tcp_rcv_synsent_state_process"),
    SYN_SENT_BAD_RST(DROP, "an RST for something else than our SYN", "tcp_rcv_synsent_state_process"),
    SYN_SENT_BAD_ECHO(REPLY, "echoes a timestamp never sent: RST", "tcp_rcv_synsent_state_process", PAWSActive),
    SYN_SENT_RST_BAD_ECHO(
            DROP, "an RST that echoes a timestamp never sent", "tcp_rcv_synsent_state_process", PAWSActive),
    SYN_SENT_REFUSED(ACCEPT, "connection refused", "tcp_reset", AttemptFails),
    SYN_SENT_IGNORED(DROP, "no answer to our SYN", "tcp_rcv_synsent_state_process"),
    SYN_SENT_CROSSED(ACCEPT, "the peer's SYN: SYN-ACK (simultaneous open)", "tcp_rcv_synsent_state_process"),
    SYN_SENT_ESTABLISHED(ACCEPT, "SYN-ACK: connect() is done", "tcp_finish_connect"),
    SYN_DATA_ACKED(ACCEPT, "SYN-ACK of the SYN and its data (Fast Open)", "tcp_rcv_fastopen_synack", TCPFastOpenActive),
    SYN_DATA_NOT_ACKED(
            ACCEPT,
            "SYN-ACK, but not of all the SYN's data: that again",
            "tcp_rcv_fastopen_synack",
            TCPFastOpenActiveFail),

    // ---- SYN_RECV: simultaneous open
    SYN_RECV_BAD_ACK(REPLY, "acknowledges something else than our SYN-ACK: RST", "tcp_rcv_state_process"),
    SYN_RECV_RESET(ACCEPT, "the peer reset a simultaneous open", "tcp_reset", AttemptFails),
    SYN_RECV_ESTABLISHED(ACCEPT, "both SYNs are acknowledged: connect() is done", "tcp_rcv_state_process"),

    // ---- ESTABLISHED and what follows
    PAWS_OLD_ACK(DROP, "an old ACK with an old timestamp", "tcp_disordered_ack_check", PAWSOldAck),
    PAWS_REJECTED(REPLY, "the timestamp is too old (PAWS): ACK", "tcp_validate_incoming", PAWSEstab),
    OUT_OF_WINDOW(REPLY, "outside the receive window: ACK", "tcp_validate_incoming"),
    BEYOND_WINDOW(REPLY, "more than the receive window: ACK", "tcp_sequence", BeyondWindow),
    RST_OUT_OF_WINDOW(DROP, "an RST outside the receive window", "tcp_validate_incoming"),
    RST_CHALLENGED(REPLY, "an RST not exactly at rcv_nxt: challenge ACK", "tcp_validate_incoming", TCPChallengeACK),
    RST_ACCEPTED(ACCEPT, "the peer reset the connection", "tcp_reset"),
    SYN_CHALLENGED(
            REPLY,
            "a SYN on a live connection: challenge ACK",
            "tcp_validate_incoming",
            TCPChallengeACK,
            TCPSYNChallenge),
    PAWS_SKIPPED(DROP, "too old a timestamp, too soon to answer", "tcp_oow_rate_limited", PAWSEstab, TCPACKSkippedPAWS),
    OUT_OF_WINDOW_SKIPPED(
            DROP, "outside the receive window, too soon to answer", "tcp_oow_rate_limited", TCPACKSkippedSeq),
    BEYOND_WINDOW_SKIPPED(
            DROP,
            "more than the receive window, too soon to answer",
            "tcp_oow_rate_limited",
            BeyondWindow,
            TCPACKSkippedSeq),
    CHALLENGE_SKIPPED(DROP, "too soon for a challenge ACK", "tcp_send_challenge_ack", TCPACKSkippedChallenge),
    SYN_CHALLENGE_SKIPPED(
            DROP,
            "a SYN on a live connection, too soon for a challenge ACK",
            "tcp_send_challenge_ack",
            TCPSYNChallenge,
            TCPACKSkippedChallenge),
    CHALLENGE_LIMITED(DROP, "enough challenge ACKs for this second", "tcp_send_challenge_ack"),
    SYN_CHALLENGE_LIMITED(
            DROP,
            "a SYN on a live connection, enough challenge ACKs for this second",
            "tcp_send_challenge_ack",
            TCPSYNChallenge),
    NO_ACK_FLAG(DROP, "no ACK flag, on a live connection", "tcp_rcv_established"),
    ACK_TOO_OLD(REPLY, "acknowledges less than the peer's window ago: challenge ACK", "tcp_ack", TCPChallengeACK),
    ACK_OF_UNSENT(REPLY, "acknowledges what was never sent: challenge ACK", "tcp_ack", TCPChallengeACK),
    ACK_OF_UNSENT_DROPPED(DROP, "acknowledges what was never sent, on an older kernel", "tcp_ack"),
    ACK_ACCEPTED(ACCEPT, "an ACK", "tcp_ack"),
    DATA_ACCEPTED(ACCEPT, "data in order", "tcp_data_queue"),
    DATA_OUT_OF_ORDER(ACCEPT, "data after a gap: kept, ACK of what is missing", "tcp_data_queue_ofo", TCPOFOQueue),
    DATA_TOO_MANY_GAPS(DROP, "data after a gap, and no memory to keep it", "tcp_data_queue_ofo", TCPOFODrop),
    DATA_NO_MEMORY(REPLY, "data in order, and no memory to keep it: ACK, window closed", "tcp_data_queue", TCPRcvQDrop),
    DATA_DUPLICATE(REPLY, "data that was here before: ACK", "tcp_data_queue"),
    DATA_NO_ROOM(REPLY, "data when the window is closed: ACK", "tcp_data_queue", TCPZeroWindowDrop),
    DATA_OVER_WINDOW(REPLY, "data that begins just where the window ends: ACK", "tcp_data_queue"),
    ENDED_BY_LINGER2(REPLY, "TCP_LINGER2 < 0: no FIN_WAIT2, but RST", "tcp_rcv_state_process", TCPAbortOnData),
    DATA_AFTER_CLOSE(REPLY, "data for a closed socket: RST", "tcp_rcv_state_process", TCPAbortOnData),
    FIN_ACCEPTED(ACCEPT, "the peer has finished sending", "tcp_fin"),

    // ---- TIME_WAIT
    TIME_WAIT_ACKED(REPLY, "for a connection in TIME_WAIT: ACK", "tcp_timewait_state_process"),
    TIME_WAIT_PAWS(REPLY, "too old a timestamp for TIME_WAIT: ACK", "tcp_timewait_state_process", PAWSTimewait),
    TIME_WAIT_PAWS_SKIPPED(
            DROP,
            "too old a timestamp for TIME_WAIT, too soon to answer",
            "tcp_oow_rate_limited",
            PAWSTimewait,
            TCPACKSkippedTimeWait),
    TIME_WAIT_RST_PAWS(
            DROP, "an RST with too old a timestamp for TIME_WAIT", "tcp_timewait_state_process", PAWSTimewait),
    TIME_WAIT_RST_HARMLESS(DROP, "an RST to TIME_WAIT, and tcp_rfc1337", "tcp_timewait_state_process"),
    FIN_WAIT2_SKIPPED(DROP, "for FIN_WAIT2, too soon to answer", "tcp_oow_rate_limited", TCPACKSkippedFinWait2),
    TIME_WAIT_RESET(ACCEPT, "an RST ends TIME_WAIT", "tcp_timewait_state_process"),
    TIME_WAIT_RST_IGNORED(DROP, "an RST outside the window of TIME_WAIT", "tcp_timewait_state_process"),
    TIME_WAIT_SYN(ACCEPT, "a new SYN ends TIME_WAIT", "tcp_timewait_state_process"),
    TIME_WAIT_FIN(REPLY, "the FIN that was waited for: ACK", "tcp_timewait_state_process"),
    TIME_WAIT_DATA_RESET(REPLY, "data for a closed socket: RST", "tcp_timewait_state_process"),
    TIME_WAIT_SKIPPED(DROP, "for TIME_WAIT, too soon to answer", "tcp_oow_rate_limited", TCPACKSkippedTimeWait),
    TIME_WAIT_IGNORED(DROP, "nothing new for TIME_WAIT", "tcp_timewait_state_process"),

    // ---- timers
    REASSEMBLY_TIMED_OUT(
            SEND, "not all fragments came: none is kept; time exceeded", "ip_expire", ReasmTimeout, ReasmFails),
    SYN_RETRANSMITTED(SEND, "no answer: SYN again", "tcp_retransmit_timer", TCPTimeouts, TCPSynRetrans, RetransSegs),
    SYN_WITHOUT_DATA(
            SEND,
            "the SYN and its data were too big for the path: the SYN alone",
            "tcp_simple_retransmit",
            TCPSynRetrans,
            TCPSlowStartRetrans,
            RetransSegs),
    SYN_TIMED_OUT(
            SEND, "no answer to any SYN: ETIMEDOUT", "tcp_write_timeout", TCPTimeouts, TCPAbortOnTimeout, AttemptFails),
    SYN_ACK_RETRANSMITTED(
            SEND, "no final ACK: SYN-ACK again", "reqsk_timer_handler", TCPTimeouts, TCPSynRetrans, RetransSegs),
    SYN_ACK_MUTED(SEND, "TCP_DEFER_ACCEPT: no SYN-ACK while data is waited for", "syn_ack_recalc", TCPTimeouts),
    FAST_OPEN_TIMED_OUT(
            SEND,
            "no final ACK of a Fast Open: ETIMEDOUT",
            "tcp_fastopen_synack_timer",
            TCPTimeouts,
            TCPAbortOnTimeout),
    HALF_OPEN_EXPIRED(SEND, "no final ACK: the half-open is forgotten", "reqsk_timer_handler", TCPTimeouts),
    DATA_RETRANSMITTED(SEND, "no ACK in time: retransmitted", "tcp_retransmit_timer", TCPTimeouts),
    WINDOW_SHUT_RETRANSMITTED(
            SEND, "the peer took back its window: the first segment again, as a probe", "tcp_retransmit_timer"),
    DATA_TIMED_OUT(SEND, "no ACK at all: ETIMEDOUT", "tcp_write_timeout", TCPTimeouts, TCPAbortOnTimeout),
    TAIL_LOSS_PROBED(
            SEND, "no ACK yet: new data, or the last segment again (TLP)", "tcp_send_loss_probe", TCPLossProbes),
    MTU_PROBED(SEND, "a larger segment, to see whether the path takes it", "tcp_mtu_probe"),
    FAST_RETRANSMITTED(
            SEND, "found lost by SACK or duplicate ACKs: retransmitted", "tcp_xmit_retransmit_queue", TCPFastRetrans),
    SLOW_START_RETRANSMITTED(
            SEND, "lost with what timed out: retransmitted", "tcp_xmit_retransmit_queue", TCPSlowStartRetrans),
    WINDOW_PROBED(SEND, "the peer's window is closed: probe", "tcp_probe_timer", TCPWinProbe),
    WINDOW_PROBES_IN_VAIN(SEND, "no answer to any probe: ETIMEDOUT", "tcp_probe_timer", TCPAbortOnTimeout),
    KEEPALIVE_PROBED(SEND, "nothing heard for long: keepalive probe", "tcp_keepalive_timer", TCPKeepAlive),
    KEEPALIVE_TIMED_OUT(SEND, "keepalive in vain: RST, ETIMEDOUT", "tcp_keepalive_timer", TCPAbortOnTimeout),
    ACK_DELAYED(SEND, "the delayed ACK is due", "tcp_delack_timer", DelayedACKs),
    SACKS_COLLECTED(SEND, "ACKs of what lies beyond a gap, as one", "tcp_compressed_ack_kick"),
    FIN_WAIT2_EXPIRED(SEND, "no FIN from the peer after close()", "tw_timer_handler"),
    FIN_WAIT2_RESET(SEND, "only an old FIN from the peer after close(): RST", "tcp_keepalive_timer"),
    TIME_WAIT_EXPIRED(SEND, "TIME_WAIT is over", "tw_timer_handler"),

    // ---- calls
    TIME_WAIT_REUSED(SEND, "connect() ends a TIME_WAIT", "tcp_twsk_unique", TWRecycled),
    CONNECT_CALLED(SEND, "connect()", "tcp_v4_connect", ActiveOpens),
    DATA_SENT(SEND, "data in window", "tcp_write_xmit"),
    ACK_AFTER_READ(SEND, "read() took what an ACK was still owed for", "tcp_cleanup_rbuf"),
    WINDOW_UPDATED(SEND, "read() opened the window", "tcp_cleanup_rbuf"),
    FIN_SENT(SEND, "close() or shutdown()", "tcp_send_fin"),
    CLOSED_UNREAD(SEND, "close() with unread data: RST", "__tcp_close", TCPAbortOnClose),
    CLOSED_BY_LINGER(SEND, "close() with SO_LINGER 0: RST", "tcp_disconnect", TCPAbortOnData),
    CLOSED_SILENTLY(SEND, "close() with SO_LINGER 0 after both FINs", "tcp_disconnect", TCPAbortOnData),
    CLOSED_BY_LINGER2(SEND, "close() in FIN_WAIT2, TCP_LINGER2 < 0: RST", "__tcp_close", TCPAbortOnLinger),
    CLOSED_FOR_MEMORY(SEND, "close() with more than tcp_max_orphans: RST", "tcp_check_oom", TCPAbortOnMemory),
    ORPHAN_ENDED(SEND, "a timer found too many without a process: RST", "tcp_out_of_resources", TCPAbortOnMemory),
    LISTENER_CLOSED(SEND, "its listener was closed before accept(): RST", "inet_csk_listen_stop"),
    LISTENER_CLOSED_MIGRATED(
            SEND, "its listener was closed: another has it now", "inet_csk_listen_stop", TCPMigrateReqSuccess),
    LISTENER_CLOSED_LAST(
            SEND, "the last listener of its group was closed: RST", "inet_csk_listen_stop", TCPMigrateReqFailure);

    /** What a rule does to the segment it judges. */
    public enum Verdict {
        /** It counts for the connection; an ACK may follow. */
        ACCEPT,
        /** It is answered and otherwise has no effect on what it came for. */
        REPLY,
        /** Nothing happens and nothing is sent. */
        DROP,
        /** No segment came: the stack acts by itself, at a timer or in a call. */
        SEND
    }

    private final Verdict verdict;
    private final String sentence;
    private final String where;
    private final Counter[] counts;

    Rule(Verdict verdict, String sentence, String where, Counter... counts) {
        this.verdict = verdict;
        this.sentence = sentence;
        this.where = where;
        this.counts = counts;
    }

    public Verdict verdict() {
        return verdict;
    }

    /** What happens, in a few words. */
    public String sentence() {
        return sentence;
    }

    /** The function in Linux that decides it, or the book's section. */
    public String where() {
        return where;
    }

    /** What it adds to, each by one. */
    public Counter[] counts() {
        return counts.clone();
    }

    /** Counts it: adds one to the element of each of its counters, by ordinal. */
    public void count(long[] counters) {
        for (Counter counter : counts) {
            counters[counter.ordinal()]++;
        }
    }
}
