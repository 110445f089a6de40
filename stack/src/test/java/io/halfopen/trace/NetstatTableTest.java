package io.halfopen.trace;

import static io.halfopen.trace.TestSockets.catA;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Expected: netstat of net-tools 2.10, for the same sockets as in SsTableTest. */
class NetstatTableTest {
    @Test
    void aListenerHasNoSendQueue() {
        assertThat(catA(NetstatTable.all(TestSockets.V4))).isEqualTo("""
            Active Internet connections (servers and established)$
            Proto Recv-Q Send-Q Local Address           Foreign Address         State      $
            tcp        0      0 127.0.0.1:22            0.0.0.0:*               LISTEN     $
            tcp        2      0 0.0.0.0:8080            0.0.0.0:*               LISTEN     $
            tcp        0      0 192.0.2.1:8080          198.51.100.200:54321    SYN_RECV   $
            tcp       90 3877888 127.0.0.1:47162         127.0.0.1:8080          ESTABLISHED$
            tcp        0      1 192.0.2.1:40001         203.0.113.9:443         SYN_SENT   $
            tcp        0      1 192.0.2.1:40002         203.0.113.9:443         FIN_WAIT1  $
            tcp        0      0 192.0.2.1:40003         203.0.113.9:443         FIN_WAIT2  $
            tcp        0      0 192.0.2.1:40004         203.0.113.9:443         TIME_WAIT  $
            tcp        1      0 192.0.2.1:40005         203.0.113.9:443         CLOSE_WAIT $
            tcp        0      1 192.0.2.1:40006         203.0.113.9:443         LAST_ACK   $
            tcp        0      1 192.0.2.1:40007         203.0.113.9:443         CLOSING    $
            """);
    }

    @Test
    void longAddressesAreCutSoThatThePortStays() {
        assertThat(catA(NetstatTable.all(TestSockets.V6))).isEqualTo("""
            Active Internet connections (servers and established)$
            Proto Recv-Q Send-Q Local Address           Foreign Address         State      $
            tcp        0      0 0.0.0.0:8080            0.0.0.0:*               LISTEN     $
            tcp6       1      0 2001:db8:1:2:3:4:5:8082 :::*                    LISTEN     $
            tcp6       1      0 :::8081                 :::*                    LISTEN     $
            tcp6       0      0 2001:db8:1:2:3:4:5:8082 2001:db8:1:2:3:4::48198 ESTABLISHED$
            tcp6       0      0 2001:db8:1:2:3:4::48198 2001:db8:1:2:3:4:5:8082 ESTABLISHED$
            tcp6       0      0 ::1:57190               ::1:8081                ESTABLISHED$
            tcp6       0      0 ::1:8081                ::1:57190               ESTABLISHED$
            """);
    }

    @Test
    void noSocketsAreTwoLinesOfHeader() {
        assertThat(NetstatTable.all(List.of())).hasLineCount(2);
    }
}
