package io.halfopen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody has a project of their own and an empty local repository: what {@code mvn install} of a copy of this repository
 * puts there is enough to compile the README's example for Java 21 and to run it, and to run the test of docs/nio.md; and
 * two copies build the same jars.
 */
class InstalledLibraryTest {
    private static final String VERSION = "0.1.0-SNAPSHOT";

    @TempDir
    private static Path folder = Path.of("");

    private static Path repository = Path.of("");
    private static Path project = Path.of("");

    /** One installation and one project for all tests: they take Maven longer than anything else here. */
    @BeforeAll
    static void installAndBuild() throws Exception {
        assumeTrue(Maven.isThere(), "no Maven");
        repository = folder.resolve("repository");
        project = project();
        Maven maven = new Maven(folder, repository);
        maven.install("first");
        maven.run(project, "-Dmaven.test.failure.ignore", "test");
    }

    /** The lines of the README and of the guide in a pom, the example as a program, the test as a test. */
    private static Path project() throws IOException {
        Path user = folder.resolve("project");
        write(user.resolve("pom.xml"), """
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
                %s%s
                    <dependency>
                      <groupId>org.junit.jupiter</groupId>
                      <artifactId>junit-jupiter</artifactId>
                      <version>6.1.3</version>
                      <scope>test</scope>
                    </dependency>
                    <dependency>
                      <groupId>org.assertj</groupId>
                      <artifactId>assertj-core</artifactId>
                      <version>3.27.7</version>
                      <scope>test</scope>
                    </dependency>
                  </dependencies>
                  <build>
                    <plugins>
                      <plugin><artifactId>maven-resources-plugin</artifactId><version>3.5.0</version></plugin>
                      <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.16.0</version></plugin>
                      <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.6.1</version></plugin>
                    </plugins>
                  </build>
                </project>
                """.formatted(Readme.dependency(), Readme.testDependency()));
        write(user.resolve("src/main/java/Example.java"), Readme.program("Example"));
        write(user.resolve("src/test/java/PaymentClientTest.java"), Readme.test());
        return user;
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void theReadmesExampleRuns() throws Exception {
        String classpath = project.resolve("target/classes") + File.pathSeparator + jar(repository, "halfopen");
        String printed = Maven.start(project, Maven.java(), "-cp", classpath, "Example");
        assertThat(Readme.printed()).isNotEmpty().isEqualTo(printed.strip());
    }

    @Test
    void theGuidesTestPasses() throws Exception {
        Path report = project.resolve("target/surefire-reports/PaymentClientTest.txt");
        assertThat(report).content().contains("Tests run: 1, Failures: 0, Errors: 0, Skipped: 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"halfopen", "halfopen-nio", "halfopen-junit"})
    void twoCopiesBuildTheSameJar(String artifact) throws Exception {
        Path other = folder.resolve("other-repository");
        if (Files.notExists(other)) {
            new Maven(folder, other).install("second");
        }
        assertThat(jar(other, artifact)).hasSameBinaryContentAs(jar(repository, artifact));
    }

    private static Path jar(Path in, String artifact) {
        return in.resolve("io/halfopen/%s/%s/%s-%s.jar".formatted(artifact, VERSION, artifact, VERSION));
    }
}
