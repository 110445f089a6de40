package io.halfopen.drill;

import io.halfopen.link.LinkException;
import io.halfopen.linux.Kernel;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs scripts. */
public final class Drill {
    /** A handshake and some data, in no time: what a JVM does for the first time takes it too long for a kernel. */
    private static final String WARM_UP = """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            +0 < S 0:0(0) win 65535 <mss 1000>
            * > S. 0:0(0) ack 1 <...>
            +0 < P. 1:5(4) ack 1 win 65535
            * > . 1:1(0) ack 5
            +0 accept(3, ..., ...) = 4
            +0 read(4, ..., 100) = 4
            +0 write(4, ..., 100) = 100
            * > P. 1:101(100) ack 5
            +0 %{ assert tcpi_state == 1 and ListenDrops == 0 }%
            """;

    private static final AtomicBoolean WARM = new AtomicBoolean();

    private Drill() {}

    /**
     * On a new stack, in virtual time.
     *
     * @param settings count more than those of the script
     * @param allowShell whether commands in backticks are run that are not about sysctls
     */
    public static Outcome onStack(Script script, Settings settings, Kernel kernel, boolean allowShell) {
        return onStack(script, settings, kernel, allowShell, new Account());
    }

    /** The same, and every step is told to that account. */
    public static Outcome onStack(
            Script script, Settings settings, Kernel kernel, boolean allowShell, Account account) {
        Settings all = settings.over(script.settings());
        try (Machine machine = new StackMachine(kernel, all)) {
            return new Runner(script, all, machine, allowShell, account).run();
        }
    }

    /**
     * On this machine's kernel, in a network namespace of its own and in real time.
     *
     * @throws LinkException where such a namespace cannot be made: no Linux, no root, no TUN
     */
    public static Outcome onKernel(Script script, Settings settings, boolean allowShell) throws LinkException {
        return onKernel(script, settings, allowShell, new Account());
    }

    /** The same, and every step is told to that account. */
    public static Outcome onKernel(Script script, Settings settings, boolean allowShell, Account account)
            throws LinkException {
        if (!WARM.getAndSet(true)) {
            warmUp();
        }
        Settings all = settings.over(script.settings());
        try (Machine machine = new KernelMachine(all)) {
            return new Runner(script, all, machine, allowShell, account).run();
        }
    }

    private static void warmUp() throws LinkException {
        try {
            onKernel(Script.parse("warm-up", WARM_UP), Settings.none(), false);
        } catch (ScriptException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
