package io.halfopen.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.halfopen.link.KernelHost;
import io.halfopen.link.LinkException;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every script of src/test/pkt, on the stack to the nanosecond, and on this machine's kernel in namespaces of their own,
 * several at a time. Scripts marked slow run there with -Dhalfopen.slow=true only.
 */
class DrillTest {
    private static final Path FOLDER = Path.of("src/test/pkt");
    private static final String VERSION = System.getProperty("os.version", "");
    private static final boolean SLOW = Boolean.getBoolean("halfopen.slow");

    /** They wait most of the time. */
    private static final int AT_A_TIME = 6;

    private static final int RETRIES = 2;

    private static final Settings EXACT = new Settings.Builder()
            .set("tolerance_usecs", "0")
            .set("tolerance_percent", "0")
            .build();

    @TestFactory
    Stream<DynamicTest> onTheStack() throws ScriptException {
        return scripts("stack").stream()
                .filter(script -> script.header().holdsOn(Kernel.LINUX_6_18.version()))
                .map(script -> dynamicTest(script.file(), () -> onTheStack(script)));
    }

    private static void onTheStack(Script script) throws IOException {
        Settings settings = EXACT.over(script.settings());
        try (StackMachine machine = new StackMachine(Kernel.LINUX_6_18, settings)) {
            Outcome outcome = new Runner(script, settings, machine, false).run();
            assertThat(outcome.toString()).isEqualTo("PASS " + script.file());
            assertThat(rulesNamedBy(script))
                    .as("rules that the script is about and that did not decide")
                    .filteredOn(rule -> !machine.decided(rule))
                    .isEmpty();
        }
    }

    /** On every Linux that it says it holds on, as far as there is a profile of it. */
    @TestFactory
    Stream<DynamicTest> onOtherKernels() throws ScriptException {
        return scripts("stack").stream()
                .map(script -> dynamicTest(script.file(), () -> {
                    for (Kernel kernel : Kernel.all()) {
                        boolean asked =
                                kernel != Kernel.UNP && !kernel.version().equals("2.6");
                        if (asked && script.header().holdsOn(kernel.version())) {
                            assertThat(run(script, kernel)).as("on %s", kernel).isEqualTo("PASS " + script.file());
                        }
                    }
                }));
    }

    private static String run(Script script, Kernel kernel) {
        Settings settings = EXACT.over(script.settings());
        try (StackMachine machine = new StackMachine(kernel, settings)) {
            return new Runner(script, settings, machine, false).run().toString();
        }
    }

    /** Those in the comment that a script begins with. */
    private static List<Rule> rulesNamedBy(Script script) throws IOException {
        String comment = Files.readAllLines(FOLDER.resolve(script.file())).stream()
                .takeWhile(line -> line.startsWith("//"))
                .collect(Collectors.joining(" "));
        return Arrays.stream(Rule.values())
                .filter(rule ->
                        Pattern.compile("\\b" + rule + "\\b").matcher(comment).find())
                .toList();
    }

    /** The tolerance is that of a machine that has other things to do as well. */
    @TestFactory
    Stream<DynamicTest> onTheKernel() throws ScriptException {
        try {
            KernelHost.open().close();
        } catch (LinkException impossible) {
            System.out.println("skipped: " + impossible.getMessage());
            Assumptions.abort("skipped: " + impossible.getMessage());
        }
        Settings lenient =
                new Settings.Builder().set("tolerance_usecs", "150000").build();
        List<Script> scripts = scripts("kernel").stream()
                .filter(script -> SLOW || !script.header().slow())
                .toList();
        List<Future<Outcome>> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME)) {
            for (Script script : scripts) {
                outcomes.add(threads.submit(() -> Drill.onKernel(script, lenient, false)));
            }
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (int i = 0; i < scripts.size(); i++) {
            Script script = scripts.get(i);
            Future<Outcome> outcome = outcomes.get(i);
            tests.add(dynamicTest(
                    script.file(),
                    () -> assertThat(again(script, lenient, of(outcome))).isEqualTo("PASS " + script.file())));
        }
        return tests.stream();
    }

    /** A machine with other things to do is late now and then: what failed is tried again, with nothing beside it. */
    private static String again(Script script, Settings settings, String outcome) throws LinkException {
        String last = outcome;
        for (int i = 0; i < RETRIES && !last.startsWith("PASS"); i++) {
            System.out.println("once more on the kernel: " + last);
            last = Drill.onKernel(script, settings, false).toString();
        }
        return last;
    }

    private static String of(Future<Outcome> outcome) throws InterruptedException {
        try {
            return outcome.get().toString();
        } catch (ExecutionException failed) {
            return String.valueOf(failed.getCause());
        }
    }

    private static List<Script> scripts(String machine) throws ScriptException {
        List<Script> scripts = new ArrayList<>();
        try (Stream<Path> files = Files.walk(FOLDER)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".pkt"))
                    .sorted()
                    .toList()) {
                String name = FOLDER.relativize(file).toString();
                Script script = Script.parse(name, Files.readString(file));
                if (script.header().isFor(machine)
                        && (machine.equals("stack") || script.header().holdsOn(VERSION))) {
                    scripts.add(script);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(scripts).isNotEmpty();
        return scripts;
    }
}
