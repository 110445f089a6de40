package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.wire.IpAddress;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final long HOUR = 3_600_000_000_000L;

    /** More than a signed byte can count. */
    @Test
    void evenTheMostSynAckRetriesEnd() {
        Stack stack = new Stack(Kernel.LINUX_6_18, Secrets.ofSeed(1));
        stack.addAddress(IpAddress.parse("192.0.2.2"), 1500);
        stack.sysctls().set(Sysctl.tcp_synack_retries, 255);
        int fd = stack.socket(Stack.AF_INET);
        assertThat(stack.bind(fd, IpAddress.ANY_V4, 80)).isZero();
        assertThat(stack.listen(fd, 1)).isZero();
        Packet.between("192.0.2.1", 1, "192.0.2.2", 80).syn(1).into(stack, 1);
        for (long next = stack.nextTimeout(); next < 9 * HOUR; next = stack.nextTimeout()) {
            stack.onTimeout(next);
        }
        assertThat(stack.counted(Rule.SYN_ACK_RETRANSMITTED)).isEqualTo(255);
        assertThat(stack.counted(Rule.HALF_OPEN_EXPIRED)).isEqualTo(1);
        assertThat(stack.queues(fd).young()).isZero();
    }
}
