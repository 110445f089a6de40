package io.halfopen.app.simulate;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.RST;
import static org.assertj.core.api.Assertions.assertThat;

import io.halfopen.app.simulate.Plan.Cable;
import io.halfopen.app.simulate.Plan.Dialog;
import io.halfopen.app.simulate.Plan.Ending;
import io.halfopen.app.simulate.Plan.Machine;
import io.halfopen.app.simulate.Plan.Service;
import io.halfopen.app.simulate.Plan.Side;
import io.halfopen.app.simulate.Plan.Trouble;
import io.halfopen.linux.Kernel;
import io.halfopen.linux.Rule;
import io.halfopen.sim.Host;
import io.halfopen.sim.Path;
import io.halfopen.sim.Tap;
import io.halfopen.sim.World;
import io.halfopen.tcp.Stack;
import io.halfopen.wire.Segment;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Somebody breaks what {@code halfopen simulate} watches over, and it notices: each of its faults happens once. */
class BrokenWorldTest {
    private static final long MILLI = 1_000_000L;
    private static final int OCTETS = 5000;
    private static final Side ORDERLY = side(OCTETS, Ending.ORDERLY);

    private static Side side(int octets, Ending ending) {
        return new Side(octets, 1000, 0, 0, 0, ending, Long.MAX_VALUE, Map.of());
    }

    /** h1 calls h2, and either writes 5000 octets; nothing is in the way. */
    private static Plan plan(int backlog) {
        return plan(backlog, ORDERLY, ORDERLY);
    }

    private static Plan plan(int backlog, Side caller, Side answerer, Trouble... troubles) {
        Machine machine = new Machine(Kernel.LINUX_6_18, 1500, Map.of());
        Path path = Path.ofDelay(10 * MILLI);
        return new Plan(
                1,
                0,
                List.of(machine, machine, machine),
                List.of(new Cable(0, 1, path, path)),
                List.of(new Service(1, 80, false, backlog, 0, Map.of())),
                List.of(new Dialog(0, 0, 0, caller, answerer)),
                List.of(troubles));
    }

    private static @Nullable String faultWith(Plan plan, Tap tap) {
        Simulation simulation = new Simulation(plan);
        simulation.addTap(tap);
        return simulation.run();
    }

    @Test
    void nothingIsWrongWithoutHelp() {
        assertThat(new Simulation(plan(128)).run()).isNull();
        assertThat(new Simulation(plan(1)).run()).isNull();
    }

    @Test
    void anOctetIsAltered() {
        assertThat(faultWith(plan(128), Tamper.ofData(1))).isEqualTo("octet 0 is not what was written (connection 1)");
    }

    @Test
    void anEndComesTooSoon() {
        assertThat(faultWith(plan(128), Tamper.withFlags(FIN)))
                .isEqualTo("the end was read after 1000 of 5000 octets (connection 1)");
    }

    @Test
    void aResetFromNowhere() {
        assertThat(faultWith(plan(128), Tamper.withFlags(RST)))
                .isEqualTo("nothing was in its way, and it ended otherwise:"
                        + " caller closed, answerer ECONNRESET (connection 1)");
    }

    /** The caller has closed, and its connection gives up in silence: with a short queue more may happen, but not that. */
    @Test
    void aSegmentIsLostForEver() {
        assertThat(faultWith(plan(128), Tamper.losingDataOf("h1")))
                .isEqualTo("nothing was in its way, and it ended otherwise:"
                        + " caller closed, answerer stuck (connection 1)");
        assertThat(faultWith(plan(1), Tamper.losingDataOf("h1")))
                .isEqualTo("waits for what the other side has done long ago (connection 1)");
        Plan waits = plan(1, ORDERLY, side(OCTETS, Ending.LAST));
        assertThat(faultWith(waits, Tamper.losingDataOf("h1")))
                .isEqualTo("timed out on a path where hardly anything is lost (connection 1)");
    }

