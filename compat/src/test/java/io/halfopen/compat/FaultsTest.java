package io.halfopen.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.nio.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What each client makes of each fault, as the table of docs/compatibility.md has it. With {@code -Dhalfopen.golden=write}
 * that is written anew.
 */
@Timeout(300)
class FaultsTest {
    private static final String BEGIN = "<!-- made by FaultsTest: begin -->\n";
    private static final String END = "<!-- made by FaultsTest: end -->";

    /** A client that is told of a fault has the time to hear of it, however slow the machine is. */
    private static final Duration TOLD = Duration.ofSeconds(20);

    /** Long enough to connect on a slow machine, where only the answer is missing. */
    private static final Duration CONNECT = Duration.ofSeconds(1);

    private static final Duration RESPONSE = Duration.ofMillis(1500);

    @Test
    void eachFaultGivesTheExceptionThatTheGuideSays() throws Exception {
        Path guide = guide();
        String text = Files.readString(guide);
        String before = text.substring(0, text.indexOf(BEGIN) + BEGIN.length());
        String after = text.substring(text.indexOf(END));
        String now = before + table() + after;
        if ("write".equals(System.getProperty("halfopen.golden"))) {
            Files.writeString(guide, now);
        }
        assertThat(now).isEqualTo(text);
    }

    private static String table() throws Exception {
        List<ClientUnderTest> clients = ClientUnderTest.all().toList();
        StringBuilder table = new StringBuilder(
                clients.stream().map(ClientUnderTest::name).collect(Collectors.joining(" | ", "| fault | ", " |\n")));
        table.append("|---".repeat(clients.size() + 1)).append("|\n");
        for (ConnectFault fault : ConnectFault.values()) {
            table.append("| ").append(fault.sentence());
            outcomes(clients, fault).forEach(outcome -> table.append(" | ").append(outcome));
            table.append(" |\n");
        }
        return table.toString();
    }

    /** Of all clients at once: most of the time they wait. */
    private static List<String> outcomes(List<ClientUnderTest> clients, ConnectFault fault) throws Exception {
        List<Callable<String>> calls = new ArrayList<>();
        clients.forEach(client -> calls.add(() -> outcome(client, fault)));
        List<String> outcomes = new ArrayList<>();
        try (Network net = Network.open();
                ExecutorService threads = Executors.newFixedThreadPool(clients.size())) {
            fault.set(net);
            for (Future<String> outcome : threads.invokeAll(calls)) {
                outcomes.add(outcome.get());
            }
        }
        return outcomes;
    }

    private static String outcome(ClientUnderTest client, ConnectFault fault) throws Exception {
        Duration connect = fault.isTold() ? TOLD : CONNECT;
        Duration response = fault.isTold() ? TOLD : RESPONSE;
        try (ClientUnderTest.Session session = client.open(connect, response)) {
            return outcome(session);
        }
    }

    // Whatever a client throws is what is asked for.
    @SuppressWarnings("CatchingUnchecked")
    private static String outcome(ClientUnderTest.Session session) {
        try {
            return "none: " + session.get("http://server:8080/1").length + " octets";
        } catch (ExecutionException wrapped) {
            return name(wrapped.getCause() == null ? wrapped : wrapped.getCause());
        } catch (Exception failed) {
            return name(failed);
        }
    }

    /** The name that a program would catch: of a class that is not public, that of the one above it. */
    private static String name(Throwable failed) {
        Class<?> type = failed.getClass();
        while (!java.lang.reflect.Modifier.isPublic(type.getModifiers())) {
            type = type.getSuperclass();
        }
        return type.getSimpleName();
    }

    /** Tests run in the directory of their module. */
    private static Path guide() {
        return Path.of("..", "docs", "compatibility.md");
    }
}
