package io.halfopen.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Two worlds whose gateways are each other's outside: what a real link would carry is carried by hand. */
class GatewayTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final World here = new World(1);
    private final World there = new World(2);
    private final Queue<byte[]> leaving = new ArrayDeque<>();
    private final Queue<byte[]> coming = new ArrayDeque<>();
    private final Host client = here.addHost("client", "10.0.0.1");
    private final Host server = there.addHost("server", "10.0.1.1");
    private final Host wayOut = here.addGateway("outside", copyingTo(leaving));
    private final List<String> fates = new ArrayList<>();

    GatewayTest() {
        Object unused = there.addGateway("outside", copyingTo(coming));
    }

    private static Outside copyingTo(Queue<byte[]> queue) {
        return (bytes, offset, length) -> queue.add(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    private void carry() {
        while (!leaving.isEmpty() || !coming.isEmpty()) {
            leaving.forEach(packet -> there.enter(packet, 0, packet.length));
            leaving.clear();
            coming.forEach(packet -> here.enter(packet, 0, packet.length));
            coming.clear();
        }
    }

    private void tellFates() {
        here.addTap(new Tap() {
            @Override
            public void onLeft(long now, Host gateway, byte[] bytes, int offset, int length) {
                fates.add("left by " + gateway.name());
            }

            @Override
            public void onLost(long now, Host from, byte[] bytes, int offset, int length) {
                fates.add("lost from " + from.name());
            }
        });
    }

    @Test
    void aConnectionIsMadeThroughBoth() {
        tellFates();
        Attempt attempt = client.connect(server.serve(80, 1));
        carry();
        here.run(SECOND);
        assertThat(attempt.toString()).contains("connected after 0.000 s");
        assertThat(fates).contains("left by outside").doesNotContain("lost from client");
    }

    @Test
    void thePathToTheGatewayIsPartOfTheWay() {
        here.connect(client, wayOut, Path.ofDelay(Duration.ofMillis(20)));
        Attempt attempt = client.connect(server.serve(80, 1));
        assertThat(leaving).isEmpty();
        here.run(Duration.ofMillis(20));
        carry();
        here.run(SECOND);
        assertThat(attempt.toString()).contains("connected after 0.040 s");
    }

    @Test
    void whatClaimsToBeFromHereIsNotLetIn() {
        tellFates();
        client.connect(server.serve(80, 1));
        byte[] syn = leaving.remove();
        fates.clear();
        here.enter(syn, 0, syn.length);
        assertThat(fates).containsExactly("lost from outside");
        assertThat(leaving).isEmpty();
    }

    @Test
    void whatIsForNobodyHereDoesNotGoOutAgain() {
        client.connect(server.serve(80, 1));
        byte[] syn = leaving.remove();
        World elsewhere = new World(4);
        List<byte[]> out = new ArrayList<>();
        Object unused = elsewhere.addGateway("outside", (bytes, offset, length) -> out.add(bytes));
        elsewhere.enter(syn, 0, syn.length);
        elsewhere.enter(new byte[] {0x45}, 0, 1);
        elsewhere.enter(new byte[0], 0, 0);
        assertThat(out).isEmpty();
    }

    @Test
    void thereIsOneGateway() {
        assertThatIllegalStateException()
                .isThrownBy(() -> here.addGateway("another", (bytes, offset, length) -> {}))
                .withMessageContaining("outside is the gateway already");
        assertThatIllegalStateException()
                .isThrownBy(() -> new World(1).enter(new byte[1], 0, 1))
                .withMessageContaining("no gateway");
    }
}
