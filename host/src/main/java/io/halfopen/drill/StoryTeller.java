package io.halfopen.drill;

import static io.halfopen.wire.TcpHeader.ACK;
import static io.halfopen.wire.TcpHeader.CWR;
import static io.halfopen.wire.TcpHeader.ECE;
import static io.halfopen.wire.TcpHeader.FIN;
import static io.halfopen.wire.TcpHeader.PSH;
import static io.halfopen.wire.TcpHeader.RST;
import static io.halfopen.wire.TcpHeader.SYN;

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

/** Makes up stories: mostly sense, some nonsense. The same seed tells the same one. */
final class StoryTeller {
    static final int PEERS = 4;
    private static final int MOST_STEPS = 18;

    /** Together less than the third SYN-ACK takes, so that no timer is more than some tens of milliseconds late. */
    private static final int LONGEST_WAITS = 4_000;

    private static final int[] WAITS = {10, 100, 600, 1200, 2100};
    private static final int[] ODD_FLAGS = {
        SYN | FIN, SYN | RST, SYN | ACK, SYN | PSH, 0, FIN, PSH, FIN | PSH | ACK, RST | ACK, SYN | ECE | CWR
    };
    private static final int[] ODD_NUMBERS = {1, -1, 2, 3, 4, -3, 100, -5000, 5000, 70_000, 500_000};

    private final SplittableRandom random;

    StoryTeller(long seed) {
        random = new SplittableRandom(seed);
    }

    Story tell() {
        Map<String, Integer> sysctls = new LinkedHashMap<>();
        maybe(sysctls, "net.ipv4.tcp_syncookies", 0, 1, 1, 2);
        maybe(sysctls, "net.core.somaxconn", 0, 1, 2);
        maybe(sysctls, "net.ipv4.tcp_max_syn_backlog", 0, 1, 4, 8);
        maybe(sysctls, "net.ipv4.tcp_abort_on_overflow", 1);
        maybe(sysctls, "net.ipv4.tcp_synack_retries", 0, 1, 2);
        maybe(sysctls, "net.ipv4.tcp_timestamps", 0, 2);
        maybe(sysctls, "net.ipv4.tcp_sack", 0);
        maybe(sysctls, "net.ipv4.tcp_window_scaling", 0);
        maybe(sysctls, "net.ipv4.tcp_invalid_ratelimit", 0);
        int defer = chance(15) ? pick(1, 2, 3, 10) : 0;
        return new Story(chance(25), sysctls, pick(0, 1, 1, 2, 3, 5), defer, steps());
    }

    private void maybe(Map<String, Integer> sysctls, String name, int... values) {
        if (chance(name.endsWith("syncookies") ? 70 : 18)) {
            sysctls.put(name, pick(values));
        }
    }

    private List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        int count = 3 + random.nextInt(MOST_STEPS - 2);
        int waited = 0;
        while (steps.size() < count) {
            Step step = step();
            if (step instanceof Wait wait) {
                waited += wait.millis();
                if (waited > LONGEST_WAITS) {
                    break;
                }
            }
            steps.add(step);
        }
        return steps;
    }

    private Step step() {
        int dice = random.nextInt(100);
        if (dice < 70) {
            return segment();
        }
        return dice < 88 ? call() : new Wait(pick(WAITS));
    }

    // ---- segments

    private Segment segment() {
        int peer = random.nextInt(PEERS);
        int dice = random.nextInt(100);
        if (dice < 38) {
            return syn(peer);
        }
        if (dice < 66) {
            return new Segment(peer, ACK, odd(12), odd(10), 0, agreed(), stampOff(), stampOff());
        }
        if (dice < 78) {
            return new Segment(peer, ACK | PSH, odd(15), odd(8), 1 + random.nextInt(20), agreed(), stampOff(), 0);
        }
        if (dice < 85) {
            return new Segment(peer, ACK | FIN, odd(15), odd(8), chance(30) ? 3 : 0, agreed(), stampOff(), 0);
        }
        if (dice < 92) {
            return new Segment(peer, RST, odd(40), 0, 0, chance(70) ? Offer.NONE : Offer.AGREED, stampOff(), 0);
        }
        int flags = pick(ODD_FLAGS);
        // A SYN+ACK with data in place of the final ACK: docs/parity.md says what Linux makes of it.
        boolean data = chance(30) && flags != (SYN | ACK);
        return new Segment(peer, flags, odd(30), odd(20), data ? 5 : 0, agreed(), stampOff(), 0);
    }

    private Segment syn(int peer) {
        Offer offer = Offer.values()[pick(1, 1, 2, 2, 2, 2, 0, 3)];
        int flags = chance(4) ? SYN | ECE | CWR : SYN;
        return new Segment(peer, flags, odd(12), 0, chance(6) ? 5 : 0, offer, stampOff(), 0);
    }

    private Offer agreed() {
        return chance(6) ? Offer.NONE : Offer.AGREED;
    }

    private int stampOff() {
        return chance(4) ? pick(-90_000, -1, 1, 5_000) : 0;
    }

    private int odd(int percent) {
        return chance(percent) ? pick(ODD_NUMBERS) : 0;
    }

    // ---- calls

    private Call call() {
        int on = random.nextInt(3);
        int dice = random.nextInt(100);
        if (dice < 50) {
            return new Call(Verb.ACCEPT, 0, 0);
        }
        if (dice < 60) {
            return new Call(Verb.LISTEN, 0, pick(0, 1, 2, 4, -1));
        }
        if (dice < 68) {
            return new Call(Verb.READ, on, 100);
        }
        if (dice < 72) {
            return new Call(Verb.WRITE, on, 1 + random.nextInt(50));
        }
        if (dice < 77) {
            return new Call(Verb.SHUTDOWN, on, random.nextInt(3));
        }
        if (dice < 86) {
            return new Call(Verb.CLOSE, on, 0);
        }
        return listenerCall();
    }

    private Call listenerCall() {
        return switch (random.nextInt(6)) {
            case 0 -> new Call(Verb.CLOSE_LISTENER, 0, 0);
            case 1 -> new Call(Verb.SHUTDOWN_LISTENER, 0, random.nextInt(3));
            case 2 -> new Call(Verb.SYNCNT, 0, pick(1, 2));
            case 3 -> new Call(Verb.ABORT_ON_OVERFLOW, 0, random.nextInt(2));
            default -> new Call(Verb.DEFER_ACCEPT, 0, pick(0, 1, 3));
        };
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private int pick(int... values) {
        return values[random.nextInt(values.length)];
    }
}
