package io.halfopen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the README shows to who writes Java: two lines for a pom, an example, and what that prints. */
final class Readme {
    private static final Pattern DEPENDENCY = Pattern.compile("```xml\n(.*?)```", Pattern.DOTALL);
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```\n.*?```\n(.*?)```", Pattern.DOTALL);

    private static final Pattern SAMPLE = Pattern.compile("```\n(.*?)```", Pattern.DOTALL);

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
        return find(SAMPLE).group(1).strip();
    }

    static String dependency() {
        return find(DEPENDENCY).group(1);
    }

    /** The lines of the example. */
    static String example() {
        return find(EXAMPLE).group(1).strip();
    }

    static String printed() {
        return find(EXAMPLE).group(2).strip();
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

    private static Matcher find(Pattern pattern) {
        try {
            Matcher matcher = pattern.matcher(Files.readString(repository().resolve("README.md")));
            if (!matcher.find()) {
                throw new AssertionError("README.md has no " + pattern);
            }
            return matcher;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
