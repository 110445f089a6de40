package io.halfopen.app;

import io.halfopen.linux.Effect;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.SysctlArrival;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command needs: where to print, whether in colour, and a way to refuse. */
public abstract class Subcommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    /** Bad input: one line on stderr and exit code 2, when thrown. */
    protected final ParameterException bad(String message) {
        return new ParameterException(commandSpec().commandLine(), message);
    }

    /** What was set and does nothing is said, on stderr, where it is in nobody's way. */
    protected final void noteIgnored(Collection<Sysctl> sysctls, Collection<Kernel> kernels) {
        sayIgnored(sysctls.stream()
                .filter(sysctl -> sysctl.effect() == Effect.IGNORED)
                .map(Sysctl::fullName));
        for (Kernel kernel : kernels) {
            for (Sysctl sysctl : sysctls) {
                SysctlArrival later = kernel.lacks(sysctl);
                if (later != null) {
                    err().println(commandSpec().qualifiedName() + ": " + sysctl.fullName() + " is ignored: " + kernel
                            + " has none, it came with " + later.since());
                }
            }
        }
    }

    /** The same of whatever has a name. */
    protected final void sayIgnored(Stream<String> names) {
        names.forEach(name -> err().println(commandSpec().qualifiedName() + ": " + name
                + " is accepted and ignored: it has no effect on the stack"));
    }

    protected final PrintWriter out() {
        return commandSpec().commandLine().getOut();
    }

    protected final PrintWriter err() {
        return commandSpec().commandLine().getErr();
    }

    protected final Style style() {
        return new Style(commandSpec().commandLine().getColorScheme().ansi().enabled());
    }

    private CommandSpec commandSpec() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the spec");
        }
        return spec;
    }
}
