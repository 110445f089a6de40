package io.halfopen.lab;

import io.halfopen.lab.server.Calls;
import io.halfopen.linux.Rule;
import io.halfopen.wire.IpAddress;
import io.halfopen.wire.IpHeader;
import io.halfopen.wire.Segment;
import io.halfopen.wire.TcpHeader;
import io.halfopen.wire.TcpOptions;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * SYNs, at a steady rate, from addresses that are not there, as Linux would send them: nobody answers their SYN-ACKs. The addresses are
 * those that RFC 2544 keeps for benchmarks, 198.18.0.0/15.
 */
public final class Flood {
    private static final long SECOND = 1_000_000_000L;
    private static final int SOURCES = 198 << 24 | 18 << 16;

    /** Where they claim to come from. */
    public static final IpAddress NETWORK = IpAddress.ofIpv4(SOURCES);

    public static final int PREFIX = 15;

    private static final int SOURCES_MASK = (1 << 17) - 1;
    private static final int TTL = 64;
    private static final int MSS = 1460;
    private static final int SCALE = 7;

    private final IpAddress server;
    private final int port;
    private final SplittableRandom random;
    private final Map<String, Long> fates = new TreeMap<>();
    private long synAcks;
    private final long interval;
    private final long end;
    private long sent;

    Flood(Scenario scenario, IpAddress server) {
        this.server = server;
        port = scenario.port();
        interval = SECOND / Math.max(1, scenario.flood());
        end = scenario.flood() == 0 ? 0 : scenario.floodFor();
        random = new SplittableRandom(scenario.seed());
    }

    /** Sends what is due, and comes again; a clock that is late gets all that it has missed. */
    void start(Calls clock, Consumer<byte[]> wire) {
        long due = sent * interval;
        while (due < end && due <= clock.now()) {
            wire.accept(next());
            due = sent * interval;
        }
        if (due < end) {
            clock.after(due - clock.now(), () -> start(clock, wire));
        }
    }

    /** Whether there is one at all. */
    boolean comes() {
        return end > 0;
    }

    /** Whether it comes from one of the flood's addresses. */
    static boolean sent(Segment segment) {
        return has(segment.sourceHigh(), segment.sourceLow());
    }

    /** Whether it goes to one of them. */
    public static boolean gets(Segment segment) {
        return has(segment.destinationHigh(), segment.destinationLow());
    }

    private static boolean has(long high, long low) {
        return IpAddress.isIpv4(high, low) && ((int) low & ~SOURCES_MASK) == SOURCES;
    }

    /** Another address, port and initial sequence number. */
    private byte[] next() {
        sent++;
        IpAddress source = IpAddress.ofIpv4(SOURCES | random.nextInt() & SOURCES_MASK);
        int tcp = IpHeader.V4_LENGTH;
        int options = TcpOptions.synLength(true, true, SCALE);
        int length = TcpHeader.LENGTH + options;
        byte[] packet = new byte[tcp + length];
        TcpOptions.writeSyn(packet, tcp + TcpHeader.LENGTH, MSS, true, true, random.nextInt(), 0, SCALE);
        int sourcePort = 1024 + random.nextInt(64512);
        TcpHeader.write(packet, tcp, sourcePort, port, random.nextInt(), 0, length, TcpHeader.SYN, 64240);
        IpHeader.write(packet, 0, source.high(), source.low(), server.high(), server.low(), length, 0, TTL, 0);
        TcpHeader.seal(packet, tcp, length, source.high(), source.low(), server.high(), server.low());
        return packet;
    }

    /** What became of one of them. */
    void judged(Rule rule) {
        fates.merge(rule.name(), 1L, Long::sum);
    }

    /** A SYN-ACK has left for an address that is not there. */
    public void answered() {
        synAcks++;
    }

    LabReport.Flood report() {
        return new LabReport.Flood(sent, synAcks, fates);
    }
}
