package io.halfopen.app.explain;

import io.halfopen.wire.IpAddress;
import io.halfopen.wire.TcpHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** All that was seen of one listener, so that one connection can be understood from what happened to others. */
final class ListenerContext {
    private static final long LEAST_ROUND_TRIP = 500_000L;
    private static final long NEAR = 1_500_000_000L;
    private static final long LONGEST_HALF_OPEN = 65_000_000_000L;
    private static final int COOKIES_AT_LEAST = 4;
    private static final int LEAST_DROPS = 3;

    /** One in so many may be lost on the way. */
    private static final int LOSS = 20;

    private static final int LEAST_LAG = 4;
    private static final int MOST_LAG = 127;
    private static final long CHANCE = 3;

    /** A SYN, and whether it was answered. */
    private record Syn(long time, boolean answered, boolean asksForEcn, Conversation of) {}

    /**
     * What others' SYNs met at about the same time.
     *
     * @param later of those that were answered, the ones that were not sent before
     * @param served of those that were dropped, the ones from addresses that are answered at other times
     * @param plain of those that were dropped, the ones that did not ask for ECN
     */
    record Near(int answered, int later, int dropped, int served, int plain) {
        static final Near NOTHING = new Near(0, 0, 0, 0, 0);

        Near and(Near other) {
            return new Near(
                    answered + other.answered,
                    later + other.later,
                    dropped + other.dropped,
                    served + other.served,
                    plain + other.plain);
        }

        /** So many were dropped that it was no chance. */
        boolean isNoChance(int drops) {
            return drops >= LEAST_DROPS && drops * LOSS > answered;
        }
    }

    /** A SYN without an answer that was captured at the server was not lost on the way there. */
    boolean atServer;

    final Endpoint server;
    final List<Conversation> conversations = new ArrayList<>();
    private final List<Syn> syns = new ArrayList<>();
    private final List<Long> ignoredAcks = new ArrayList<>();
    private final Set<Conversation> cookies = new HashSet<>();
    private final Set<IpAddress> served = new HashSet<>();
    /** Who got a Fast Open cookie, with the number of the connection in which it first did. */
    private final Map<IpAddress, Integer> cookieTakers = new HashMap<>();

    private int repeatedToTheSilent;
    private int sparedTheSilent;
    boolean seesServer;
    boolean seesClients;
    boolean answersAnybody;
    /** Another port of the same host sends something. */
    boolean hostAnswers;
    /** The time to live of most of its packets that are no RST; -1: none was seen. */
    int ttl = -1;

    int halfOpens;
    int finished;
    private @Nullable Boolean flooded;
    private long[] halfOpenSince = {};
    private long[] finishedSince = {};

    ListenerContext(Endpoint server) {
        this.server = server;
    }

    /** Once all are there. */
    void complete() {
        for (Conversation each : conversations) {
            seesServer |= each.fromServer.packets > 0 || each.ignoredResets > 0;
            seesClients |= each.fromClient.packets > 0;
            answersAnybody |= each.fromServer.handshakes > 0 || each.finalAck > 0;
            ttl = each.fromServer.ttl >= 0 ? each.fromServer.ttl : ttl;
            finished += isFinished(each) ? 1 : 0;
            addSyns(each);
            if (each.fromServer.cookie > 0) {
                cookieTakers.merge(each.client.address(), each.number, Math::min);
            }
            boolean silent = each.finalAck > 0 && each.fromClient.firstData - each.finalAck > NEAR;
            repeatedToTheSilent += silent && each.synAcksAfterFinal > 0 ? 1 : 0;
            sparedTheSilent += silent && each.synAcksAfterFinal == 0 ? 1 : 0;
            if (each.synAcksAfterFinal > 0) {
                int last = each.fromServer.times() - 1;
                ignoredAcks.add(each.finalAck);
                ignoredAcks.add(each.fromServer.handshakeTimes[last]);
            } else if (isAborted(each)) {
                ignoredAcks.add(each.finalAck);
                ignoredAcks.add(each.fromServer.resetTime);
            }
        }
        halfOpens = (int) conversations.stream().filter(this::isHalfOpen).count();
        halfOpenSince = conversations.stream()
                .filter(this::isHalfOpen)
                .mapToLong(each -> each.fromServer.handshakeTimes[0])
                .sorted()
                .toArray();
        finishedSince = conversations.stream()
                .filter(each -> each.finalAck > 0)
                .mapToLong(each -> each.finalAck)
                .sorted()
                .toArray();
        conversations.stream()
                .filter(each -> each.fromServer.handshakes > 0 || each.finalAck > 0)
                .forEach(each -> served.add(each.client.address()));
        atServer = isAtServer();
        if (!seesClients) {
            // where no SYN was captured, the answers tell of those that were answered
            conversations.stream()
                    .filter(each -> each.fromServer.handshakes > 0)
                    .forEach(each -> syns.add(new Syn(each.fromServer.handshakeTimes[0], true, false, each)));
        }
        syns.sort(Comparator.comparingLong(Syn::time));
        findCookies();
    }

