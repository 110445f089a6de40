package io.halfopen.linux;

import static io.halfopen.linux.KernelChange.Evidence.HISTORY;
import static io.halfopen.linux.KernelChange.Evidence.MEASURED;

import io.halfopen.linux.KernelChange.Evidence;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Counters that are not on every kernel, and the version that has them first. What is in no row is on all of them.
 *
 * @param before how it is known that kernels of before have none
 * @param source the commit or file that brought them
 */
public record CounterArrival(List<Counter> counters, int version, Evidence before, String source) {
    private static final List<CounterArrival> ALL = List.of(
            of(3, 2, HISTORY, "commit 946cedccbd73", Counter.TCPReqQFullDoCookies, Counter.TCPReqQFullDrop),
            of(3, 4, HISTORY, "commit a6df1ae93836", Counter.TCPOFOQueue, Counter.TCPOFODrop),
            of(
                    3,
                    6,
                    HISTORY,
                    "RFC 5961 and Fast Open",
                    Counter.TCPChallengeACK,
                    Counter.TCPSYNChallenge,
                    Counter.TCPFastOpenActive),
            of(
                    3,
                    7,
                    HISTORY,
                    "commit 1046716368979",
                    Counter.TCPFastOpenPassive,
                    Counter.TCPFastOpenPassiveFail,
                    Counter.TCPFastOpenListenOverflow,
                    Counter.TCPFastOpenCookieReqd),
            of(3, 10, HISTORY, "commit 6ba8a3b19e76", Counter.TCPLossProbes, Counter.TCPLossProbeRecovery),
            of(3, 10, HISTORY, "commit 6a5dc9e598fe", Counter.InCsumErrors, Counter.IcmpInCsumErrors),
            of(
                    3,
                    15,
                    HISTORY,
                    "commit f19c29e3e391",
                    Counter.TCPFastOpenActiveFail,
                    Counter.TCPSynRetrans,
                    Counter.TCPOrigDataSent),
            of(
                    3,
                    15,
                    HISTORY,
                    "commit 8e165e2034f2",
                    Counter.TCPFromZeroWindowAdv,
                    Counter.TCPToZeroWindowAdv,
                    Counter.TCPWantZeroWindowAdv),
            of(
                    3,
                    19,
                    HISTORY,
                    "commit 6e3a8a937c2f",
                    Counter.TCPHystartTrainDetect,
                    Counter.TCPHystartTrainCwnd,
                    Counter.TCPHystartDelayDetect,
                    Counter.TCPHystartDelayCwnd),
            of(
                    4,
                    0,
                    HISTORY,
                    "commit 032ee4236954 and those after it",
                    Counter.TCPACKSkippedSynRecv,
                    Counter.TCPACKSkippedPAWS,
                    Counter.TCPACKSkippedSeq,
                    Counter.TCPACKSkippedFinWait2,
                    Counter.TCPACKSkippedTimeWait,
                    Counter.TCPACKSkippedChallenge),
            of(4, 2, HISTORY, "commit e520af48c7e5", Counter.TCPWinProbe, Counter.TCPKeepAlive),
            of(
                    4,
                    3,
                    HISTORY,
                    "\"tcp: track success and failure of TCP PMTU probing\"",
                    Counter.TCPMTUPSuccess,
                    Counter.TCPMTUPFail),
            of(
                    4,
                    18,
                    HISTORY,
                    "include/uapi/linux/snmp.h",
                    Counter.TCPDelivered,
                    Counter.TCPDeliveredCE,
                    Counter.TCPAckCompressed),
            of(4, 19, HISTORY, "commits fb223502ec08, ea5d0c32498e", Counter.TCPZeroWindowDrop, Counter.TCPRcvQDrop),
            of(4, 19, HISTORY, "commit 7969e5c40dfd", Counter.ReasmOverlaps),
            of(5, 3, HISTORY, "backup keys of Fast Open", Counter.TCPFastOpenPassiveAltKey),
            of(5, 6, HISTORY, "commit 32efcc06d2a1", Counter.TcpTimeoutRehash),
            of(5, 9, HISTORY, "commit e3a5a1e8b654", Counter.TCPDSACKRecvSegs),
            of(5, 10, HISTORY, "commit ad2b9b0f8d01", Counter.TCPDSACKIgnoredDubious),
            of(5, 14, HISTORY, "commit 55d444b310c6", Counter.TCPMigrateReqSuccess, Counter.TCPMigrateReqFailure),
            of(
                    6,
                    1,
                    HISTORY,
                    "commit d0941130c935, of 6.3; 6.1.176 has it, too",
                    Counter.OutRateLimitGlobal,
                    Counter.OutRateLimitHost),
            of(6, 7, MEASURED, "TCP-AO", Counter.TCPAOBad),
            of(6, 14, MEASURED, "commit 124c4c32e9f3", Counter.PAWSOldAck),
            of(6, 15, MEASURED, "tcp_check_req", Counter.TSEcrRejected),
            of(6, 15, MEASURED, "tcp_timewait_state_process", Counter.PAWSTimewait),
            of(6, 17, MEASURED, "tcp_sequence", Counter.BeyondWindow));

    private static CounterArrival of(int major, int minor, Evidence before, String source, Counter... counters) {
        return new CounterArrival(List.of(counters), KernelChange.number(major, minor), before, source);
    }

    /** All rows, from old to new. */
    public static List<CounterArrival> all() {
        return ALL;
    }

    /** The version that has them first, such as 6.15. */
    public String since() {
        return KernelChange.text(version);
    }

    /** Those that the kernel of this {@link KernelChange#number} does not have yet. */
    static Set<Counter> after(int kernel) {
        Set<Counter> later = EnumSet.noneOf(Counter.class);
        ALL.stream().filter(row -> kernel < row.version).forEach(row -> later.addAll(row.counters));
        return later;
    }
}
