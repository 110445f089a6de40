package io.halfopen.app.lab;

import io.halfopen.app.Durations;
import io.halfopen.app.KernelOption;
import io.halfopen.lab.Scenario;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Timers;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that make a scenario; where one was not given the preset's value stands. */
final class LabOptions {
    /** Each is a descriptor of this process. */
    private static final int MOST_CLIENTS_OF_KERNEL = 5_000;

    /** A flood comes over a wire: this long, if nothing else is said. */
    private static final long FLOOD_RTT = 20_000_000L;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @ArgGroup(validate = false, exclusive = false, heading = "%nThe server:%n", order = 1)
    private ServerOptions server = new ServerOptions();

    @ArgGroup(validate = false, exclusive = false, heading = "%nThe clients:%n", order = 2)
    private ClientOptions clients = new ClientOptions();

    @ArgGroup(validate = false, exclusive = false, heading = "%nThe network:%n", order = 3)
    private NetworkOptions network = new NetworkOptions();

    @Option(names = "--seed", paramLabel = "N", description = "Decides all that is left to chance (1).")
    private @Nullable Long seed;

    @Option(
            names = "--kernel",
            paramLabel = "VERSION",
            converter = KernelOption.class,
            completionCandidates = KernelOption.Versions.class,
            description = "Whose rules: ${COMPLETION-CANDIDATES} (6.18).")
    private @Nullable Kernel kernel;

    @Option(
            names = "--timers",
            paramLabel = "HOW",
            converter = TimersOption.class,
            description = "exact, or linux: rounded up to the buckets of the kernel's timer wheel (exact).")
    private @Nullable Timers timers;

    @Option(
            names = "--on",
            paramLabel = "WHERE",
            description =
                    "Where it runs: sim, the simulator, in virtual time; kernel, this machine's own kernel in a network"
                            + " namespace of its own, in real time; or kernel:VERSION, Debian's kernel of that version in"
                            + " a virtual machine, in virtual time (sim).")
    private On on = On.sim;

    /** What a scenario can run on. */
    enum On {
        sim,
        kernel
    }

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "How long it runs, virtual time (until nothing more can happen).")
    private @Nullable Long duration;

    /** What makes an experiment: a kernel, a seed, timers and an end do not. */
    Settings settings() {
        Settings all = new Settings(this::bad);
        server.addTo(all);
        clients.addTo(all);
        network.addTo(all);
        return all;
    }

    /** The preset as the options change it, with every combination of their values. */
    List<Settings.Variant> applyTo(Scenario base) {
        return settings().variants(base).stream()
                .map(variant -> new Settings.Variant(variant.values(), withRest(variant.scenario())))
                .toList();
    }

    private Scenario withRest(Scenario scenario) {
        Scenario.Edit edit = scenario.edit();
        if (edit.flood > 0 && edit.rtt == 0) {
            if (network.asksForLoopback()) {
                throw bad("--flood comes over a wire: --rtt must not be 0");
            }
            edit.rtt = FLOOD_RTT;
        }
        edit.seed = seed == null ? edit.seed : seed;
        edit.kernel = kernel == null ? edit.kernel : kernel;
        edit.timers = timers == null ? edit.timers : timers;
        edit.duration = duration == null ? edit.duration : duration;
        Scenario done = edit.done();
        if (on == On.kernel) {
            checkKernel(done);
        }
        return done;
    }

    private void checkKernel(Scenario scenario) {
        if (scenario.clients() > MOST_CLIENTS_OF_KERNEL) {
            throw bad("--on kernel takes at most " + MOST_CLIENTS_OF_KERNEL + " --clients, not " + scenario.clients());
        }
        if (scenario.loss() > 0 && scenario.isLoopback()) {
            throw bad("--on kernel loses no packets on the loopback: --loss needs --rtt");
        }
    }

    /** Whose rules are compared with this machine's kernel: those of its profile if none are named. */
    Kernel rules() {
        return kernel == null ? KernelOption.ofHost() : kernel;
    }

    boolean isOnKernel() {
        return on == On.kernel;
    }

    private ParameterException bad(String message) {
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the spec");
        }
        return new ParameterException(spec.commandLine(), message);
    }
}