    /** Whether answers come at once and clients' ACKs take their time, and not the other way round. */
    private boolean isAtServer() {
        List<Conversation> plain = conversations.stream()
                .filter(each -> each.fromClient.handshakes == 1 && each.fromServer.handshakes == 1 && each.finalAck > 0)
                .toList();
        long answer = median(plain, each -> each.fromServer.handshakeTimes[0] - each.fromClient.handshakeTimes[0]);
        long ack = median(plain, each -> each.finalAck - each.fromServer.handshakeTimes[0]);
        return !plain.isEmpty() && ack > LEAST_ROUND_TRIP && answer < ack / 4;
    }

    private static long median(List<Conversation> of, ToLongFunction<Conversation> what) {
        return of.stream()
                .mapToLong(what)
                .sorted()
                .skip(of.size() / 2)
                .findFirst()
                .orElse(0);
    }

    /** An RST without ACK, right after the final ACK: as tcp_abort_on_overflow sends it. */
    private static boolean isAborted(Conversation each) {
        Side server = each.fromServer;
        return each.finalAck > 0
                && each.served == 0
                && server.resetTime > 0
                && (server.resetFlags & TcpHeader.ACK) == 0
                && server.resetTime - each.finalAck < NEAR / 3;
    }

    /** Where only the server is seen, what it acknowledges or sends later tells that the handshake was finished. */
    private static boolean isFinished(Conversation each) {
        Side server = each.fromServer;
        boolean seen = each.fromClient.packets == 0
                && server.handshakes > 0
                && (server.ackAdvanced > 0 || server.dataSegments > 0);
        return each.finalAck > 0 || seen;
    }

    /** An ACK that was not captured may have come; if it has, the SYN-ACK is not repeated. */
    private boolean isHalfOpen(Conversation each) {
        int least = seesClients ? 1 : 2;
        return each.fromServer.handshakes >= least && !isFinished(each) && !each.midLife;
    }

    private void addSyns(Conversation each) {
        // an ACK tells of an answer that was not captured
        long unseen = each.finalAck > 0 ? each.finalAck : Long.MAX_VALUE;
        long answer = each.fromServer.handshakes > 0 ? each.fromServer.handshakeTimes[0] : unseen;
        for (int i = 0; i < each.fromClient.times(); i++) {
            long time = each.fromClient.handshakeTimes[i];
            long next = i + 1 < each.fromClient.times() ? each.fromClient.handshakeTimes[i + 1] : Long.MAX_VALUE;
            boolean ecn = each.fromClient.ecn && (i == 0 || !each.ecnFallback);
            syns.add(new Syn(time, answer >= time && answer < next, ecn, each));
        }
    }

