package io.halfopen.trace;

import static io.halfopen.trace.TestSockets.catA;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Expected: ss of iproute2 6.1.0; IPv4 from a file of sockets in every state (PROC_ROOT), IPv6 from real ones. */
class SsTableTest {
    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        assertThat(catA(SsTable.all(TestSockets.V4))).isEqualTo("""
            State      Recv-Q Send-Q  Local Address:Port    Peer Address:Port Process$
            LISTEN     0      128         127.0.0.1:22           0.0.0.0:*           $
            LISTEN     2      1             0.0.0.0:8080         0.0.0.0:*           $
            SYN-RECV   0      0           192.0.2.1:8080  198.51.100.200:54321       $
            ESTAB      90     3877888     127.0.0.1:47162      127.0.0.1:8080        $
            SYN-SENT   0      1           192.0.2.1:40001    203.0.113.9:443         $
            FIN-WAIT-1 0      1           192.0.2.1:40002    203.0.113.9:443         $
            FIN-WAIT-2 0      0           192.0.2.1:40003    203.0.113.9:443         $
            TIME-WAIT  0      0           192.0.2.1:40004    203.0.113.9:443         $
            CLOSE-WAIT 1      0           192.0.2.1:40005    203.0.113.9:443         $
            LAST-ACK   0      1           192.0.2.1:40006    203.0.113.9:443         $
            CLOSING    0      1           192.0.2.1:40007    203.0.113.9:443         $
            """);
    }

    @Test
    void ipv6AddressesAreInBrackets() {
        assertThat(catA(SsTable.all(TestSockets.V6))).isEqualTo("""
            State  Recv-Q Send-Q          Local Address:Port            Peer Address:Port Process$
            LISTEN 0      1                     0.0.0.0:8080                 0.0.0.0:*           $
            LISTEN 1      128    [2001:db8:1:2:3:4:5:6]:8082                    [::]:*           $
            LISTEN 1      128                      [::]:8081                    [::]:*           $
            ESTAB  0      0      [2001:db8:1:2:3:4:5:6]:8082  [2001:db8:1:2:3:4:5:6]:48198       $
            ESTAB  0      0      [2001:db8:1:2:3:4:5:6]:48198 [2001:db8:1:2:3:4:5:6]:8082        $
            ESTAB  0      0                       [::1]:57190                  [::1]:8081        $
            ESTAB  0      0                       [::1]:8081                   [::1]:57190       $
            """);
    }

    @Test
    void listenersAreAlignedAmongThemselves() {
        assertThat(catA(SsTable.listening(TestSockets.V4))).isEqualTo("""
            State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess$
            LISTEN 0      128        127.0.0.1:22        0.0.0.0:*          $
            LISTEN 2      1            0.0.0.0:8080      0.0.0.0:*          $
            """);
    }

    @Test
    void noSocketsAreAHeader() {
        assertThat(SsTable.all(List.of()))
                .isEqualTo("State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n");
    }
}
