package io.halfopen.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.linux.Rule;
import io.halfopen.linux.Sysctl;
import io.halfopen.linux.TcpState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The accept queue is full: backlog 1, two connections in it, and one handshake that was let in before. */
class AcceptQueueFullTest {
    private static final String REFUSED = "ListenOverflows+1 ListenDrops+1";

    private final Scene scene = new Scene();
    private final Peer late = scene.peer();
    private int listener;

    @BeforeEach
    void fillTheQueue() {
        listener = scene.listener(1);
        late.inject("S 0:0(0) win 65535 <mss 1460>");
        late.expect("S. 0:0(0) ack 1");
        scene.peer().handshake();
        scene.peer().handshake();
        assertThat(scene.stack.row(listener).receiveQueue()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aSynIsDroppedWhateverAbortOnOverflowSays(int abortOnOverflow) {
        scene.set(Sysctl.tcp_abort_on_overflow, abortOnOverflow);
        Peer client = scene.peer();
        for (int i = 0; i < 3; i++) {
            assertThat(client.inject("S 0:0(0) win 65535 <mss 1460>")).isEqualTo(Rule.ACCEPT_QUEUE_FULL);
            assertThat(scene.changes()).isEqualTo(REFUSED);
        }
        scene.expectNothing();
    }

    @Test
    void theFinalAckAndAllThatFollowsIsIgnored() {
        for (String segment : ignored()) {
            assertThat(late.inject(segment)).as(segment).isEqualTo(Rule.FINAL_ACK_IGNORED);
            assertThat(scene.changes()).isEqualTo(REFUSED);
        }
        scene.expectNothing();
        assertThat(scene.stack.queues(listener).synQueue()).isEqualTo(1);
    }

    private static String[] ignored() {
        return new String[] {". 1:1(0) ack 1", ". 1:1(0) ack 1", "P. 1:83(82) ack 1", "F. 83:83(0) ack 1"};
    }

    @Test
    void withAbortOnOverflowTheFinalAckIsAnsweredWithReset() {
        scene.set(Sysctl.tcp_abort_on_overflow, 1);
        assertThat(late.inject(". 1:1(0) ack 1")).isEqualTo(Rule.FINAL_ACK_RESET);
        assertThat(scene.changes()).isEqualTo("OutRsts+1 EmbryonicRsts+1 " + REFUSED);
        late.expect("R 1:1(0) win 0 <>");
        assertThat(scene.stack.queues(listener).synQueue()).isZero();
        for (String segment : ignored()) {
            assertThat(late.inject(segment)).as(segment).isEqualTo(Rule.LISTENER_ACK_RESET);
            assertThat(scene.changes()).isEqualTo("OutRsts+1");
            late.expect("R 1:1(0) win 0 <>");
        }
        scene.at("70s").expectNothing();
    }

    /** Whether the client goes on acknowledging or not makes no difference. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anIgnoredAckDoesNotStopTheSynAckTimer(boolean acknowledgesEach) {
        late.inject(". 1:1(0) ack 1");
        for (String time : new String[] {"1s", "3s", "7s", "15s", "31s"}) {
            scene.at(time);
            assertThat(scene.changes()).isEqualTo("RetransSegs+1 TCPTimeouts+1 TCPSynRetrans+1");
            late.expect("S. 0:0(0) ack 1");
            if (acknowledgesEach) {
                late.inject(". 1:1(0) ack 1");
                assertThat(scene.changes()).isEqualTo(REFUSED);
            }
            scene.expectNothing();
        }
        scene.at("62.999s");
        assertThat(scene.stack.queues(listener).synQueue()).isEqualTo(1);
        scene.at("63s");
        assertThat(scene.changes()).as("deleted in silence").isEqualTo("TCPTimeouts+1");
        assertThat(scene.stack.counted(Rule.HALF_OPEN_EXPIRED)).isEqualTo(1);
        assertThat(scene.stack.queues(listener).synQueue()).isZero();
        scene.expectNothing();
    }

    @Test
    void afterTheEndOfTheHalfOpenWhateverTheClientSendsIsReset() {
        late.inject(". 1:1(0) ack 1");
        scene.at("63s");
        late.times();
        for (String segment : new String[] {"P. 1:5(4) ack 1", ". 1:1(0) ack 1", "F. 5:5(0) ack 1"}) {
            late.inject(segment);
            assertThat(scene.changes()).isEqualTo("OutRsts+1");
            late.expect("R 1:1(0) win 0 <>");
        }
    }

    @Test
    void aFreedSlotPromotesNobodyByItself() {
        late.inject(". 1:1(0) ack 1");
        assertThat(scene.accept(listener)).isPositive();
        scene.at("0.999s").expectNothing();
        assertThat(scene.stack.row(listener).receiveQueue()).isEqualTo(1);
        assertThat(scene.stack.queues(listener).synQueue()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    . 1:1(0) ack 1    |                  | ESTABLISHED | EAGAIN
                    P. 1:6(5) ack 1   | . 1:1(0) ack 6   | ESTABLISHED | abcde
                    F. 1:1(0) ack 1   |                  | CLOSE_WAIT  | EOF
                    """)
    void aFreedSlotGoesToTheNextSegmentOfTheClient(
            String segment, @Nullable String reply, TcpState state, String read) {
        late.inject(". 1:1(0) ack 1");
        scene.accept(listener);
        assertThat(late.inject(segment)).isEqualTo(Rule.FINAL_ACK_ACCEPTED);
        assertThat(scene.changes()).isEqualTo("PassiveOpens+1");
        late.expectOnly(reply);
        scene.accept(listener);
        int fd = scene.accept(listener);
        assertThat(scene.stack.row(fd).remotePort()).isEqualTo(late.port());
        assertThat(scene.stack.row(fd).state()).isEqualTo(state);
        assertThat(scene.read(fd)).isEqualTo(read);
    }

    @Test
    void theClientsAckOfTheNextSynAckTakesAFreedSlot() {
        late.inject(". 1:1(0) ack 1");
        scene.accept(listener);
        scene.at("1s");
        late.expect("S. 0:0(0) ack 1");
        late.inject(". 1:1(0) ack 1");
        assertThat(scene.changes()).isEqualTo("PassiveOpens+1");
        scene.at("70s").expectNothing();
        assertThat(scene.stack.row(listener).receiveQueue()).isEqualTo(2);
    }
}