    /** The first SYN that is not earlier. */
    private int indexOf(long time) {
        int low = 0;
        int high = syns.size();
        while (low < high) {
            int middle = low + high >>> 1;
            if (syns.get(middle).time < time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** SYNs without an answer that had not been sent again after so long, ns. */
    int lonelySyns(long captureEnd, long after) {
        return (int) conversations.stream()
                .filter(each -> each.fromClient.handshakes == 1
                        && each.fromClient.packets == 1
                        && each.fromServer.packets == 0
                        && each.icmpType < 0
                        && captureEnd - each.begin > after)
                .count();
    }

    /** Where nothing of the server was captured: whether so many send one SYN and nothing more that it is no chance. */
    boolean isFlooded(long captureEnd) {
        if (flooded == null) {
            int lonely = seesServer ? 0 : lonelySyns(captureEnd, NEAR / 3);
            flooded = lonely >= 50 && lonely > 5 * finished;
        }
        return flooded;
    }

    /** Whether others' SYNs were answered at about this time, before it as well as after it. */
    boolean answersAround(Conversation but, long time) {
        boolean before = false;
        boolean after = false;
        for (int i = indexOf(time - NEAR); i < syns.size() && syns.get(i).time <= time + NEAR; i++) {
            Syn each = syns.get(i);
            boolean other = each.answered && each.of != but;
            before |= other && each.time < time;
            after |= other && each.time > time;
        }
        return before && after;
    }

    /** What others' SYNs met at about this time. */
    Near others(Conversation but, long time) {
        int answered = 0;
        int later = 0;
        int dropped = 0;
        int ofServed = 0;
        int plain = 0;
        for (int i = indexOf(time - NEAR); i < syns.size() && syns.get(i).time <= time + NEAR; i++) {
            Syn each = syns.get(i);
            if (each.of == but) {
                continue;
            }
            answered += each.answered ? 1 : 0;
            later += each.answered && each.time >= time ? 1 : 0;
            dropped += each.answered ? 0 : 1;
            ofServed += !each.answered && served.contains(each.of.client.address()) ? 1 : 0;
            plain += !each.answered && !each.asksForEcn ? 1 : 0;
        }
        return new Near(answered, later, dropped, ofServed, plain);
    }

    /** Whether so many SYNs of others found no answer at about this time that it was no chance. */
    boolean dropsSynsNear(Conversation but, long time) {
        Near near = others(but, time);
        return near.isNoChance(near.dropped);
    }

    /** Whether a final ACK was ignored or reset at about this time, which only a full accept queue does. */
    boolean ignoredNear(long time) {
        for (int i = 0; i + 1 < ignoredAcks.size(); i += 2) {
            if (time >= ignoredAcks.get(i) - NEAR && time <= ignoredAcks.get(i + 1) + NEAR) {
                return true;
            }
        }
        return false;
    }

    /** Handshakes that were under way then, and never finished. */
    int halfOpenAt(long time) {
        return before(halfOpenSince, time) - before(halfOpenSince, time - LONGEST_HALF_OPEN);
    }

    /** Handshakes that had been finished by then. */
    int finishedAt(long time) {
        return before(finishedSince, time);
    }

    /** How many of these sorted times are not later. */
    private static int before(long[] times, long time) {
        int at = Arrays.binarySearch(times, time);
        int index = at < 0 ? -at - 1 : at;
        while (index < times.length && times[index] == time) {
            index++;
        }
        return index;
    }

    /**
     * A cookie's timestamp has the options of the SYN in its low six bits, and so lies up to 127 ms before the clock of
     * who sent it, as its next packet shows. No other SYN-ACK's does; but packets can be late, so one alone is no proof.
     */
    private void findCookies() {
        List<Conversation> lagging = conversations.stream()
                .filter(each -> each.timestampLag >= LEAST_LAG && each.timestampLag <= MOST_LAG)
                .toList();
        long late = conversations.stream()
                .filter(each -> each.timestampLag > Integer.MIN_VALUE && each.timestampLag <= -LEAST_LAG)
                .count();
        // where packets are late by chance, as many SYN-ACKs seem to be ahead of the clock
        if (lagging.size() >= COOKIES_AT_LEAST && lagging.size() > CHANCE * late) {
            cookies.addAll(lagging);
        }
        List<Conversation> echoing = conversations.stream()
                .filter(each -> each.echoLag >= LEAST_LAG && each.echoLag <= MOST_LAG)
                .toList();
        long others = conversations.stream()
                .filter(each -> each.echoLag > Integer.MIN_VALUE)
                .count();
        if (!seesServer && echoing.size() >= COOKIES_AT_LEAST && echoing.size() * CHANCE >= others) {
            cookies.addAll(echoing);
        }
    }

    /** Clients who are silent for more than a second after the handshake, and whose SYN-ACK comes again. */
    int repeatsToTheSilent() {
        return repeatedToTheSilent;
    }

    /** Those whose SYN-ACK does not. */
    int sparesTheSilent() {
        return sparedTheSilent;
    }

    /** Whether somebody from this address had got a Fast Open cookie before. */
    boolean gaveCookieBefore(Conversation each) {
        Integer first = cookieTakers.get(each.client.address());
        return first != null && first < each.number;
    }

    boolean isCookie(Conversation each) {
        return cookies.contains(each);
    }

    /** Whether somebody got options that another did not get. */
    boolean givesOptions() {
        return conversations.stream()
                .anyMatch(each -> each.fromServer.handshakes > 0 && each.fromServer.windowScale >= 0);
    }

    /** Whether somebody from the same address did. */
    boolean givesOptionsTo(Conversation client) {
        return conversations.stream()
                .anyMatch(each -> each.client.address().equals(client.client.address())
                        && each.fromServer.handshakes > 0
                        && each.fromServer.windowScale >= 0);
    }

    int cookies() {
        return cookies.size();
    }
}
