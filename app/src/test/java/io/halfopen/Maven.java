package io.halfopen;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The Maven of a user: with a local repository that was empty, and no network. What it wants from elsewhere, plugins and
 * JUnit, it finds where this build has it.
 */
final class Maven {
    private static final Set<String> LEFT_OUT = Set.of("target", ".git", "docs", ".fast");

    private final Path folder;
    private final Path repository;
    private final Path settings;

    /** Works in this folder, and keeps in this repository. */
    Maven(Path folder, Path repository) throws IOException {
        this.folder = folder;
        this.repository = repository;
        settings = Files.writeString(folder.resolve("settings.xml"), settings());
    }

    private static String settings() {
        String local = System.getProperty("localRepository", System.getProperty("user.home") + "/.m2/repository");
        return """
                <settings>
                  <mirrors>
                    <mirror><id>local</id><mirrorOf>*</mirrorOf><url>%s</url></mirror>
                  </mirrors>
                </settings>
                """.formatted(Path.of(local).toUri());
    }

    static boolean isThere() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "mvn")));
    }

    /** Installs a copy of this repository's libraries, without its tests. */
    void install(String name) throws Exception {
        Path copy = folder.resolve(name);
        copy(Readme.repository(), copy);
        run(copy, "-Dquick", "-pl", "junit", "-am", "install");
    }

    void run(Path directory, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("mvn", "-B", "-q", "-s", settings.toString()));
        command.add("-Dmaven.repo.local=" + repository);
        command.addAll(List.of(arguments));
        start(directory, command.toArray(String[]::new));
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Runs a command that has to end well; what it prints. */
    static String start(Path directory, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("MAVEN_OPTS");
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process = builder.redirectErrorStream(false)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.waitFor(5, MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                boolean tests = directory.endsWith("src/test");
                boolean out = LEFT_OUT.contains(directory.getFileName().toString());
                return tests || out ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                files.add(file);
                return FileVisitResult.CONTINUE;
            }
        });
        for (Path file : files) {
            Path target = to.resolve(from.relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
    }
}
