package io.halfopen.app.simulate;

import io.halfopen.app.simulate.Plan.Trouble;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.sim.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a connection has ended in a way that its circumstances explain. Where nothing is in the way, both sides must
 * have read everything to the end; anything else needs a reason.
 */
final class Verdict {
    /** With these no connection has less patience than others, or is let in otherwise. */
    private static final Set<Sysctl> HARMLESS = Set.of(
            Sysctl.tcp_sack,
            Sysctl.tcp_dsack,
            Sysctl.tcp_timestamps,
            Sysctl.tcp_window_scaling,
            Sysctl.tcp_ecn,
            Sysctl.tcp_rmem,
            Sysctl.tcp_wmem,
            Sysctl.tcp_early_retrans,
            Sysctl.tcp_tw_reuse,
            Sysctl.tcp_fin_timeout,
            Sysctl.auto_flowlabels,
            Sysctl.tcp_invalid_ratelimit,
            Sysctl.tcp_no_metrics_save,
            Sysctl.tcp_congestion_control,
            Sysctl.tcp_recovery,
            Sysctl.tcp_frto,
            Sysctl.tcp_reordering,
            Sysctl.tcp_mtu_probing,
            Sysctl.tcp_slow_start_after_idle,
            Sysctl.tcp_moderate_rcvbuf,
            Sysctl.tcp_notsent_lowat);

    private static final Set<SocketOption> HARMLESS_OPTIONS = Set.of(
            SocketOption.TCP_NODELAY,
            SocketOption.SO_RCVBUF,
            SocketOption.SO_SNDBUF,
            SocketOption.TCP_MAXSEG,
            SocketOption.TCP_CORK,
            SocketOption.TCP_NOTSENT_LOWAT,
            SocketOption.TCP_QUICKACK,
            SocketOption.SO_RCVLOWAT,
            SocketOption.SO_LINGER,
            SocketOption.TCP_LINGER2,
            SocketOption.SO_MAX_PACING_RATE,
            SocketOption.TCP_THIN_LINEAR_TIMEOUTS);

    /** With so much loss no timeout has a chance: one in twenty, in both directions, fifteen times in a row. */
    private static final double MILD_LOSS = 0.05;

    /** On average; a burst may be twice as long, and take all eight repetitions of an orphan. */
    private static final double LONGEST_MILD_BURST = 4;

    /** Of smaller ones a packet may need several, and is lost with each. */
    private static final int LEAST_UNCUT_MTU = 552;

    /**
     * A connection that no process has any more gives up when it has sent something again for so long, ns, without an end of it: eight timeouts from
     * 200 ms on (tcp_orphan_retries).
     */
    private static final long ORPHANS_PATIENCE = 100_000_000_000L;

    private static final String RESET = "reset, though the other side closed in order";

    private final Plan plan;

    Verdict(Plan plan) {
        this.plan = plan;
    }

    /** Why the end of this connection is a fault, or null. */
    @Nullable
    String faultOf(Conversation conversation) {
        End caller = conversation.caller;
        End answerer = conversation.answerer();
        if (conversation.isExcused()) {
            return null;
        }
        Plan.Dialog dialog = conversation.dialog();
        boolean strict = isStrict(dialog);
        String answered = answerer == null ? End.NEVER_ACCEPTED : answerer.result();
        if (strict && !(caller.result().equals(End.CLEAN) && answered.equals(End.CLEAN))) {
            return "nothing was in its way, and it ended otherwise: caller " + caller.result() + ", answerer "
                    + answered;
        }
        if (answerer == null || answerer.result().equals(End.STUCK) && conversation.isFinLeftOut()) {
            return null;
        }
        String fault = faultOf(caller, answerer, dialog);
        if (RESET.equals(fault) && conversation.isCookieRefused()) {
            return null;
        }
        return fault == null ? faultOf(answerer, caller, dialog) : fault;
    }

    private @Nullable String faultOf(End end, End partner, Plan.Dialog dialog) {
        boolean rough = !isPatient(dialog) || !isMild(dialog);
        return faultOf(end.result(), partner.result(), partner.side().isOrderly(), rough);
    }

