package io.halfopen.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.halfopen.link.KernelHost;
import io.halfopen.link.LinkException;
import io.halfopen.linux.Kernel;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Random stories: the same on every machine that should be the same, and told apart where it should not. */
class ParityTest {
    @Test
    void aStackIsLikeItself() throws Exception {
        Parity parity = Parity.withStack(Parity.Topic.LISTEN, Kernel.LINUX_6_18);
        for (long seed = 1; seed <= 300; seed++) {
            assertThat(parity.check(seed)).as("seed %d", seed).isNull();
        }
    }

    @Test
    void aStackIsLikeItselfInTransfersToo() throws Exception {
        Parity parity = Parity.withStack(Parity.Topic.TRANSFER, Kernel.LINUX_6_18);
        for (long seed = 1; seed <= 200; seed++) {
            assertThat(parity.check(seed)).as("seed %d", seed).isNull();
        }
    }

    /** Round trips are longer there, and timeouts with them, so that what the one sends in a wait the other does later. */
    @Test
    void aMachineThatTakesTimeForEachStepIsNoDifference() throws Exception {
        Telling telling = new Telling(Kernel.LINUX_6_18, ParityTest::slow);
        int late = 0;
        for (long seed = 1; seed <= 60; seed++) {
            Telling.Pair pair = telling.pair(telling.stretched(new StoryTeller(seed).tell()));
            assertThat(pair.difference().lines()).as("seed %d", seed).isEmpty();
            late += pair.onStack().steps().equals(pair.onOther().steps()) ? 0 : 1;
        }
        assertThat(late).as("stories that show how slow it is").isPositive();
    }

    /** A stack that needs some time to look at its queues. */
    private static Machine slow(Settings settings) {
        StackMachine stack = new StackMachine(Kernel.LINUX_6_18, settings);
        return (Machine) Proxy.newProxyInstance(
                Machine.class.getClassLoader(), new Class<?>[] {Machine.class}, (proxy, method, args) -> {
                    long until = stack.now() + (method.getName().equals("queues") ? 70_000_000L : 0);
                    while (stack.now() < until) {
                        stack.advance(until, false);
                    }
                    return method.invoke(stack, args);
                });
    }

    @Test
    void aDifferenceIsFoundAndShortened() throws Exception {
        Parity parity = Parity.withStack(Parity.Topic.LISTEN, Kernel.LINUX_3_10);
        Parity.Difference difference = null;
        long seed = 0;
        while (difference == null && seed < 100) {
            difference = parity.check(++seed);
        }
        assertThat(difference).isNotNull();
        assertThat(difference.story()).contains("stack ").contains("kernel").hasLineCount(lines(difference.story()));
        Script script = Script.parse("difference.pkt", difference.script());
        assertThat(Drill.onStack(script, Settings.none(), Kernel.LINUX_3_10, false)
                        .status())
                .as(difference.script())
                .isEqualTo(Outcome.Status.PASS);
        assertThat(Drill.onStack(script, Settings.none(), Kernel.LINUX_6_18, false)
                        .status())
                .isEqualTo(Outcome.Status.FAIL);
    }

    /** Few steps are needed to tell the two apart. */
    private static int lines(String story) {
        int lines = (int) story.lines().count();
        assertThat(lines).isLessThan(25);
        return lines;
    }

    @Test
    void theSameSeedTellsTheSameStory() {
        LongStream.range(1, 50)
                .forEach(seed -> assertThat(new StoryTeller(seed).tell()).isEqualTo(new StoryTeller(seed).tell()));
        LongStream.range(1, 50)
                .forEach(
                        seed -> assertThat(new TransferTeller(seed).tell()).isEqualTo(new TransferTeller(seed).tell()));
    }

    /** A few; {@code halfopen parity} tells more. */
    @Test
    void theLiveKernelIsLikeTheStack() throws Exception {
        try (KernelHost host = KernelHost.open()) {
            host.openTun("tun0").close();
        } catch (LinkException refused) {
            assumeTrue(false, refused.getMessage());
        }
        Parity parity = Parity.withKernel(Parity.Topic.LISTEN);
        try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
            List<Future<Parity.Difference>> results = new ArrayList<>();
            for (long seed = 1; seed <= 48; seed++) {
                long story = seed;
                results.add(pool.submit(() -> parity.check(story)));
            }
            for (Future<Parity.Difference> result : results) {
                Parity.Difference difference = result.get();
                assertThat(difference == null ? "" : difference.seed() + "\n" + difference.story())
                        .isEmpty();
            }
        }
    }
}
