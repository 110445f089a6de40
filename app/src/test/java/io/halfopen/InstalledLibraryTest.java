package io.halfopen;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody has a project of their own and an empty local repository: what {@code mvn install} of a copy of this repository
 * puts there is enough to compile the README's example for Java 21 and to run it; and two copies build the same jar.
 */
class InstalledLibraryTest {
    private static final String VERSION = "0.1.0-SNAPSHOT";
    private static final Set<String> LEFT_OUT = Set.of("target", ".git", "docs", ".fast");

    @TempDir
    Path folder = Path.of("");

    @Test
    void theReadmesExampleRunsFromAnEmptyRepository() throws Exception {
        assumeTrue(isThere("mvn"), "no Maven");
        Path settings = Files.writeString(folder.resolve("settings.xml"), settings());
        Path repository = folder.resolve("repository");
        Path first = install(settings, repository, "first");
        Path second = install(settings, folder.resolve("other-repository"), "second");
        assertThat(second).hasSameBinaryContentAs(first);

        Path project = project();
        run(project, "mvn", "-B", "-q", "-s", settings + "", "-Dmaven.repo.local=" + repository, "compile");
        String classpath = project.resolve("target/classes") + File.pathSeparator + first;
        String printed = run(project, java(), "-cp", classpath, "Example");
        assertThat(Readme.printed()).isNotEmpty().isEqualTo(printed.strip());
    }

    /** Installs a copy of the library's module; the jar that is in the repository afterwards. */
    private Path install(Path settings, Path repository, String name) throws Exception {
        Path copy = folder.resolve(name);
        copy(Readme.repository(), copy);
        String local = "-Dmaven.repo.local=" + repository;
        run(copy, "mvn", "-B", "-q", "-Dquick", "-s", settings + "", local, "-pl", "stack", "-am", "install");
        return repository.resolve("io/halfopen/halfopen/" + VERSION + "/halfopen-" + VERSION + ".jar");
    }

    /** The two lines of the README in a pom, its example as a program. */
    private Path project() throws IOException {
        Path project = Files.createDirectories(folder.resolve("project"));
        Path sources = Files.createDirectories(project.resolve("src/main/java"));
        Files.writeString(project.resolve("pom.xml"), """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>org.example</groupId>
                  <artifactId>first-steps</artifactId>
                  <version>1</version>
                  <properties>
                    <maven.compiler.release>21</maven.compiler.release>
                    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
                  </properties>
                  <dependencies>
                %s
                  </dependencies>
                  <build>
                    <plugins>
                      <plugin><artifactId>maven-resources-plugin</artifactId><version>3.5.0</version></plugin>
                      <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.16.0</version></plugin>
                    </plugins>
                  </build>
                </project>
                """.formatted(Readme.dependency()));
        Files.writeString(sources.resolve("Example.java"), Readme.program("Example"));
        return project;
    }

    /** Whatever Maven wants from elsewhere it finds where this build has it: no network is needed. */
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

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static boolean isThere(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static String run(Path directory, String... command) throws IOException, InterruptedException {
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
