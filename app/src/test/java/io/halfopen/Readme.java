package io.halfopen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the README shows to who writes Java, a few lines for a pom, an example and what that prints; and what docs/nio.md
 * shows to who writes tests, the same for a test.
 */
final class Readme {
    private static final Pattern DEPENDENCY = Pattern.compile("```xml\n(.*?)```", Pattern.DOTALL);
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```\n.*?```\n(.*?)```", Pattern.DOTALL);
    private static final Pattern TEST = Pattern.compile("```java\n(import .*?)```", Pattern.DOTALL);
    private static final Pattern SHORT_TEST = Pattern.compile("```text\n(@ExtendWith.*?)```", Pattern.DOTALL);
    private static final Pattern SAMPLE = Pattern.compile("```\n(.*?)```", Pattern.DOTALL);

    private static final String FILE = "README.md";
    private static final String GUIDE = "docs/nio.md";

    private Readme() {}

    /** Tests run in the directory of their module; the repository is the one above that has the license. */
    static Path repository() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("LICENSE")) && Files.exists(at.resolve("stack"))) {
                return at;
            }
        }
        throw new AssertionError("not in a clone of the repository");
    }

    /** The first block: a command and how its output begins. */
    static String firstSample() {
        return find(FILE, SAMPLE).group(1).strip();
    }

    static String dependency() {
        return find(FILE, DEPENDENCY).group(1);
    }

    /** The lines of the example. */
    static String example() {
        return find(FILE, EXAMPLE).group(1).strip();
    }

    static String printed() {
        return find(FILE, EXAMPLE).group(2).strip();
    }

    /** The example as a class with a main method. */
    static String program(String name) {
        String imports =
                example().lines().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n"));
        String body =
                example().lines().filter(line -> !line.startsWith("import ")).collect(Collectors.joining("\n"));
        return imports + "\n\nclass " + name + " {\n    public static void main(String[] arguments) {\n" + body
                + "\n    }\n}\n";
    }

    /** The test that the README has in short: without imports, its client and its helper. */
    static String shortTest() {
        return find(FILE, SHORT_TEST).group(1).strip();
    }

    /** What the guide says to put into the pom of a project that has tests. */
    static String testDependency() {
        return find(GUIDE, DEPENDENCY).group(1);
    }

    /** The guide's test, a whole file. */
    static String test() {
        return find(GUIDE, TEST).group(1);
    }

    private static Matcher find(String file, Pattern pattern) {
        try {
            Matcher matcher = pattern.matcher(Files.readString(repository().resolve(file)));
            if (!matcher.find()) {
                throw new AssertionError(file + " has no " + pattern);
            }
            return matcher;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
