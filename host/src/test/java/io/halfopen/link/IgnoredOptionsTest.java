package io.halfopen.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Effect;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.SocketOption;
import io.halfopen.linux.Sysctl;
import io.halfopen.tcp.Secrets;
import io.halfopen.tcp.Stack;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is accepted and ignored has the same values, before and after, as with this machine's kernel. */
class IgnoredOptionsTest {
    private static final int[] VALUES = {
        Integer.MIN_VALUE, -1, 0, 1, 2, 3, 5, 6, 7, 100, 127, 128, 32767, 32768, Integer.MAX_VALUE
    };

    private final Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
    private @Nullable KernelHost opened;

    @BeforeEach
    void open() {
        opened = KernelHosts.open();
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private KernelHost kernel() {
        if (opened == null) {
            throw new IllegalStateException("no kernel");
        }
        return opened;
    }

    static Stream<SocketOption> options() {
        return Arrays.stream(SocketOption.values()).filter(option -> option.effect() == Effect.IGNORED);
    }

    @ParameterizedTest
    @MethodSource("options")
    void anOptionIsTakenAndKeptAsByTheKernel(SocketOption option) {
        int ours = stack.socket(Stack.AF_INET);
        int theirs = kernel().socket(Stack.AF_INET);
        assertThat(stack.getsockopt(ours, option)).as("at first").isEqualTo(kernel().getsockopt(theirs, option));
        for (int value : VALUES) {
            assertThat(stack.setsockopt(ours, option, value))
                    .as("set %d", value)
                    .isEqualTo(kernel().setsockopt(theirs, option, value));
            assertThat(stack.getsockopt(ours, option))
                    .as("after set %d", value)
                    .isEqualTo(kernel().getsockopt(theirs, option));
        }
    }

    static Stream<Sysctl> sysctls() {
        return Arrays.stream(Sysctl.values()).filter(sysctl -> sysctl.effect() == Effect.IGNORED);
    }

    @ParameterizedTest
    @MethodSource("sysctls")
    void aSysctlHasTheKernelsDefaultAndRange(Sysctl sysctl) throws LinkException {
        assertThat(kernel().sysctl(sysctl.fullName())).isEqualTo(sysctl.format(sysctl.defaults()));
        boolean readOnly = sysctl.fullName().startsWith("net.core.");
        for (String value : readOnly ? new String[0] : sysctl.range().split(" to ", -1)) {
            kernel().setSysctl(sysctl.fullName(), value);
            assertThat(kernel().sysctl(sysctl.fullName())).isEqualTo(value);
        }
    }
}
