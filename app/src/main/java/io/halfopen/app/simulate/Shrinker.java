package io.halfopen.app.simulate;

import io.halfopen.app.simulate.Plan.Cable;
import io.halfopen.app.simulate.Plan.Dialog;
import io.halfopen.app.simulate.Plan.Machine;
import io.halfopen.app.simulate.Plan.Side;
import io.halfopen.linux.Kernel;
import io.halfopen.sim.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes a plan that fails smaller, one thing at a time, as long as it fails in the same way. */
final class Shrinker {
    private final Predicate<Plan> fails;
    private int runs;

    /** {@code runs}: how often the predicate may be asked. */
    Shrinker(Predicate<Plan> fails, int runs) {
        this.fails = fails;
        this.runs = runs;
    }

    /** The first words of a fault, without the numbers: what makes two faults the same. */
    static String kind(@Nullable String fault) {
        return fault == null ? "" : fault.replaceAll("[0-9]+", "#").replaceAll("\\(.*", "");
    }

    Plan shrink(Plan failing) {
        Plan least = failing;
        boolean smaller = true;
        while (smaller && runs > 0) {
            Plan before = least;
            least = withoutSome(least, Plan::troubles, Shrinker::withTroubles);
            least = withoutSome(least, Plan::dialogs, Shrinker::withDialogs);
            least = simplerParts(least);
            smaller = !least.equals(before);
        }
        return least;
    }

    /** Leaves out half of a list, a quarter, and so on down to single elements. */
    private <T> Plan withoutSome(Plan plan, Function<Plan, List<T>> list, Replacement<T> replace) {
        Plan least = plan;
        for (int chunk = list.apply(plan).size(); chunk >= 1; chunk /= 2) {
            for (int at = 0; at < list.apply(least).size(); ) {
                List<T> fewer = new ArrayList<>(list.apply(least));
                fewer.subList(at, Math.min(fewer.size(), at + chunk)).clear();
                Plan candidate = replace.in(least, fewer);
                if (stillFails(candidate)) {
                    least = candidate;
                } else {
                    at += chunk;
                }
            }
        }
        return least;
    }

    private interface Replacement<T> {
        Plan in(Plan plan, List<T> list);
    }

    private Plan simplerParts(Plan plan) {
        Plan least = tryWith(plan, withStart(plan));
        for (int i = 0; i < least.machines().size(); i++) {
            Machine machine = least.machines().get(i);
            least = tryWith(least, withMachine(least, i, new Machine(Kernel.LINUX_6_18, machine.mtu(), Map.of())));
            least = tryWith(
                    least,
                    withMachine(
                            least,
                            i,
                            new Machine(
                                    Kernel.LINUX_6_18,
                                    1500,
                                    least.machines().get(i).sysctls())));
        }
        for (int i = 0; i < least.cables().size(); i++) {
            least = simplerCable(least, i);
        }
        for (int i = 0; i < least.dialogs().size(); i++) {
            least = simplerDialog(least, i);
        }
        return least;
    }

    private Plan simplerCable(Plan plan, int at) {
        Plan least = plan;
        for (Function<Path, Path> simpler : SIMPLER_PATHS) {
            Cable cable = least.cables().get(at);
            Path there = simpler.apply(cable.there());
            Path back = simpler.apply(cable.back());
            least = tryWith(least, withCable(least, at, new Cable(cable.a(), cable.b(), there, cable.back())));
            cable = least.cables().get(at);
            least = tryWith(least, withCable(least, at, new Cable(cable.a(), cable.b(), cable.there(), back)));
        }
        return least;
    }

    private static final List<Function<Path, Path>> SIMPLER_PATHS = List.of(
            path -> Path.ofDelay(path.delay()),
            path -> path.withLoss(0),
            path -> path.withMtu(0),
            path -> new Path(path.delay(), 0, path.loss(), 0, 0, path.bitsPerSecond()),
            path -> new Path(path.delay(), 0, path.loss(), path.duplication(), path.reordering(), 0));

    private Plan simplerDialog(Plan plan, int at) {
        Plan least = plan;
        for (int side = 0; side < 2; side++) {
            for (Function<Side, Side> simpler : SIMPLER_SIDES) {
                Dialog dialog = least.dialogs().get(at);
                Side caller = side == 0 ? simpler.apply(dialog.caller()) : dialog.caller();
                Side answerer = side == 1 ? simpler.apply(dialog.answerer()) : dialog.answerer();
                Dialog less = new Dialog(dialog.service(), dialog.client(), dialog.at(), caller, answerer);
                least = tryWith(least, withDialog(least, at, less));
            }
        }
        return least;
    }

    private static final List<Function<Side, Side>> SIMPLER_SIDES = List.of(
            side -> changed(side, 0, side.writeEvery(), side.readEvery(), side.options()),
            side -> changed(side, side.octets() / 2, side.writeEvery(), side.readEvery(), side.options()),
            side -> changed(side, side.octets(), 0, 0, side.options()),
            side -> changed(side, side.octets(), side.writeEvery(), side.readEvery(), Map.of()),
            Shrinker::withoutFlags);

    private static Side withoutFlags(Side side) {
        return new Side(
                side.octets(),
                side.piece(),
                side.writeEvery(),
                side.readEvery(),
                0,
                side.ending(),
                side.patience(),
                side.options());
    }

    private static Side changed(
            Side side,
            long octets,
            long writeEvery,
            long readEvery,
            Map<io.halfopen.linux.SocketOption, Integer> options) {
        return new Side(
                octets, side.piece(), writeEvery, readEvery, side.flags(), side.ending(), side.patience(), options);
    }

    private Plan tryWith(Plan plan, Plan candidate) {
        return !candidate.equals(plan) && stillFails(candidate) ? candidate : plan;
    }

    private boolean stillFails(Plan plan) {
        return runs-- > 0 && fails.test(plan);
    }

    private static Plan withStart(Plan plan) {
        return new Plan(
                plan.seed(), 0, plan.machines(), plan.cables(), plan.services(), plan.dialogs(), plan.troubles());
    }

    private static Plan withTroubles(Plan plan, List<Plan.Trouble> troubles) {
        return new Plan(
                plan.seed(), plan.start(), plan.machines(), plan.cables(), plan.services(), plan.dialogs(), troubles);
    }

    private static Plan withDialogs(Plan plan, List<Dialog> dialogs) {
        return new Plan(
                plan.seed(), plan.start(), plan.machines(), plan.cables(), plan.services(), dialogs, plan.troubles());
    }

    private static Plan withDialog(Plan plan, int at, Dialog dialog) {
        List<Dialog> dialogs = new ArrayList<>(plan.dialogs());
        dialogs.set(at, dialog);
        return withDialogs(plan, dialogs);
    }

    private static Plan withCable(Plan plan, int at, Cable cable) {
        List<Cable> cables = new ArrayList<>(plan.cables());
        cables.set(at, cable);
        return new Plan(
                plan.seed(), plan.start(), plan.machines(), cables, plan.services(), plan.dialogs(), plan.troubles());
    }

    private static Plan withMachine(Plan plan, int at, Machine machine) {
        List<Machine> machines = new ArrayList<>(plan.machines());
        machines.set(at, machine);
        return new Plan(
                plan.seed(), plan.start(), machines, plan.cables(), plan.services(), plan.dialogs(), plan.troubles());
    }
}
