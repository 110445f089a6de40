package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.halfopen.linux.SocketOption;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OptionsTest {
    @ParameterizedTest
    @EnumSource(SocketOption.class)
    void everyOptionIsInTheTable(SocketOption option) {
        Scene scene = new Scene();
        int fd = scene.socket();
        assertThatCode(() -> scene.stack.getsockopt(fd, option)).doesNotThrowAnyException();
        assertThatCode(() -> scene.stack.setsockopt(fd, option, 1)).doesNotThrowAnyException();
    }
}
