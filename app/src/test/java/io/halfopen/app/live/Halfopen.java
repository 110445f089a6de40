package io.halfopen.app.live;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line as a process, from the test's own class path. */
final class Halfopen {
    private Halfopen() {}

    static RealProcess start(NetNamespace namespace, String... args) throws Exception {
        return namespace.start(command(args).toArray(String[]::new));
    }

    static List<String> command(String... args) {
        List<String> command = new ArrayList<>(java("io.halfopen.app.Main"));
        command.addAll(List.of(args));
        return command;
    }

    /** A main class of the class path; its arguments are to be added. */
    static List<String> java(String main) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(List.of(java, "--enable-native-access=ALL-UNNAMED", "-Xmx512m"));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        return command;
    }

    /** As somebody would run it who wants speed, other than the JVMs of tests that live for a second. */
    static List<String> fastJava(List<String> options, Class<?> main, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(args));
        return command;
    }

    /** Once it listens. It would end by itself some time after everybody has lost interest. */
    static RealProcess serve(NetNamespace namespace, String... more) throws Exception {
        List<String> args = new ArrayList<>(List.of("serve", "--for", RealProcess.LONGEST));
        args.addAll(List.of(more));
        RealProcess serve = start(namespace, args.toArray(String[]::new));
        serve.awaitOut("Ctrl-C ends it");
        return serve;
    }
}
