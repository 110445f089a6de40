package io.halfopen.drill;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.PSH;
import static io.halfopen.wire.TcpHeader.SYN;

import io.halfopen.drill.Story.Answer;
import io.halfopen.drill.Story.Call;
import io.halfopen.drill.Story.Offer;
import io.halfopen.drill.Story.Segment;
import io.halfopen.drill.Story.Step;
import io.halfopen.drill.Story.Verb;
import io.halfopen.drill.Story.Wait;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Makes up stories of one connection that sends and receives over a bad network. */
final class TransferTeller {
    private static final int MSS = 1460;
    private static final int STAMPED_MSS = 1448;
    private static final int WIDE = 65535;

    private final SplittableRandom random;
    private int mss;

    TransferTeller(long seed) {
        random = new SplittableRandom(seed);
    }

    Story tell() {
        Map<String, Integer> sysctls = new LinkedHashMap<>();
        maybe(sysctls, "net.ipv4.tcp_timestamps", 0);
        maybe(sysctls, "net.ipv4.tcp_sack", 0);
        maybe(sysctls, "net.ipv4.tcp_dsack", 0);
        maybe(sysctls, "net.ipv4.tcp_early_retrans", 0);
        maybe(sysctls, "net.ipv4.tcp_recovery", 0);
        maybe(sysctls, "net.ipv4.tcp_frto", 0);
        mss = sysctls.containsKey("net.ipv4.tcp_timestamps") ? MSS : STAMPED_MSS;
        List<Step> steps = new ArrayList<>();
        steps.add(new Segment(0, SYN, 0, 0, 0, Offer.ALL, 0, 0));
        steps.add(new Segment(0, ACK, 0, 0, 0, Offer.AGREED, 0, 0));
        steps.add(new Call(Verb.ACCEPT, 0, 0));
        int count = 2 + random.nextInt(12);
        for (int i = 0; i < count; i++) {
            steps.add(step());
        }
        maybe(sysctls, "net.ipv4.tcp_mtu_probing", pick(1, 2)); // last, so that a seed still makes the same steps
        return new Story(false, sysctls, 1, 0, steps);
    }

    private void maybe(Map<String, Integer> sysctls, String name, int value) {
        if (chance(15)) {
            sysctls.put(name, value);
        }
    }

    private Step step() {
        int dice = random.nextInt(100);
        if (dice < 25) {
            return new Call(Verb.WRITE, 0, pick(1, 100, 1000, mss, 2 * mss, 3000, 5 * mss, 10_000, 20_000, 40_000));
        }
        if (dice < 62) {
            return answer();
        }
        if (dice < 76) {
            return data();
        }
        if (dice < 82) {
            return new Call(Verb.READ, 0, pick(1, 1000, 100_000));
        }
        if (dice < 86) {
            return chance(50) ? new Call(Verb.SHUTDOWN, 0, pick(0, 1, 2)) : new Call(Verb.CLOSE, 0, 0);
        }
        return new Wait(pick(10, 90, 250, 600));
    }

    /** Of whole segments mostly, with up to three stretches beyond a gap. */
    private Answer answer() {
        List<Integer> blocks = new ArrayList<>();
        int at = 0;
        int count = chance(50) ? 0 : 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            int from = at + mss * (1 + random.nextInt(3));
            at = from + mss * (1 + random.nextInt(4));
            blocks.addFirst(at);
            blocks.addFirst(from);
        }
        if (chance(8)) {
            blocks.addFirst(0);
            blocks.addFirst(-mss);
        }
        int octets = chance(45) ? 0 : chance(85) ? mss * (1 + random.nextInt(5)) : chance(50) ? 1_000_000 : 500;
        return new Answer(0, octets, blocks, chance(90) ? WIDE : pick(0, 1, 20, 40));
    }

    private Segment data() {
        int length = pick(1, 10, 100, 1000, mss);
        int flags = chance(10) ? ACK | FIN : ACK | PSH;
        return new Segment(
                0, flags, chance(60) ? 0 : pick(1, 100, 1000, mss, 2 * mss, -1), 0, length, Offer.AGREED, 0, 0);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private int pick(int... values) {
        return values[random.nextInt(values.length)];
    }
}