    /** Why one side may not end like this, given how the other did and whether that was orderly. */
    static @Nullable String faultOf(String result, String partners, boolean orderly, boolean rough) {
        // A closed socket's connection gives up long before its peer, and answers with a reset from then on.
        boolean excused = rough || !orderly || !partners.equals(End.CLEAN);
        boolean gone = !partners.equals(End.OPEN) && !partners.equals(End.STUCK);
        return switch (result) {
            case End.CLEAN, End.LEFT -> null;
            case End.STUCK -> excused && gone ? null : "waits for what the other side has done long ago";
            case "ECONNRESET", "EPIPE", "ENOTCONN" -> excused ? null : RESET;
            case "ECONNREFUSED" ->
                orderly
                        ? "refused, though the other side accepted it"
                        : null; // a reset of Fast Open's has overtaken its SYN-ACK
            case "ETIMEDOUT" -> rough ? null : "timed out on a path where hardly anything is lost";
            default -> "an error without a reason: " + result;
        };
    }

    /** Nothing that could end it early: neither the programs, nor their settings, nor the network. */
    private boolean isStrict(Plan.Dialog dialog) {
        Plan.Service service = plan.services().get(dialog.service());
        return dialog.caller().isOrderly()
                && dialog.answerer().isOrderly()
                && service.backlog() > plan.dialogs().size()
                && isPatient(dialog)
                && isMild(dialog);
    }

    /** Who reads seldom into a small buffer leaves a writer that has closed alone with what is left. */
    static boolean isReadInTime(Plan.Side reader, Plan.Side writer, Map<SocketOption, Integer> inherited) {
        int inheritedBuffer = inherited.getOrDefault(SocketOption.SO_RCVBUF, Integer.MAX_VALUE);
        int buffer = reader.options().getOrDefault(SocketOption.SO_RCVBUF, inheritedBuffer);
        long atOnce = Math.max(1, Math.min(reader.piece(), buffer));
        return writer.octets() / atOnce * reader.readEvery() < ORPHANS_PATIENCE;
    }

    private boolean isPatient(Plan.Dialog dialog) {
        Plan.Service service = plan.services().get(dialog.service());
        return HARMLESS.containsAll(
                        plan.machines().get(dialog.client()).sysctls().keySet())
                && HARMLESS.containsAll(
                        plan.machines().get(service.machine()).sysctls().keySet())
                && HARMLESS_OPTIONS.containsAll(dialog.caller().options().keySet())
                && HARMLESS_OPTIONS.containsAll(dialog.answerer().options().keySet())
                && HARMLESS_OPTIONS.containsAll(service.options().keySet())
                && isReadInTime(dialog.answerer(), dialog.caller(), service.options())
                && isReadInTime(dialog.caller(), dialog.answerer(), Map.of());
    }

    private boolean isMild(Plan.Dialog dialog) {
        int a = dialog.client();
        int b = plan.services().get(dialog.service()).machine();
        boolean calm = plan.troubles().stream().noneMatch(trouble -> concerns(trouble, a, b));
        return calm
                && plan.cables().stream()
                        .filter(cable -> joins(cable, a, b))
                        .allMatch(cable -> isMild(cable.there()) && isMild(cable.back()));
    }

    private boolean concerns(Trouble trouble, int a, int b) {
        return switch (trouble) {
            case Trouble.Restart restart -> restart.machine() == a || restart.machine() == b;
            case Trouble.Pause pause -> pause.machine() == a || pause.machine() == b;
            case Trouble.Partition partition -> joins(plan.cables().get(partition.cable()), a, b);
            case Trouble.NewMtu mtu ->
                joins(plan.cables().get(mtu.cable()), a, b)
                        && !isMild(plan.cables().get(mtu.cable()), mtu.mtu()); // whoever sends too much is told
        };
    }

    private static boolean isMild(Plan.Cable cable, int mtu) {
        return isMild(cable.there().withMtu(mtu)) && isMild(cable.back().withMtu(mtu));
    }

    static boolean joins(Plan.Cable cable, int a, int b) {
        return cable.a() == a && cable.b() == b || cable.a() == b && cable.b() == a;
    }

    private static boolean isMild(Path path) {
        double lost = path.loss() + path.corruption() + path.burst() * path.burstLength();
        boolean fits = path.mtu() == 0 || !path.silent() && (path.mtu() >= LEAST_UNCUT_MTU || lost == 0);
        return fits
                && lost < MILD_LOSS
                && (path.burst() == 0 || path.burstLength() <= LONGEST_MILD_BURST)
                && path.outageEvery() == 0;
    }
}
