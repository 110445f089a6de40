package io.halfopen.app;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code --on kernel:6.1}: the same command with {@code --on kernel} in a virtual machine that runs Debian's kernel of
 * that version, by tools/kernel of the checkout.
 */
final class OtherKernel {
    /** Where the checkout is, as its ./halfopen says. */
    static final String CHECKOUT = "halfopen.checkout";

    private static final String ON = "--on";
    private static final Pattern VALUE = Pattern.compile("kernel:(.*)");
    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+[-+.\\w]*|.*\\.deb");

    /** The machine forgets what is written to its disk. */
    private static final Pattern WRITES = Pattern.compile("--(pcap|html|svg|scripts|record)(=.*)?");

    /** A machine that has not ended after so long is ended, seconds. */
    private static final String LIMIT = "3600";

    private static final String ONE_BY_ONE = "--threads=1";

    private static final int BAD_INPUT = 2;
    private static final int FAILED = 1;

    /** What tools/kernel says of itself rather than of the command. */
    private static final int NOT_BEGUN = 124;

    private final List<String> args;
    private final String version;
    private final PrintStream err;

    private OtherKernel(List<String> args, String version, PrintStream err) {
        this.args = args;
        this.version = version;
        this.err = err;
    }

    /** The exit code of the command on the kernel that it asks for; empty if it asks for none. */
    static OptionalInt run(String[] given, PrintStream err) throws IOException {
        List<String> args = new ArrayList<>(List.of(given));
        for (int i = 0; i < args.size(); i++) {
            boolean joined = args.get(i).startsWith(ON + "=");
            boolean apart = args.get(i).equals(ON) && i + 1 < args.size();
            Matcher value =
                    VALUE.matcher(joined ? args.get(i).substring(ON.length() + 1) : apart ? args.get(i + 1) : "");
            if (value.matches()) {
                args.set(apart ? i + 1 : i, apart ? "kernel" : ON + "=kernel");
                if (args.getFirst().equals("parity")) {
                    args.add(1, ONE_BY_ONE); // waiting takes no time there, and whatever else runs takes some
                }
                return OptionalInt.of(new OtherKernel(args, value.group(1), err).run());
            }
        }
        return OptionalInt.empty();
    }

    private int run() throws IOException {
        String checkout = System.getProperty(CHECKOUT);
        Path tool = Path.of(checkout == null ? "" : checkout, "tools", "kernel");
        if (!VERSION.matcher(version).matches()) {
            return bad("kernel:VERSION takes a version of Linux such as 6.1, or a package.deb, not '" + version + "'");
        }
        if (checkout == null || !Files.isExecutable(tool)) {
            return bad("kernel:" + version + " needs tools/kernel: run ./halfopen of a checkout");
        }
        for (String arg : args) {
            if (WRITES.matcher(arg).matches()) {
                return bad(arg + " with --on kernel:" + version + ": the machine's files are gone when it ends");
            }
        }
        return boot(tool, Path.of(checkout, "halfopen"));
    }

    private int boot(Path tool, Path launcher) throws IOException {
        if (Terminal.isInteractive()) {
            err.println(
                    "halfopen: Linux " + version + " boots; what it prints comes at the end, after a minute or more");
        }
        List<String> command = Stream.concat(
                        Stream.of(tool.toString(), "--limit", LIMIT, version, launcher.toString()), args.stream())
                .toList();
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            int code = process.waitFor();
            return code >= NOT_BEGUN ? FAILED : code;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return FAILED;
        } finally {
            process.destroy();
        }
    }

    private int bad(String message) {
        err.println("halfopen: " + message);
        return BAD_INPUT;
    }
}
