package io.halfopen.tcp.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.tcp.socket.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DescriptorsTest {
    private static final int LIMIT = 1 << 20;

    private final Descriptors descriptors = new Descriptors();

    @Test
    void theLowestFreeOneComesFirst() {
        Random random = new Random(1);
        TreeSet<Integer> free = new TreeSet<>();
        for (int fd = 3; fd < 20_000; fd++) {
            free.add(fd);
        }
        List<Socket> open = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            // First it fills, then it empties.
            if (open.isEmpty() || random.nextInt(10) < (i < 50_000 ? 6 : 3)) {
                Socket socket = new Socket();
                assertThat(descriptors.open(socket)).isEqualTo(free.pollFirst()).isEqualTo(socket.fd);
                assertThat(descriptors.get(socket.fd)).isSameAs(socket);
                open.add(socket);
            } else {
                Socket socket = open.set(random.nextInt(open.size()), open.getLast());
                open.removeLast();
                int fd = socket.fd;
                descriptors.close(socket);
                assertThat(descriptors.get(fd)).isNull();
                free.add(fd);
            }
        }
    }

    @Test
    void thereAreAMillionWithThoseOfTheTerminal() {
        Socket last = new Socket();
        for (int fd = 3; fd < LIMIT; fd++) {
            assertThat(descriptors.isFull()).isFalse();
            last = new Socket();
            descriptors.open(last);
        }
        assertThat(last.fd).isEqualTo(LIMIT - 1);
        assertThat(descriptors.isFull()).isTrue();
        assertThat(descriptors.get(LIMIT)).isNull();
        assertThat(descriptors.get(-1)).isNull();
        descriptors.close(last);
        assertThat(descriptors.isFull()).isFalse();
        assertThat(descriptors.open(last)).isEqualTo(LIMIT - 1);
    }
}