    /** What follows the last octet was never written: the third host's restart keeps the wire's check out of this. */
    @Test
    void moreIsReadThanWasWritten() {
        Tap forger = new Tap() {
            private final Segment segment = new Segment();
            private int forged;

            @Override
            public void onArrived(long now, Host to, Rule rule, byte[] bytes, int offset, int length) {
                segment.parse(bytes, offset, length);
                if (to.name().equals("h2") && segment.payloadLength() > 0 && forged++ < 10) {
                    byte[] more = bytes.clone();
                    byte[] text = new byte[segment.payloadLength()];
                    Text.write(0, text.length, text, text.length);
                    System.arraycopy(text, 0, more, segment.payloadOffset(), text.length);
                    Tamper.renumber(segment, more, segment.seq() + text.length);
                    to.stack().onPacket(now, more, offset, length);
                }
            }
        };
        Plan small = plan(128, side(10, Ending.ORDERLY), ORDERLY, new Trouble.Restart(2, 15 * MILLI));
        assertThat(faultWith(small, forger)).isEqualTo("more was read than was written (connection 1)");
    }

    @Test
    void aDescriptorIsForgotten() {
        Tap leak = new Tap() {
            private boolean done;

            @Override
            public void onSent(long now, Host from, Rule why, byte[] bytes, int offset, int length) {
                if (!done) {
                    from.stack().socket(Stack.AF_INET);
                    done = true;
                }
            }
        };
        assertThat(faultWith(plan(128), leak))
                .startsWith("h1 has not let go of everything: Holdings[sockets=1, connections=0,");
    }

    @Test
    void aConnectionIsAcceptedTwice() {
        Simulation simulation = new Simulation(plan(128));
        World world = new World(1);
        Host host = world.addHost("h1", Kernel.LINUX_6_18);
        new Conversation(simulation, world, host, plan(128).dialogs().getFirst(), 0).onGhost(host);
        assertThat(simulation.run()).isEqualTo("it was accepted twice (connection 1)");
    }

    @Test
    void anEndOfWhatNobodyAccepted() {
        Simulation simulation = new Simulation(plan(128));
        World world = new World(1);
        Host host = world.addHost("h1", Kernel.LINUX_6_18);
        Conversation conversation =
                new Conversation(simulation, world, host, plan(128).dialogs().getFirst(), 0);
        conversation.onEndOfFile(conversation.caller);
        assertThat(simulation.run()).isEqualTo("the end of what nobody has accepted (connection 1)");
    }

    @Test
    void thereIsNoEnd() {
        assertThat(new Simulation(plan(128), 10).run()).isEqualTo("after 11 steps there is no end");
    }

    @Test
    void aSecondRunDiffers() {
        Simulation first = new Simulation(plan(128));
        first.run();
        assertThat(Chaos.difference(first, new Simulation(plan(128)))).isNull();
        assertThat(Chaos.difference(first, new Simulation(plan(127)))).isNull();
        Simulation other = new Simulation(plan(128));
        other.addTap(Tamper.withFlags(ACK | RST));
        assertThat(Chaos.difference(first, other)).isEqualTo("the same seed ran otherwise the second time");
    }

    /** Of all that a seed makes only what the fault needs is left: one connection with a segment of 1000 octets. */
    @Test
    void aRealFaultIsMadeSmall() {
        Plan large = LongStream.rangeClosed(1, 100)
                .mapToObj(PlanMaker::make)
                .filter(plan -> plan.dialogs().size() > 2 && isOtherText(plan))
                .findFirst()
                .orElseThrow();
        Plan least = new Shrinker(BrokenWorldTest::isOtherText, 400).shrink(large);
        assertThat(least.dialogs()).hasSize(1);
        assertThat(least.troubles()).isEmpty();
        assertThat(least.machines()).allMatch(machine -> machine.sysctls().isEmpty());
        Dialog dialog = least.dialogs().getFirst();
        long most = Math.max(dialog.caller().octets(), dialog.answerer().octets());
        assertThat(most).isBetween(1000L, 4000L);
    }

    private static boolean isOtherText(Plan plan) {
        return Shrinker.kind(faultWith(plan, Tamper.ofData(1000))).startsWith("octet # is not what was written");
    }
}
