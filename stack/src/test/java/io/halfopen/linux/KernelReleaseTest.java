package io.halfopen.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelReleaseTest {
    @ParameterizedTest
    @CsvSource({
        "6.18.44-fc, 6.18",
        "6.14.0-37-generic, 6.12",
        "5.14.0-503.el9.x86_64, 5.14",
        "7.0, 6.18",
        "6.1, 6.1",
        "6.11.0-9, 6.8",
    })
    void aReleaseHasTheProfileThatIsNotNewer(String release, String version) {
        assertThat(KernelRelease.parse(release).profile().version()).isEqualTo(version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "6", "Darwin", "6.x"})
    void whatIsNoReleaseIsSaid(String release) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KernelRelease.parse(release))
                .withMessage("no version of Linux: '" + release + "'");
    }
}
