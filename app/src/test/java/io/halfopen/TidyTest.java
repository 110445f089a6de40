package io.halfopen;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.halfopen.linux.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the compiler does not check: who may use whom, and the house rules for source files. */
class TidyTest {

    private static final String ROOT = "io.halfopen.";

    /** The rooms inside tcp, lowest first: each may use those before it, wire and linux. */
    private static final List<String> ROOMS = List.of(
            "tcp.host",
            "tcp.send",
            "tcp.congestion",
            "tcp.receive",
            "tcp.socket",
            "tcp.transmit",
            "tcp.recovery",
            "tcp.connection",
            "tcp.handshake",
            "tcp.ip",
            "tcp.call");

    /** Each other package of the libraries, and the packages it may use; of tcp's rooms only tcp itself uses any. */
    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            Map.entry("wire", List.of()),
            Map.entry("linux", List.of()),
            Map.entry(
                    "tcp",
                    Stream.concat(Stream.of("wire", "linux"), ROOMS.stream()).toList()),
            Map.entry("trace", List.of("wire", "linux", "tcp")),
            Map.entry("sim", List.of("wire", "linux", "tcp", "trace")),
            Map.entry("link.ether", List.of("wire")),
            Map.entry("link", List.of("wire", "linux", "tcp", "trace", "link.ether")),
            Map.entry("drill", List.of("wire", "linux", "tcp", "trace", "sim", "link")),
            Map.entry("nio", List.of("wire", "linux", "tcp", "trace", "sim")),
            Map.entry("junit", List.of("wire", "linux", "tcp", "trace", "sim", "nio")),
            Map.entry("agent", List.of("wire", "linux", "tcp", "trace", "sim", "nio", "lab")),
            Map.entry("lab.server", List.of("wire", "linux", "tcp", "trace", "sim")),
            Map.entry("lab", List.of("wire", "linux", "tcp", "trace", "sim", "lab.server")));

    /** How many classes may all reach each other: sockets, listeners and connections hold one another, nothing else does. */
    private static final int MOST_ENTANGLED = 10;

    /** The packages that are a function of what goes in: no clock, no thread, no chance, no file. */
    private static final String[] PURE = {"io.halfopen.wire..", "io.halfopen.linux..", "io.halfopen.tcp.."};

    /** Of these packages the pure ones may use every class not in {@link #IMPURE}. */
    private static final Set<String> PURE_JDK_PACKAGES = Set.of(
            "java.lang",
            "java.lang.annotation",
            "java.lang.invoke",
            "java.lang.runtime",
            "java.util",
            "java.util.function",
            "java.util.stream");

    private static final Set<String> IMPURE = Set.of(
            "java.lang.Thread",
            "java.lang.ThreadLocal",
            "java.lang.InheritableThreadLocal",
            "java.lang.ScopedValue",
            "java.lang.Runtime",
            "java.lang.Process",
            "java.lang.ProcessBuilder",
            "java.lang.ProcessHandle",
            "java.util.Random",
            "java.util.SplittableRandom",
            "java.util.UUID",
            "java.util.Timer",
            "java.util.TimerTask",
            "java.util.Date",
            "java.util.Calendar",
            "java.util.GregorianCalendar",
            "java.util.TimeZone",
            "java.util.Scanner");

    /** Of these classes only some methods are impure. */
    private static final Set<String> IMPURE_METHODS = Set.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.System.getenv",
            "java.lang.System.getProperty",
            "java.lang.System.getProperties",
            "java.lang.System.identityHashCode",
            "java.lang.System.exit",
            "java.lang.Math.random",
            "java.lang.StrictMath.random",
            "java.util.Collections.shuffle",
            "java.util.Collection.parallelStream",
            "java.util.List.parallelStream",
            "java.util.stream.Stream.parallel",
            "java.util.stream.IntStream.parallel");

    private static final JavaClasses STACK = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(MAY_USE.keySet().stream().map(name -> ROOT + name).toArray(String[]::new));

    private static final int MOST_LINES = 550;

    /** Enums that are tables of constants are as long as what they list. */
    private static final Set<String> TABLES = Set.of("Rule.java", "Counter.java", "Sysctl.java", "SocketOption.java");

    /** Written in two parts so that this file passes its own test. */
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME)\\b");

    private static final Pattern SUPPRESSION = Pattern.compile("@Suppress" + "Warnings\\b");
    private static final Pattern COMMENT = Pattern.compile("//|/\\*|^\\s*\\*|\\*/");
    private static final Pattern MACHINE_PATH = Pattern.compile("(?<![\\w.])/(work|home|root|Users)/");

    @ParameterizedTest
    @MethodSource("packages")
    void aPackageUsesOnlyThoseBelowIt(String name) {
        List<String> below = ROOMS.contains(name)
                ? Stream.concat(Stream.of("wire", "linux"), ROOMS.subList(0, ROOMS.indexOf(name)).stream())
                        .toList()
                : MAY_USE.getOrDefault(name, List.of());
        DescribedPredicate<JavaClass> allowed = resideInAnyPackage(Stream.concat(Stream.of(name), below.stream())
                .map(each -> ROOT + each)
                .toArray(String[]::new));
        check(noClasses()
                .that()
                .resideInAPackage(ROOT + name)
                .should()
                .dependOnClassesThat(resideInAPackage("io.halfopen..").and(DescribedPredicate.not(allowed))));
    }

    static Stream<String> packages() {
        return Stream.concat(MAY_USE.keySet().stream(), ROOMS.stream());
    }

    @Test
    void everyPackageHasItsPlace() {
        check(classes()
                .should()
                .resideInAnyPackage(packages().map(name -> ROOT + name).toArray(String[]::new)));
    }

    @Test
    void onlyTheStackItselfUsesItsRooms() {
        JavaClasses commands = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.halfopen.app");
        assertThat(commands).isNotEmpty();
        check(
                noClasses()
                        .that()
                        .resideInAPackage("io.halfopen.app..")
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(
                                ROOMS.stream().map(name -> ROOT + name).toArray(String[]::new))),
                commands);
    }

    /** Whoever changes one of them cannot do so without the others: the fewer the better. */
    @Test
    void noMoreThanTenClassesReachEachOther() {
        assertThat(Entanglement.largest("io.halfopen.tcp"))
                .as("classes that all reach each other, by jdeps")
                .hasSizeLessThanOrEqualTo(MOST_ENTANGLED)
                .contains("io.halfopen.tcp.socket.Listener", "io.halfopen.tcp.socket.Connection");
    }

    @Test
    void noPackageIsInACycle() {
        check(slices().matching("io.halfopen.(**)").should().beFreeOfCycles());
    }

    @Test
    void theCoreUsesNothingThatIsNotAFunction() {
        DescribedPredicate<JavaClass> pure = describe("are functions of their arguments", TidyTest::isPure);
        check(classes().that().resideInAnyPackage(PURE).should().onlyDependOnClassesThat(pure));
    }

    @Test
    void theCoreCallsNothingThatIsNotAFunction() {
        DescribedPredicate<JavaAccess<?>> impure = describe(
                "a clock, chance or the process",
                access -> access.getTarget() instanceof CodeUnitCallTarget target
                        && IMPURE_METHODS.contains(target.getOwner().getName() + "." + target.getName()));
        check(noClasses().that().resideInAnyPackage(PURE).should().accessTargetWhere(impure));
    }

    /** The lab runs where there is no command line, no file, no thread and no clock, such as in a browser. */
    @Test
    void theLabUsesNothingThatABrowserLacks() {
        check(noClasses()
                .that()
                .resideInAPackage("io.halfopen.lab..")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("java.nio.file..", "java.net..", "java.util.concurrent..", "picocli..")
                                .or(describe("a thread", type -> type.getName().equals("java.lang.Thread")))));
    }

    @Test
    void onlyTheLinkUsesForeignMemory() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.halfopen.link..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign.."));
    }

    @Test
    void nothingPrints() {
        check(NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS);
    }

    @Test
    void everyPackageIsNullMarked() {
        Path repository = repository();
        List<Path> wrong = sources(repository, "main").stream()
                .filter(file -> !file.endsWith("module-info.java"))
                .map(Path::getParent)
                .distinct()
                .filter(directory -> {
                    Path info = directory.resolve("package-info.java");
                    return !Files.exists(info) || !lines(info).contains("@NullMarked");
                })
                .map(repository::relativize)
                .toList();
        assertThat(wrong)
                .as("packages without a package-info.java that is @NullMarked")
                .isEmpty();
    }

    @Test
    void sourceFilesKeepTheHouseRules() {
        Path repository = repository();
        List<Path> files = new ArrayList<>(sources(repository, "main"));
        files.addAll(sources(repository, "test"));
        assertThat(files).isNotEmpty();
        List<String> wrong = new ArrayList<>();
        for (Path file : files) {
            List<String> lines = lines(file);
            String name = repository.relativize(file).toString();
            boolean table = TABLES.contains(file.getFileName().toString());
            if (lines.size() > MOST_LINES && !table) {
                wrong.add(name + ": " + lines.size() + " lines, more than " + MOST_LINES);
            }
            for (int i = 0; i < lines.size(); i++) {
                String fault = faultOf(lines.get(i), i == 0 ? "" : lines.get(i - 1));
                if (!fault.isEmpty()) {
                    wrong.add(name + ":" + (i + 1) + ": " + fault);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static String faultOf(String line, String previous) {
        if (UNFINISHED.matcher(line).find()) {
            return "unfinished";
        }
        if (MACHINE_PATH.matcher(line).find()) {
            return "a path of one machine";
        }
        boolean reason =
                COMMENT.matcher(line).find() || COMMENT.matcher(previous).find();
        return SUPPRESSION.matcher(line).find() && !reason ? "a warning is suppressed and no comment says why" : "";
    }

    private static boolean isPure(JavaClass type) {
        JavaClass base = type.getBaseComponentType();
        String name = base.getName();
        // A class within an impure one is as impure: ProcessHandle.Info.
        String outermost = name.contains("$") ? name.substring(0, name.indexOf('$')) : name;
        return base.isPrimitive()
                || resideInAnyPackage(PURE).test(base)
                || base.getPackageName().startsWith("org.jspecify.")
                || name.equals("java.nio.ByteOrder")
                || (PURE_JDK_PACKAGES.contains(base.getPackageName()) && !IMPURE.contains(outermost));
    }

    /** A decision that no test speaks of may be wrong without anybody noticing. */
    @Test
    void everyRuleIsNamedByATest() {
        String tests = Stream.concat(sources(repository(), "test").stream(), scripts(repository()).stream())
                .filter(file -> !file.endsWith("TidyTest.java"))
                .flatMap(file -> lines(file).stream())
                .collect(Collectors.joining("\n"));
        assertThat(Rule.values())
                .filteredOn(rule ->
                        !Pattern.compile("\\b" + rule + "\\b").matcher(tests).find())
                .as("rules that no test names")
                .isEmpty();
    }

    /** A package that is not written yet has no classes, and breaks no rule. */
    private static void check(ArchRule rule) {
        check(rule, STACK);
    }

    private static void check(ArchRule rule, JavaClasses classes) {
        rule.allowEmptyShould(true).check(classes);
    }

    /** Tests run in the directory of their module; the repository is the one above that has the license. */
    private static Path repository() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("LICENSE")) && Files.exists(at.resolve("stack"))) {
                return at;
            }
        }
        throw new AssertionError("not in a clone of the repository");
    }

    private static List<Path> sources(Path repository, String kind) {
        List<Path> found = new ArrayList<>();
        for (String module : List.of(
                "stack", "host", "lab", "web", "nio", "junit", "agent", "samples", "compat", "app", "bench", "spark")) {
            Path java = repository.resolve(module).resolve("src").resolve(kind).resolve("java");
            if (Files.exists(java)) {
                try (Stream<Path> files = Files.walk(java)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(found::add);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return found;
    }

    /** DrillTest checks that they reach the rules they name. */
    private static List<Path> scripts(Path repository) {
        try (Stream<Path> files = Files.walk(repository.resolve("host/src/test/pkt"))) {
            return files.filter(file -> file.toString().endsWith(".pkt")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
