package io.halfopen.app.simulate;

import io.halfopen.app.simulate.Plan.Side;
import io.halfopen.app.simulate.Plan.Trouble;
import io.halfopen.linux.Kernel;
import io.halfopen.sim.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** A plan for people: what is not as usual, a line for each thing. */
final class PlanText {
    private final Plan plan;
    private final List<String> lines = new ArrayList<>();

    private PlanText(Plan plan) {
        this.plan = plan;
    }

    static List<String> of(Plan plan) {
        return new PlanText(plan).write();
    }

    private List<String> write() {
        TreeSet<Integer> used = new TreeSet<>();
        plan.dialogs().forEach(dialog -> {
            used.add(dialog.client());
            used.add(plan.services().get(dialog.service()).machine());
        });
        for (int host : used) {
            Plan.Machine machine = plan.machines().get(host);
            String kernel = machine.kernel() == Kernel.LINUX_6_18
                    ? ""
                    : ", kernel " + machine.kernel().version();
            StringBuilder line = new StringBuilder("h" + (host + 1) + ": MTU " + machine.mtu() + kernel);
            machine.sysctls()
                    .forEach((sysctl, values) ->
                            line.append(", ").append(sysctl).append('=').append(values));
            lines.add(line.toString());
        }
        plan.cables().stream()
                .filter(cable -> used.contains(cable.a()) && used.contains(cable.b()))
                .forEach(cable -> {
                    lines.add("h" + (cable.a() + 1) + " to h" + (cable.b() + 1) + ": " + text(cable.there()));
                    lines.add("h" + (cable.b() + 1) + " to h" + (cable.a() + 1) + ": " + text(cable.back()));
                });
        plan.dialogs().forEach(this::write);
        plan.troubles().forEach(trouble -> lines.add(text(trouble)));
        return lines;
    }

    private void write(Plan.Dialog dialog) {
        Plan.Service service = plan.services().get(dialog.service());
        lines.add(time(dialog.at()) + " h" + (dialog.client() + 1) + " calls h" + (service.machine() + 1) + " port "
                + service.port() + (service.ipv6() ? " over IPv6" : "") + ", backlog " + service.backlog()
                + (service.acceptEvery() > 0 ? ", accept() every " + time(service.acceptEvery()) : "")
                + options(service.options()));
        lines.add("  caller:   " + text(dialog.caller()));
        lines.add("  answerer: " + text(dialog.answerer()));
    }

    private static String text(Side side) {
        String pace = (side.writeEvery() > 0 ? ", a write every " + time(side.writeEvery()) : "")
                + (side.readEvery() > 0 ? ", a read every " + time(side.readEvery()) : "");
        String patience = side.patience() == Long.MAX_VALUE ? "" : ", hangs up after " + time(side.patience());
        String flags = side.flags() == 0 ? "" : ", MSG_MORE with every third";
        return side.octets() + " octets in pieces of " + side.piece() + flags + pace + ", ends "
                + side.ending().name().toLowerCase(Locale.ROOT) + patience + options(side.options());
    }

    private static String options(Map<?, Integer> options) {
        StringBuilder text = new StringBuilder();
        options.forEach(
                (option, value) -> text.append(", ").append(option).append('=').append(value));
        return text.toString();
    }

    private static String text(Trouble trouble) {
        String what = switch (trouble) {
            case Trouble.Restart restart -> "h" + (restart.machine() + 1) + " loses power and starts again";
            case Trouble.Pause pause -> "h" + (pause.machine() + 1) + " stands still for " + time(pause.length());
            case Trouble.Partition partition ->
                "nothing passes cable " + (partition.cable() + 1) + " for " + time(partition.length());
            case Trouble.NewMtu mtu -> "cable " + (mtu.cable() + 1) + " has MTU " + mtu.mtu();
        };
        return time(trouble.at()) + " " + what;
    }

    private static String text(Path path) {
        StringBuilder text = new StringBuilder(time(path.delay()));
        add(text, "jitter", path.jitter() == 0 ? "" : time(path.jitter()));
        add(text, "loss", percent(path.loss()));
        add(text, "duplication", percent(path.duplication()));
        add(text, "reordering", percent(path.reordering()));
        add(text, "bit/s", path.bitsPerSecond() == 0 ? "" : "" + path.bitsPerSecond());
        add(text, "queue", path.queue() == 0 ? "" : "" + path.queue());
        add(text, "bursts", path.burst() == 0 ? "" : percent(path.burst()) + " of " + path.burstLength());
        add(text, "corruption", percent(path.corruption()));
        add(text, "marking", percent(path.marking()));
        add(text, "MTU", path.mtu() == 0 ? "" : path.mtu() + (path.silent() ? ", of which nobody tells" : ""));
        add(
                text,
                "outages",
                path.outageEvery() == 0
                        ? ""
                        : "every " + time(path.outageEvery()) + " for " + time(path.outageLength()));
        return text.toString();
    }

    private static void add(StringBuilder text, String name, String value) {
        if (!value.isEmpty()) {
            text.append(", ").append(name).append(' ').append(value);
        }
    }

    private static String percent(double probability) {
        return probability == 0 ? "" : String.format(Locale.ROOT, "%.2f %%", probability * 100);
    }

    private static String time(long nanos) {
        return String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
    }
}
