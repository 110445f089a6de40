package io.halfopen.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A short selection of scripts and experiments on Debian's kernels, in virtual machines and in virtual time, by
 * tools/kernel. Each takes a minute or two, and fetches its package if that was never done: so it is asked for, by
 * -Dhalfopen.kernels=true -Dhalfopen.patience=600.
 */
class OtherKernelsTest {
    private static final Path CHECKOUT =
            Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
    private static final boolean ASKED = Boolean.getBoolean("halfopen.kernels");

    /** A machine that has not ended after so long is ended, seconds. */
    private static final String LIMIT = Long.toString(Long.getLong("halfopen.patience", 120));

    @ParameterizedTest
    @CsvSource({"6.1", "6.12"})
    void scriptsPassAndTheLabAgrees(String version) throws Exception {
        NetNamespace.skipUnless(ASKED, "other kernels take minutes: -Dhalfopen.kernels=true asks for them");
        for (String program : List.of("qemu-system-x86_64", "busybox", "depmod", "dpkg-deb")) {
            NetNamespace.skipUnless(NetNamespace.isInstalled(program), program + " is not installed");
        }
        NetNamespace.skipUnless(Files.isReadable(Path.of("/etc/shadow")), "tools/kernel has to be root");
        Optional<Path> fetched = newest(version);
        List<String> command =
                new ArrayList<>(List.of(CHECKOUT.resolve("tools/kernel").toString()));
        command.addAll(List.of("--limit", LIMIT, fetched.map(Path::toString).orElse(version)));
        command.addAll(Halfopen.java(Selection.class.getName()));
        command.add(CHECKOUT.resolve("host/src/test/pkt").toString());

        try (RealProcess machine = RealProcess.start(command)) {
            int code = machine.exitCode();

            String told = machine.out() + machine.err();
            assertThat(told).contains(Selection.PASSED).contains(Selection.AGREED);
            assertThat(code).as(told).isZero();
        }
    }

    /** As tools/kernel has it: the last by its version. */
    private static Optional<Path> newest(String version) throws IOException {
        String cache = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .orElse(System.getProperty("user.home") + "/.cache");
        Path folder = Path.of(cache, "halfopen");
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file ->
                            file.getFileName().toString().matches("linux-image-\\Q" + version + "\\E[.-].*\\.deb"))
                    .max((one, other) -> one.getFileName().compareTo(other.getFileName()));
        }
    }
}
