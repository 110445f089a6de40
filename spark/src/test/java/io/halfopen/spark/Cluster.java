package io.halfopen.spark;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;

/** A master and two workers of Spark's standalone mode, processes on the loopback of this machine, until it is closed. */
final class Cluster implements AutoCloseable {
    private static final long PATIENCE = 600;
    private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://127\\.0\\.0\\.1:\\d+)");
    private static final String REGISTERED = "Registering worker ";

    /** What a real Spark does not have beside it. */
    private static final Pattern NOT_SPARKS = Pattern.compile(
            "halfopen|picocli|/tools/jackson|junit|assertj|surefire|opentest4j|apiguardian|/(test-)?classes/?$");

    private final Path folder;
    private final Path home;
    private final List<Process> processes = new ArrayList<>();
    private final String master;

    Cluster(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        home = home(folder);
        try {
            Path log = folder.resolve("master.log");
            start(
                    log,
                    "org.apache.spark.deploy.master.Master",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    "0",
                    "--webui-port",
                    "0");
            master = await(log, MASTER, 1);
            for (int i = 1; i <= 2; i++) {
                start(
                        folder.resolve("worker" + i + ".log"),
                        "org.apache.spark.deploy.worker.Worker",
                        "--host",
                        "127.0.0.1",
                        "--webui-port",
                        "0",
                        "--cores",
                        "1",
                        "--memory",
                        "1g",
                        "--work-dir",
                        folder.resolve("work" + i).toString(),
                        master);
            }
            await(log, Pattern.compile("(" + REGISTERED + ")"), 2);
        } catch (Throwable failed) {
            close();
            throw failed;
        }
    }

    String master() {
        return master;
    }

    /** Where Spark looks for its own jars. */
    private static Path home(Path folder) throws IOException {
        Path home = folder.resolve("spark");
        Path jars = Files.createDirectories(home.resolve("jars"));
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        for (String each : path.split(File.pathSeparator, -1)) {
            Path jar = Path.of(each);
            if (each.endsWith(".jar") && !NOT_SPARKS.matcher(each).find()) {
                Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
            }
        }
        return home;
    }

    private Process start(Path log, String... main) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().trim().split(" +")));
        command.addAll(List.of("-Xmx512m", "-cp", home.resolve("jars") + "/*"));
        command.addAll(List.of(main));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("SPARK_HOME", home.toString());
        // what the scripts of a real one set
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        processes.add(process);
        return process;
    }

    /** Its first group, when it is there so many times. */
    private static String await(Path log, Pattern pattern, int times) throws IOException, InterruptedException {
        long end = System.nanoTime() + SECONDS.toNanos(PATIENCE);
        while (System.nanoTime() < end) {
            Matcher matcher = pattern.matcher(Files.readString(log));
            List<String> found = matcher.results().map(each -> each.group(1)).toList();
            if (found.size() >= times) {
                return found.getFirst();
            }
            Thread.sleep(100);
        }
        throw new AssertionError("never said " + pattern + ":\n" + Files.readString(log));
    }

    /** As {@code spark-submit}, which is a script that starts this; what it printed. */
    String submit(int exitCode, String... arguments) throws IOException, InterruptedException {
        Path log = Files.createTempFile(folder, "submit", ".log");
        List<String> all = new ArrayList<>(List.of("org.apache.spark.deploy.SparkSubmit", "--master", master));
        all.addAll(List.of("--conf", "spark.ui.enabled=false", "--conf", "spark.executor.memory=512m"));
        all.addAll(List.of(arguments));
        Process process = start(log, all.toArray(String[]::new));
        boolean ended = process.waitFor(PATIENCE, SECONDS);
        String text = Files.readString(log);
        assertThat(ended).as(text).isTrue();
        assertThat(process.exitValue()).as(text).isEqualTo(exitCode);
        return text;
    }

    /** As the kernel does it to who takes too much memory. */
    void killExecutor(String id) {
        List<ProcessHandle> found = executors()
                .filter(each -> each.info().commandLine().orElse("").contains("--executor-id " + id + " "))
                .toList();
        assertThat(found).hasSize(1);
        found.getFirst().destroyForcibly();
    }

    private Stream<ProcessHandle> executors() {
        return processes.stream().flatMap(Process::descendants);
    }

    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(executors().toList());
        processes.forEach(each -> all.add(each.toHandle()));
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(each -> each.onExit().join());
    }
}
