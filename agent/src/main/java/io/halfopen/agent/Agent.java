package io.halfopen.agent;

import io.halfopen.nio.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * {@code java -javaagent:halfopen-agent.jar=network.txt -jar program.jar}: the JVM has put this jar on its class path before
 * the program begins, also where the program is a jar of jars with a loader of its own. The file is a {@link Description};
 * without one programs find the network's providers, and open networks themselves.
 */
public final class Agent {
    private static final int BAD_INPUT = 2;

    private Agent() {}

    /** Called before the program's main, by {@link Start}. */
    public static void premain(String argument) {
        try {
            start(argument);
        } catch (IllegalArgumentException | IllegalStateException refused) {
            fail(refused.getMessage());
        } catch (NoSuchFileException missing) {
            fail("there is no file " + missing.getFile());
        } catch (IOException failed) {
            fail("cannot read " + argument + ": " + failed.getMessage());
        }
    }

    /** JVMs give null for no argument. */
    private static void start(@org.jspecify.annotations.Nullable String argument) throws IOException {
        if (argument == null || argument.isEmpty()) {
            Network.open().close(); // java.net.Socket has its factory from now on
            return;
        }
        Path file = Path.of(argument);
        Description description = new Description(file.getFileName().toString(), Files.readAllLines(file));
        Network network = description.open();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> finish(description, network), "halfopen-agent"));
    }

    private static void finish(Description description, Network network) {
        try {
            description.write(network);
        } catch (IOException failed) {
            System.err.println("halfopen-agent: cannot write " + failed.getMessage());
        }
        network.close();
    }

    /** A run without the faults that were asked for would say nothing. */
    private static void fail(@org.jspecify.annotations.Nullable String why) {
        System.err.println("halfopen-agent: " + why);
        System.exit(BAD_INPUT);
    }
}
