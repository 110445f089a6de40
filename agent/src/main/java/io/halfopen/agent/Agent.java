package io.halfopen.agent;

import io.halfopen.nio.Network;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * {@code java -javaagent:halfopen-agent.jar=network.txt -jar program.jar}: the JVM has put this jar on its class path before
 * the program begins, also where the program is a jar of jars with a loader of its own. The file is a {@link Description};
 * without one programs find the network's providers, and open networks themselves.
 */
public final class Agent {
    private static final int BAD_INPUT = 2;
    private static final int INTERFACE_IS_GONE = 1;

    /** For what was written and has not arrived yet when the program ends: nobody would send it again. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private Agent() {}

    /** Called before the program's main, by {@link Start}. */
    public static void premain(String argument, Instrumentation instrumentation) {
        try {
            start(argument, new LastHook(instrumentation));
        } catch (IllegalArgumentException | IllegalStateException refused) {
            fail(refused.getMessage());
        } catch (NoSuchFileException missing) {
            fail("there is no file " + missing.getFile());
        } catch (IOException failed) {
            fail("cannot read " + argument + ": " + failed.getMessage());
        }
    }

    /** JVMs give null for no argument. */
    private static void start(@Nullable String argument, LastHook lastHook) throws IOException {
        if (argument == null || argument.isEmpty()) {
            Network.open().close(); // java.net.Socket has its factory from now on
            return;
        }
        Path file = Path.of(argument);
        Description description = new Description(file.getFileName().toString(), Files.readAllLines(file));
        Network network = description.open();
        lastHook.set(() -> finish(description, network));
    }

    private static void finish(Description description, Network network) {
        if (description.goesBeyond()) {
            network.endPrograms(LAST_WORDS);
        }
        try {
            description.write(network);
        } catch (IOException failed) {
            System.err.println("halfopen-agent: cannot write " + failed.getMessage());
        }
        network.close();
    }

    /** What had the interface was killed: nobody else would end the program, which nobody can reach any longer. */
    static void endProgram() {
        Runnable end = () -> {
            System.err.println("halfopen-agent: 'halfopen run' has ended, and with it the interface");
            System.exit(INTERFACE_IS_GONE);
        };
        Thread.ofPlatform().name("halfopen-end").daemon().start(end);
    }

    /** A run without the faults that were asked for would say nothing. */
    private static void fail(@Nullable String why) {
        System.err.println("halfopen-agent: " + why);
        System.exit(BAD_INPUT);
    }
}
